"""A file of a release: immutable, with a hash for a name, by ranges if need be.

Only the current release is handed out. Of an older one there is the word that it has ended, and where the one
after it is: what somebody took back is in no file that this server still gives away.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

from fediverse_node.datasets import queries, shelf
from fediverse_node.datasets.counting import Downloads
from fediverse_node.datasets.model import File, Release
from fediverse_node.kernel.errors import NotFound, NotNow
from fediverse_node.storage.tx import Tx
from fediverse_node.web import problems
from fediverse_node.web.datasets.access import is_open, signals, take, user_of
from fediverse_node.web.datasets.ranges import Part, part
from fediverse_node.web.keys import ADDRESSES, NODE

log = logging.getLogger(__name__)

DOWNLOADS: web.AppKey[Downloads] = web.AppKey("downloads", Downloads)

#: Bytes that are held for one reader.
_CHUNK: Final = 1 << 18
#: Seconds that a reader may take for a chunk.
_PATIENCE: Final = 60.0
_TYPES: Final = {
    ".jsonl": "application/jsonl; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".sha256": "text/plain; charset=utf-8",
    ".sig": "text/plain; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".tar": "application/x-tar",
}
#: A release may be superseded at any time, and caches must learn of it soon.
_KEEP: Final = "max-age=60, must-revalidate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A release and a file of it; no file where the release has ended."""

    release: Release
    file: File | None
    current: Release | None = None


def media_type(path: str) -> str:
    """The type of a file, by its name, which is ours."""
    return _TYPES.get(Path(path).suffix, "application/octet-stream")


def find(tx: Tx, sha256: str) -> Found:
    """The release with this name; with the current one, where it is another.

    Raises:
        NotFound: nothing of this name was published.
    """
    release = queries.by_sha256(tx, sha256)
    if release is None or release.state == "preparing":
        raise NotFound("There is no such release.")
    return Found(release=release, file=None, current=queries.current(tx))


def ended(request: web.Request, found: Found) -> web.Response:
    """The answer for a release that is handed out no more."""
    successor = found.current
    words = "This release has ended: somebody took back a post of it, or a newer one took its place."
    more = f" The newest is {successor.sha256}." if successor is not None else ""
    response = problems.render(request, 410, words + more)
    if successor is not None:
        url = request.app[ADDRESSES].release(successor.sha256)
        response.headers["Link"] = f'<{url}>; rel="successor-version"'
    return response


async def file(request: web.Request) -> web.StreamResponse:
    """`GET /datasets/RELEASE/PATH`."""
    take(request)
    sha256, path = request.match_info["release"], request.match_info["path"]

    def read(tx: Tx) -> Found:
        if not is_open(request):
            user_of(tx, request)
        found = find(tx, sha256)
        if found.release.state != "current":
            return found
        # Looked up as it was written: only what is listed has a path at all.
        listed = queries.file_of(tx, found.release.id, path)
        if listed is None:
            raise NotFound("There is no such file in this release.")
        return Found(release=found.release, file=listed)

    found = await request.app[NODE].db.read(read)
    return ended(request, found) if found.file is None else await _send(request, found.release, found.file)


async def _send(request: web.Request, release: Release, listed: File) -> web.StreamResponse:
    etag, headers = f'"{listed.sha256}"', _headers(request, listed)
    if etag in {
        tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")
    }:
        return web.Response(status=304, headers=headers)
    # A range of something else than what this is would be put together with it (RFC 9110, 13.1.5).
    fits = request.headers.get("If-Range", etag) == etag
    wanted = part(request.headers.get("Range") if fits else None, listed.size)
    if wanted is None:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{listed.size}"})
    headers |= {"Content-Type": media_type(listed.path)}
    if not wanted.whole:
        headers |= {"Content-Range": wanted.header}
    response = web.StreamResponse(status=200 if wanted.whole else 206, headers=headers)
    response.content_length = wanted.end - wanted.start
    if request.method == "HEAD":
        await response.prepare(request)
        return response
    if wanted.start == 0:
        await request.app[DOWNLOADS].count(release.id, listed.path)
    place = shelf.folder_of(request.app[NODE].config) / release.sha256 / listed.path
    await _pour(request, response, place, wanted)
    return response


async def _pour(request: web.Request, response: web.StreamResponse, place: Path, wanted: Part) -> None:
    try:
        handle = await asyncio.to_thread(place.open, "rb")
    except OSError as error:
        # It was superseded between the look-up and here, and its files are gone.
        raise NotNow("This release is just being replaced.", detail=str(error), retry_after=5) from error
    with handle:
        await asyncio.to_thread(handle.seek, wanted.start)
        await response.prepare(request)
        left = wanted.end - wanted.start
        while left and (chunk := await asyncio.to_thread(handle.read, min(_CHUNK, left))):
            left -= len(chunk)
            if not await _written(request, response, chunk):
                return
        if left and request.transport is not None:
            request.transport.abort()  # less than was promised: nobody must take it for the whole
            return
    await response.write_eof()


async def _written(request: web.Request, response: web.StreamResponse, chunk: bytes) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            await response.write(chunk)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        return False
    except ConnectionError:
        return False  # gone in the middle; whoever it was comes back with a range
    return True


def _headers(request: web.Request, listed: File) -> dict[str, str]:
    digest = base64.b64encode(bytes.fromhex(listed.sha256)).decode()
    found = {
        **signals(request),
        "ETag": f'"{listed.sha256}"',
        "Repr-Digest": f"sha-256=:{digest}:",  # RFC 9530
        "Accept-Ranges": "bytes",
        "Content-Disposition": "attachment",
        "Cache-Control": f"{'public' if is_open(request) else 'private'}, {_KEEP}",
    }
    if is_open(request):
        return {**found, "Access-Control-Allow-Origin": "*"}
    return {**found, "Vary": "Authorization"}
