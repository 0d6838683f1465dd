"""The installed web client, at `/app/`, under a policy of its own.

It runs scripts at this server's origin, so it is kept from the pages of people who are signed in
(`private`): those come only where somebody goes to them, never to a script.
"""

from __future__ import annotations

import asyncio
import mimetypes
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from aiohttp import web

from fediverse_node.kernel.errors import NotFound
from fediverse_node.web.keys import NODE
from fediverse_node.webclient import inline, place

_MOST_OF_PAGE: Final = 4 << 20
_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob: https:; media-src 'self' data: blob: https:; font-src 'self' data:; "
    "connect-src 'self' data: blob:{media}; worker-src 'self' blob:; manifest-src 'self'; "
    "form-action 'self'; base-uri 'self'; frame-ancestors 'none'; object-src 'none'"
)
#: Build tools write a digest into the name of a file that never changes: `index-BkDnPu3x.js`.
_NAMED_BY_CONTENT = re.compile(r"[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]{2,5}")
_TYPES: Final = {
    ".avif": "image/avif",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


async def begin(_: web.Request) -> web.Response:
    """`/app`: the client is at `/app/`."""
    raise web.HTTPFound(place.BASE)


async def show(request: web.Request) -> web.StreamResponse:
    """`/app/…`: a file of the client, or its first page for a place within it."""
    folder = place.folder_of(request.app[NODE].config)
    found = await asyncio.to_thread(place.file_at, folder, request.match_info["path"])
    if found is None:
        raise NotFound
    if found.suffix == ".html":
        return await _page(request, found)
    keep = "public, max-age=31536000, immutable" if _NAMED_BY_CONTENT.search(found.name) else "no-cache"
    return web.FileResponse(found, headers={"Content-Type": _type_of(found), "Cache-Control": keep})


async def _page(request: web.Request, path: Path) -> web.Response:
    text, scripts = await asyncio.to_thread(_as_it_is, path)
    media = request.app[NODE].config.media.origin
    policy = _POLICY.format(scripts=scripts, media=f" {media}" if media else "")
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cache-Control": "no-cache",
        # Not that of the other pages: a window of theirs that it opens is out of its reach.
        "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
        "X-Robots-Tag": "noindex",
    }
    return web.Response(text=text, headers=headers)


def _as_it_is(path: Path) -> tuple[str, str]:
    """The page, and the scripts in it as its policy names them. Blocks."""
    try:
        status = path.stat()
        return _read(path, status.st_mtime_ns, status.st_ino)
    except OSError as error:  # another client is taking its place at this moment
        raise NotFound from error


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, number: int) -> tuple[str, str]:  # noqa: ARG001 a file that changed is another one
    """Once for each state of a page: whoever asks for it again and again costs a look at the disk."""
    with path.open("rb") as file:
        text = file.read(_MOST_OF_PAGE).decode("utf-8", "replace")
    return text, "".join(f" {each}" for each in inline.hashes(text))


def _type_of(path: Path) -> str:
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
