"""What an app of somebody here may read of theirs: the whole outbox, and single activities.

What others are shown of both, `collections` and `objects` say.
"""

from __future__ import annotations

from aiohttp import web

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.activitystreams.write import dump
from fediverse_node.actors.addresses import Addresses
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.deliveries.model import StoredActivity
from fediverse_node.federation.builders import note
from fediverse_node.posts import queries as posts
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.web import cursors
from fediverse_node.web.bearers import Caller, bearer_of
from fediverse_node.web.federation import collections, objects
from fediverse_node.web.federation.answers import CONTENT_TYPE
from fediverse_node.web.federation.c2s_door import Handler, for_apps, known, token_of
from fediverse_node.web.keys import ADDRESSES, NODE

PAGE = 20
_MAX_STORED = 1 << 22
_MAX_CURSOR = 64
_CARRIERS = frozenset({"Create", "Update"})


def answer(document: JsonDict) -> web.Response:
    """*document*, for one reader alone."""
    return web.Response(body=dump(document), headers={"Content-Type": CONTENT_TYPE})


def page_asked(request: web.Request) -> Page | None:
    """The page that `?page=` names (`first`, or a cursor); None for the collection itself.

    Raises:
        NotValid: it is no cursor of ours.
    """
    cursor = request.query.get("page")
    if cursor is None:
        return None
    return Page(limit=PAGE) if cursor == "first" else cursors.decode(cursor[:_MAX_CURSOR], limit=PAGE)


async def outbox(request: web.Request) -> web.StreamResponse:
    """The outbox: to its owner everything that was written, to all others what is public."""
    if bearer_of(request) is None:
        return await collections.outbox(request)
    return await _outbox(request)


async def activity(request: web.Request) -> web.StreamResponse:
    """An activity of ours: to whoever did it closed ones, too."""
    if bearer_of(request) is None:
        return await objects.activity(request)
    return await _activity(request)


async def _own_outbox(request: web.Request) -> web.StreamResponse:
    bearer, page = token_of(request), page_asked(request)
    addresses = request.app[ADDRESSES]

    def read(tx: Tx) -> JsonDict | None:
        found = known(tx, request, bearer, "read")
        if request.match_info["name"] != found.actor.username:
            return None
        id_ = addresses.outbox(found.actor.username)
        if page is None:
            total = deliveries.count_written(tx, found.actor.id, own_origin=addresses.origin)
            return write.ordered_collection(id_, total=total, first=f"{id_}?page=first")
        rows = deliveries.written(tx, found.actor.id, page, own_origin=addresses.origin)
        return page_of(request, id_, page, [(row.id, _stated(tx, row, addresses)) for row in rows])

    document = await request.app[NODE].db.read(read)
    return await collections.outbox(request) if document is None else answer(document)


def page_of(
    request: web.Request, id_: str, page: Page, rows: list[tuple[int, JsonDict]], *, full: bool | None = None
) -> JsonDict:
    """A page of *rows* (cursor id, item); *full* says that there are older ones."""
    more = len(rows) == page.limit if full is None else full
    older = f"{id_}?page={cursors.encode('before', rows[-1][0])}" if more and rows else None
    newer = f"{id_}?page={cursors.encode('after', rows[0][0])}" if rows and page.max_id else None
    return write.collection_page(
        f"{id_}?page={request.query['page']}",
        part_of=id_,
        items=[{name: value for name, value in item.items() if name != "@context"} for _, item in rows],
        next_=older,
        prev=newer,
        context=write.note_context(request.app[ADDRESSES].origin),
    )


async def _own_activity(request: web.Request) -> web.StreamResponse:
    bearer = token_of(request)
    addresses = request.app[ADDRESSES]

    def read(tx: Tx) -> JsonDict | None:
        found = known(tx, request, bearer, "read")
        return own_activity(tx, found, addresses.activity(objects.post_id_of(request)), addresses)

    document = await request.app[NODE].db.read(read)
    return await objects.activity(request) if document is None else answer(document)


_outbox: Handler = for_apps(_own_outbox)
_activity: Handler = for_apps(_own_activity)


def own_activity(tx: Tx, found: Caller, uri: str, addresses: Addresses) -> JsonDict | None:
    """The activity with this id, if the caller did it; else None."""
    stored = deliveries.by_uri(tx, uri)
    if stored is None or stored.actor_id != found.actor.id or not stored.document:
        return None
    return _stated(tx, stored, addresses)


def _stated(tx: Tx, stored: StoredActivity, addresses: Addresses) -> JsonDict:
    """An activity as it was sent; a post in it as it is now (`objects.stated_today` says why)."""
    document = load_json(stored.document, limit=_MAX_STORED)
    about = posts.by_id(tx, stored.post_id) if stored.post_id is not None else None
    if stored.type not in _CARRIERS or about is None:
        return document
    today = note.embedded(objects.parts_of(tx, about), addresses=addresses)
    if document["object"] == today:
        return document
    document.pop("proof", None)
    return {**document, "object": today}
