"""The files of the log: its key, its last checkpoint, its tiles and its entries (C2SP tlog-tiles)."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.receipts import checkpoints, queries
from fediverse_node.signatures import tlog
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.keys import DOCUMENTS, NODE

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
#: Whoever asks must see the end of a yes within seconds.
FRESH = "public, max-age=5"
#: What was put into the log never changes.
FOREVER = "public, max-age=31536000, immutable"
_OPEN = {"Access-Control-Allow-Origin": "*"}
#: Higher levels would be of trees larger than any.
_TOP_LEVEL = 6


def document(body: bytes, content_type: str, *, cache: str, more: dict[str, str] | None = None) -> Document:
    """An answer of this door: for everybody, the same for everybody."""
    found = headers(vary="Accept-Encoding", cache=cache, more=_OPEN | (more or {}))
    return Document(body=body, content_type=content_type, headers=found)


async def checkpoint(request: web.Request) -> web.Response:
    """The last signed checkpoint."""

    def read(tx: Tx) -> Document:
        last = queries.last_checkpoint(tx)
        if last is None:
            raise NotFound("Nothing was put into this log yet.")
        return document(last.note.encode(), TEXT, cache=FRESH)

    db = request.app[NODE].db
    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: db.read(read)))


async def key(request: web.Request) -> web.Response:
    """The verifier key of the log. Keep it from the first time on: a log has one."""

    def read(tx: Tx) -> Document:
        found = checkpoints.public_key(tx)
        if found is None:
            raise NotFound("Nothing was put into this log yet.")
        return document(f"{found.text}\n".encode(), TEXT, cache=FRESH)

    db = request.app[NODE].db
    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: db.read(read)))


async def tile(request: web.Request) -> web.Response:
    """Hashes of one level of the tree, 256 together."""
    level = int(request.match_info["level"])
    if level > _TOP_LEVEL:
        raise NotFound
    index, width = _place(request)

    def read(tx: Tx) -> bytes:
        start = index * tlog.TILE_WIDTH
        row = queries.row_of_nodes(tx, level * tlog.TILE_HEIGHT, start, start + width)
        return b"".join(row) if len(row) == width else b""

    return _immutable(request, await request.app[NODE].db.read(read))


async def entries(request: web.Request) -> web.Response:
    """The lines that the hashes of a tile of the lowest level are of."""
    index, width = _place(request)

    def read(tx: Tx) -> bytes:
        start = index * tlog.TILE_WIDTH
        found = queries.entries(tx, start, start + width)
        return tlog.pack_entries(entry.encode() for entry in found) if len(found) == width else b""

    return _immutable(request, await request.app[NODE].db.read(read))


def _place(request: web.Request) -> tuple[int, int]:
    """Which tile, and how wide it is.

    Raises:
        NotFound: written otherwise than logs write it, or beyond any log.
    """
    width = int(request.match_info.get("width", tlog.TILE_WIDTH))
    try:
        index = tlog.read_tile_index(request.match_info["index"])
    except NotValid as error:
        raise NotFound from error
    if width > tlog.TILE_WIDTH or index > tlog.MAX_SIZE // tlog.TILE_WIDTH:
        raise NotFound
    return index, width


def _immutable(request: web.Request, body: bytes) -> web.Response:
    """A tile; an empty one is not there yet."""
    if not body:
        raise NotFound
    return respond(request, document(body, BYTES, cache=FOREVER))
