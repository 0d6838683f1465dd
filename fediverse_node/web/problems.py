"""From an error of ours to an answer: class → status, once, and three ways of writing it.

Clients of the API get `{"error": …}` as Mastodon's do, people get a page, and everybody else gets
problem details (RFC 9457). The text is the one the error was given for people; what is meant for
the log goes to the log. A traceback never leaves.
"""

from __future__ import annotations

import json
import logging
import math
from http import HTTPStatus

from aiohttp import web

from fediverse_node.accounts.proving import TooManyAtOnce
from fediverse_node.kernel import errors
from fediverse_node.web.keys import ERROR_PAGE, REQUEST_ID
from fediverse_node.web.negotiation import wants_activitypub, wants_html
from fediverse_node.web.rate_limits import TooMany

log = logging.getLogger(__name__)

_STATUS: dict[type[errors.NodeError], int] = {
    errors.NotFound: 404,
    errors.NotAuthenticated: 401,
    errors.NotAllowed: 403,
    errors.TooLarge: 413,
    errors.Conflict: 409,
    errors.NotValid: 400,
    errors.Gone: 410,
    TooMany: 429,
    TooManyAtOnce: 429,
    errors.NotNow: 503,
}
#: Texts for what aiohttp itself refuses, in our own words.
_TEXTS = {
    400: "This request cannot be understood.",
    404: "There is nothing here.",
    405: "This method is not allowed here.",
    413: "What was sent is larger than the limit.",
    415: "This kind of content is not accepted here.",
}
_UNEXPECTED = "Something went wrong on this server. It has been noted; please try again later."


def is_api(path: str) -> bool:
    """Whether *path* belongs to the doors whose errors look like Mastodon's."""
    return path.startswith(("/api/", "/oauth/")) and not path.startswith("/oauth/authorize")


def status_of(error: errors.NodeError, *, api: bool) -> int:
    """The status for *error*: that of its nearest ancestor in the tree."""
    for kind in type(error).__mro__:
        if kind in _STATUS:
            status = _STATUS[kind]
            return 422 if api and status == 400 else status
    return 500


def answer(request: web.Request, error: errors.NodeError) -> web.Response:
    """The answer to a request that ended in *error*."""
    status = status_of(error, api=is_api(request.path))
    if error.detail or status >= 500:
        log.info(
            "web.refused",
            extra={"status": status, "request_id": request.get(REQUEST_ID, ""), "detail": error.detail},
        )
    response = render(request, status, str(error))
    if isinstance(error, errors.NotNow):
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if status == 401 and (is_api(request.path) or request.path.startswith("/datasets/")):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def answer_http(request: web.Request, error: web.HTTPException) -> web.Response:
    """The answer to what aiohttp, or a door, raised as an HTTP status; redirects among it."""
    if error.status < 400:
        kept = {name: error.headers[name] for name in ("Location", "Vary") if name in error.headers}
        return web.Response(status=error.status, headers={"Cache-Control": "public, max-age=180", **kept})
    if isinstance(error, web.HTTPMethodNotAllowed) and error.allowed_methods <= {"OPTIONS"}:
        # Only the answer to preflights of the whole API is there.
        return render(request, 404, _TEXTS[404])
    response = render(request, error.status, _TEXTS.get(error.status) or _phrase(error.status))
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in error.headers:
            response.headers[name] = error.headers[name]
    return response


def answer_unexpected(request: web.Request) -> web.Response:
    """The answer when we have a bug. Says nothing about it."""
    return render(request, 500, _UNEXPECTED)


def render(request: web.Request, status: int, text: str) -> web.Response:
    """Write *text* for whoever asks."""
    accept = request.headers.get("Accept")
    if is_api(request.path):
        response = web.Response(
            status=status, body=json.dumps({"error": text}).encode(), content_type="application/json"
        )
    elif wants_html(accept) and not wants_activitypub(accept) and ERROR_PAGE in request.app:
        response = request.app[ERROR_PAGE](request, status, text)
    else:
        response = web.Response(
            status=status, body=problem(status, text), content_type="application/problem+json"
        )
        response.headers["Vary"] = "Accept"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def problem(status: int, text: str) -> bytes:
    """Problem details as JSON."""
    return json.dumps(
        {"type": "about:blank", "title": _phrase(status), "status": status, "detail": text},
        ensure_ascii=False,
    ).encode()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
