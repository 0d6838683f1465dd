"""How this door answers: JSON that is kept nowhere, and refusals in the words of RFC 6749, 5.2."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from aiohttp import web

from fediverse_node.kernel.errors import NodeError, NotValid
from fediverse_node.web import problems

Handler = Callable[[web.Request], Awaitable[web.Response]]

#: Apps in browsers read this from anywhere. Cookies are never read here, so that gives nothing away.
HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
}


class Refused(NotValid):
    """A refusal that has a word of its own in the standards.

    Args:
        error: that word, such as `invalid_grant`.
    """

    def __init__(self, error: str, text: str, *, status: int = 400) -> None:
        super().__init__(text)
        self.error = error
        self.status = status


def for_apps(handler: Handler) -> Handler:
    """*handler*, its refusals as apps expect them."""

    async def handle(request: web.Request) -> web.Response:
        try:
            response = await handler(request)
        except Refused as error:
            response = _refusal(error.error, str(error), error.status)
            if error.status == 401 and "Authorization" in request.headers:
                response.headers["WWW-Authenticate"] = "Basic"
        except NotValid as error:
            response = _refusal("invalid_request", str(error), 400)
        except NodeError as error:
            response = problems.answer(request, error)
        response.headers.update(HEADERS)
        return response

    return handle


def told(body: dict[str, Any], *, status: int = 200) -> web.Response:
    """*body* as JSON."""
    return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")


def _refusal(error: str, text: str, status: int) -> web.Response:
    return told({"error": error, "error_description": text}, status=status)
