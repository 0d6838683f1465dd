"""Stand-ins for pictures that nobody chose: apps need an address, and not all of them draw SVG."""

from __future__ import annotations

import struct
import zlib
from functools import cache

from aiohttp import web

from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.errors import NotFound
from fediverse_node.web.caching import Document, headers, respond

_BASE = "/api/fediverse_node/v1/pictures"
#: (width, height, red, green, blue)
_PICTURES = {
    "avatar.png": (64, 64, 0x6B, 0x72, 0x80),
    "header.png": (96, 32, 0xC7, 0xCD, 0xD6),
    "thumbnail.png": (96, 50, 0x37, 0x41, 0x51),
}


def address(addresses: Addresses, name: str) -> str:
    """Where the stand-in *name* is: `avatar`, `header` or `thumbnail`."""
    return f"{addresses.origin}{_BASE}/{name}.png"


async def picture(request: web.Request) -> web.Response:
    """A picture of one colour."""
    name = request.match_info["name"]
    if name not in _PICTURES:
        raise NotFound
    return respond(request, _document(name))


@cache
def _document(name: str) -> Document:
    return Document(
        body=_png(*_PICTURES[name]),
        content_type="image/png",
        headers={
            **headers(vary="", cache="public, max-age=86400"),
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


def _png(width: int, height: int, *colour: int) -> bytes:
    """A PNG (ISO/IEC 15948) of one colour, with a palette of one entry and one bit per pixel."""
    line = b"\x00" * (1 + (width + 7) // 8)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 3, 0, 0, 0)),
        (b"PLTE", bytes(colour)),
        (b"IDAT", zlib.compress(line * height)),
        (b"IEND", b""),
    )
    framed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


ROUTES = [web.get(_BASE + "/{name}", picture)]
