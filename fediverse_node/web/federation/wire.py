"""A request as its signature sees it."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fediverse_node.signatures.base import HttpMessage
from fediverse_node.web.keys import ADDRESSES

_DEFAULT_PORT: Final = {"https": "443", "http": "80"}


def message_of(request: web.Request, body: bytes = b"") -> HttpMessage:
    """*request* as it was on the wire. Who we are comes from the configuration, never from it."""
    addresses = request.app[ADDRESSES]
    scheme = "http" if addresses.origin.startswith("http:") else "https"
    # Bytes beyond ASCII become characters beyond ASCII, which no signature accepts.
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers)
    host = request.headers.get("Host", "")
    ours = host in {addresses.domain, f"{addresses.domain}:{_DEFAULT_PORT[scheme]}"}
    return HttpMessage(
        method=request.method,
        target=request.raw_path,
        authority=addresses.domain if ours else host,
        scheme="http" if scheme == "http" else "https",
        headers=headers,
        body=body,
    )
