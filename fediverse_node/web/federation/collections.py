"""Collections: an actor's outbox, followers and following, a post's replies. Paged by opaque cursors.

The address that is asked for is the `id` of what is answered, always: Akkoma and Pixelfed refuse
anything else. Only what is public is listed, so no page depends on who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import AS2
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.deliveries.model import StoredActivity
from fediverse_node.federation.builders import note
from fediverse_node.follows import queries as follows
from fediverse_node.hashtags import queries as hashtags
from fediverse_node.kernel.errors import NotFound
from fediverse_node.posts import lists, pins
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import ANONYMOUS, OPEN, may_see, visible
from fediverse_node.web import cursors
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.federation.answers import activitypub, actor_of
from fediverse_node.web.federation.objects import parts_of, post_id_of, stated_today
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE

PAGE = 40
#: Longer than any cursor of ours; keys of the cache are bounded by it.
_MAX_CURSOR = 64
_OUTBOX_TYPES = ("Create", "Announce")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """One collection, readable page by page.

    Attributes:
        entries: the (cursor id, item) pairs of a page, newest first; an item of None is not shown.
        ordered: replies have no order of their own and are a plain Collection.
        about: what the collection says of itself besides.
        hidden: its owner shows how many there are, and nobody.
    """

    id: str
    total: int
    entries: Callable[[Page], Sequence[tuple[int, str | JsonDict | None]]]
    ordered: bool = True
    about: JsonDict = field(default_factory=dict)
    hidden: bool = False


async def followers(request: web.Request) -> web.Response:
    """Who follows an actor."""

    def listing(tx: Tx, actor: Actor) -> _Listing:
        total = follows.counts(tx, actor.id)[0]
        return _people(tx, actor, actor.followers, total=total, read=follows.followers_page)

    return await _of_actor(request, listing)


async def following(request: web.Request) -> web.Response:
    """Whom an actor follows."""

    def listing(tx: Tx, actor: Actor) -> _Listing:
        total = follows.counts(tx, actor.id)[1]
        return _people(tx, actor, actor.following, total=total, read=follows.following_page)

    return await _of_actor(request, listing)


async def outbox(request: web.Request) -> web.Response:
    """What an actor published: its public Creates and Announces."""
    addresses = request.app[ADDRESSES]

    def listing(tx: Tx, actor: Actor) -> _Listing:
        def entries(page: Page) -> list[tuple[int, JsonDict | None]]:
            found = deliveries.published(tx, actor.id, page, types=_OUTBOX_TYPES)
            return [(each.id, _listed(tx, each, addresses)) for each in found]

        total = deliveries.count_published(tx, actor.id, types=_OUTBOX_TYPES)
        return _Listing(id=_known(actor.outbox), total=total, entries=entries)

    return await _of_actor(request, listing)


async def featured(request: web.Request) -> web.Response:
    """An actor's pinned posts: whole, not paged, as far as everybody may see them."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        actor = actor_of(tx, request)
        # The server's own actor has the address, and never pins; its document does not name it.
        address = actor.featured or addresses.featured(actor.username)
        shown = visible(tx, pins.of_actor(tx, actor.id), ANONYMOUS)
        items = [note.embedded(parts_of(tx, post), addresses=addresses) for post in shown]
        context = write.note_context(addresses.origin)
        return activitypub(write.ordered_collection(address, total=len(items), items=items, context=context))

    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: node.db.read(read)))


async def featured_tags(request: web.Request) -> web.Response:
    """The hashtags an actor shows on its profile."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        actor = actor_of(tx, request)
        items = [
            write.hashtag(each.name, addresses.tag(each.tag)) for each in hashtags.featured(tx, actor.id)
        ]
        found = _count(addresses.featured_tags(actor.username), len(items))
        return activitypub({**found, "@context": [AS2, {"Hashtag": "as:Hashtag"}], "items": items})

    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: node.db.read(read)))


async def replies(request: web.Request) -> web.Response:
    """Public replies to a post, as ids: whoever wants one asks its origin."""

    def listing(tx: Tx, found: Post) -> _Listing:
        def entries(page: Page) -> list[tuple[int, str | None]]:
            children = lists.replies_to(tx, found.id, page)
            shown = {child.id for child in visible(tx, children, ANONYMOUS)}
            return [(child.id, child.uri if child.id in shown else None) for child in children]

        total = lists.count_open_replies(tx, found.id)
        return _Listing(id=f"{found.uri}/replies", total=total, entries=entries, ordered=False)

    return await _of_post(request, lambda tx, found: _page(request, listing(tx, found)))


async def context(request: web.Request) -> web.Response:
    """The conversation that a post of ours began: ids of what everybody may see (FEP-7888, FEP-f228)."""

    def listing(tx: Tx, found: Post) -> _Listing:
        def entries(page: Page) -> list[tuple[int, str | None]]:
            members = lists.thread(tx, found.id, page)
            shown = {member.id for member in visible(tx, members, ANONYMOUS) if member.visibility in OPEN}
            return [(member.id, member.uri if member.id in shown else None) for member in members]

        author = actor_of(tx, request)
        return _Listing(
            id=f"{found.uri}/context",
            total=lists.count_thread(tx, found.id),
            entries=entries,
            ordered=False,
            about={"attributedTo": author.uri},
        )

    def collection(tx: Tx, found: Post) -> JsonDict:
        if found.in_reply_to_uri is not None:
            # It answers somebody: the conversation is where it began.
            raise NotFound
        return _page(request, listing(tx, found))

    return await _of_post(request, collection)


async def likes(request: web.Request) -> web.Response:
    """How many like a post. Who they are is theirs to say."""
    return await _of_post(request, lambda _, found: _count(f"{found.uri}/likes", found.favourites_count))


async def shares(request: web.Request) -> web.Response:
    """How many boosted a post."""
    return await _of_post(request, lambda _, found: _count(f"{found.uri}/shares", found.boosts_count))


async def _of_actor(request: web.Request, listing: Callable[[Tx, Actor], _Listing]) -> web.Response:
    node = request.app[NODE]

    def read(tx: Tx) -> Document:
        return activitypub(_page(request, listing(tx, actor_of(tx, request))))

    return respond(request, await request.app[DOCUMENTS].get(_key(request), lambda: node.db.read(read)))


async def _of_post(request: web.Request, collection: Callable[[Tx, Post], JsonDict]) -> web.Response:
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        actor = actor_of(tx, request)
        found = posts.by_uri(tx, addresses.post(actor.username, post_id_of(request)))
        if found is None or not may_see(tx, found, ANONYMOUS):
            raise NotFound
        return activitypub(collection(tx, found))

    return respond(request, await request.app[DOCUMENTS].get(_key(request), lambda: node.db.read(read)))


def _key(request: web.Request) -> str:
    return f"{request.path}?{request.query.get('page', '')[:_MAX_CURSOR]}"


def _page(request: web.Request, listing: _Listing) -> JsonDict:
    """The collection, or the page of it that `?page=` asks for (`first`, or a cursor)."""
    cursor = request.query.get("page")
    if cursor is None:
        return _collection(listing)
    if listing.hidden:
        raise NotFound
    return _page_at(listing, cursor)


def _page_at(listing: _Listing, cursor: str) -> JsonDict:
    page = Page(limit=PAGE) if cursor == "first" else cursors.decode(cursor[:_MAX_CURSOR], limit=PAGE)
    entries = listing.entries(page)
    older = f"{listing.id}?page={cursors.encode('before', entries[-1][0])}" if len(entries) == PAGE else None
    newer = f"{listing.id}?page={cursors.encode('after', entries[0][0])}" if entries and page.max_id else None
    found = write.collection_page(
        f"{listing.id}?page={cursor}",
        part_of=listing.id,
        items=[item for _, item in entries if item is not None],
        next_=older,
        prev=newer,
    )
    if listing.ordered:
        return found
    items = found.pop("orderedItems")
    return {**found, "type": "CollectionPage", "items": items}


def _collection(listing: _Listing) -> JsonDict:
    if listing.ordered:
        first = None if listing.hidden else f"{listing.id}?page=first"
        return {**write.ordered_collection(listing.id, total=listing.total, first=first), **listing.about}
    # The first page comes along: most conversations have no other.
    page = _page_at(listing, "first")
    page.pop("@context")
    found = write.ordered_collection(listing.id, total=listing.total)
    return {**found, "type": "Collection", **listing.about, "first": page}


def _count(id_: str, total: int) -> JsonDict:
    return {"@context": AS2, **write.count_collection(id_, total)}


def _people(
    tx: Tx,
    actor: Actor,
    address: str | None,
    *,
    total: int,
    read: Callable[[Tx, int, Page], list[tuple[int, int]]],
) -> _Listing:
    def entries(page: Page) -> list[tuple[int, str | None]]:
        rows = read(tx, actor.id, page)
        people = actors.by_ids(tx, [person for _, person in rows])
        return [(id_, people[person].uri if people[person].active else None) for id_, person in rows]

    hidden = actor.details.hide_collections
    return _Listing(id=_known(address), total=total, entries=entries, hidden=hidden)


def _listed(tx: Tx, stored: StoredActivity, addresses: Addresses) -> JsonDict | None:
    try:
        return stated_today(tx, stored, addresses)
    except NotFound:
        return None


def _known(address: str | None) -> str:
    """Local actors have all their collections."""
    assert address is not None
    return address
