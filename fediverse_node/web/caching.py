"""Answers kept as bytes, so that a post that everybody reads is rendered once.

An entry is good while this process has committed nothing since it was made, so nobody is ever shown a
state that was already changed here: an edit, a deletion or a "no" to training is seen by the
next reader. Where other processes write to the database too, an entry also lives for one second at
the most. Whoever asks for what is just being made waits for it instead of making it again.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web

from fediverse_node.storage.database import Database

#: All entries together. An average actor or post takes 3 to 5 KB, a page 10 to 30 KB.
MAX_BYTES = 16 << 20
#: How long an answer may be out of date where others write to the same database.
SHARED_SECONDS = 1.0
#: Smaller answers fit one packet; packing them saves nothing.
PACK_FROM = 1400

#: One URL answers differently to these; caches that forget one mix pages and documents.
VARY = "Accept, Signature, Authorization, Cookie"
PUBLIC_CACHE = "public, max-age=180"


@dataclass(slots=True, kw_only=True)
class Document:
    """One answer, whole. Made once, sent many times.

    Attributes:
        headers: everything but what the content type, `ETag` and length say.
        packed: the body in gzip, once somebody asked for it.
    """

    body: bytes
    content_type: str
    headers: Mapping[str, str]
    status: int = 200
    etag: str = ""
    packed: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """The strong validator: a digest of exactly these bytes."""
        self.etag = hashlib.sha256(self.body).hexdigest()[:32]

    @property
    def size(self) -> int:
        """Bytes held, roughly."""
        return 2 * len(self.body) + 1000


def headers(
    *,
    modified: datetime | None = None,
    vary: str = VARY,
    cache: str = PUBLIC_CACHE,
    more: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers of a public answer."""
    found = {"Vary": vary, "Cache-Control": cache, **(more or {})}
    if modified is not None:
        found["Last-Modified"] = format_datetime(modified.replace(microsecond=0), usegmt=True)
    return found


def respond(request: web.Request, document: Document) -> web.Response:
    """Send *document*, or say that the client has it already (RFC 9110, 13.1.2)."""
    packed = len(document.body) >= PACK_FROM and "gzip" in request.headers.get("Accept-Encoding", "")
    etag = f'"{document.etag}-gzip"' if packed else f'"{document.etag}"'
    answer_headers = {**document.headers, "ETag": etag, "Content-Type": document.content_type}
    if len(document.body) >= PACK_FROM:
        answer_headers["Vary"] = f"{document.headers.get('Vary', '')}, Accept-Encoding".removeprefix(", ")
    if document.status == 200 and _has(request.headers.get("If-None-Match"), document.etag):
        del answer_headers["Content-Type"]
        return web.Response(status=304, headers=answer_headers)
    if not packed:
        return web.Response(status=document.status, body=document.body, headers=answer_headers)
    if document.packed is None:
        document.packed = gzip.compress(document.body, compresslevel=6, mtime=0)
    answer_headers["Content-Encoding"] = "gzip"
    return web.Response(status=document.status, body=document.packed, headers=answer_headers)


def _has(if_none_match: str | None, etag: str) -> bool:
    """Whether the client holds this version, in either coding; `If-None-Match` compares weakly."""
    if not if_none_match:
        return False
    known = {
        tag.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for tag in if_none_match.split(",")
    }
    return etag in known or "*" in known


@dataclass(slots=True)
class _Entry:
    document: Document
    commits: int
    read_at: float
    keep_seconds: float


class Documents:
    """The answers of one process, by path and variant. Least recently used ones go first.

    Args:
        clock: seconds that only ever grow.
    """

    def __init__(
        self,
        database: Database,
        *,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._max_bytes = max_bytes
        self._clock = clock
        self._bytes = 0
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._coming: dict[tuple[str, int], asyncio.Future[Document]] = {}

    async def get(
        self, key: str, make: Callable[[], Awaitable[Document]], *, keep_seconds: float = 0
    ) -> Document:
        """What is kept under *key*, or what *make* makes now. Errors are raised, and not kept.

        With *keep_seconds* an entry is good for so long whatever is written: for figures that cost
        a walk through a table and need not be of this second.
        """
        commits = self._database.commits
        entry = self._entries.get(key)
        if entry is not None and self._is_good(entry, commits):
            self._entries.move_to_end(key)
            return entry.document
        flight = (key, commits)
        coming = self._coming.get(flight)
        if coming is not None:
            return await asyncio.shield(coming)
        return await self._make(flight, make, keep_seconds)

    async def _make(
        self, flight: tuple[str, int], make: Callable[[], Awaitable[Document]], keep_seconds: float
    ) -> Document:
        started = self._clock()
        coming: asyncio.Future[Document] = asyncio.get_running_loop().create_future()
        self._coming[flight] = coming
        try:
            document = await make()
        except BaseException as error:
            # Those who wait are told the same; with nobody waiting it must not be reported as lost.
            if isinstance(error, asyncio.CancelledError):
                coming.cancel()
            else:
                coming.set_exception(error)
                coming.exception()
            raise
        finally:
            del self._coming[flight]
        coming.set_result(document)
        self._keep(flight[0], _Entry(document, flight[1], started, keep_seconds))
        return document

    def _is_good(self, entry: _Entry, commits: int) -> bool:
        age = self._clock() - entry.read_at
        if entry.keep_seconds:
            return age <= entry.keep_seconds
        return entry.commits == commits and (self._database.sole_writer or age <= SHARED_SECONDS)

    def _keep(self, key: str, entry: _Entry) -> None:
        self._drop(key)
        self._entries[key] = entry
        self._bytes += entry.document.size
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: str) -> None:
        old = self._entries.pop(key, None)
        if old is not None:
            self._bytes -= old.document.size
