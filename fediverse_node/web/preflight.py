"""What a browser asks before it lets a page of another site speak to us (Fetch standard, CORS preflight)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_NOTHING: Mapping[str, str] = MappingProxyType({})
_DAY = "86400"


def preflight(*, methods: str, headers: str, more: Mapping[str, str] = _NOTHING) -> Handler:
    """The handler of `OPTIONS` for a door whose requests are allowed by their token, never by a cookie.

    Args:
        methods: what may be asked, as in `Access-Control-Allow-Methods`.
        headers: which headers of its own a page may send.
        more: headers that the door sends with every answer.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        del request
        return web.Response(
            status=204,
            headers={
                **more,
                "Access-Control-Allow-Methods": methods,
                "Access-Control-Allow-Headers": headers,
                "Access-Control-Max-Age": _DAY,
            },
        )

    return handle
