"""Posts and activities at their ids, and what is left of deleted ones."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.activitystreams.vocabulary import AS2
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent import channels
from fediverse_node.consent.decisions import decisions
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.deliveries.model import StoredActivity
from fediverse_node.federation.builders import note
from fediverse_node.federation.builders.note import NoteParts
from fediverse_node.federation.delivery import audience
from fediverse_node.federation.delivery.terms import terms_of
from fediverse_node.kernel.errors import NotFound
from fediverse_node.kernel.ids import parse_id
from fediverse_node.polls import queries as polls
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import ANONYMOUS, may_see
from fediverse_node.visibility.signed import may_read
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.federation.answers import activitypub, actor_of
from fediverse_node.web.federation.guard import reader_of
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE

#: Far above anything we write.
_MAX_STORED = 1 << 22
#: Activities that carry the post itself; what they carry is said as it stands today.
_CARRIERS = frozenset({"Create", "Update"})


async def post(request: web.Request) -> web.Response:
    """A post of ours. To whoever may not see it, it looks as if it did not exist."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    def read(tx: Tx, reader: Actor | None = None) -> Document:
        actor = actor_of(tx, request)
        uri = addresses.post(actor.username, post_id_of(request))
        found = posts.by_uri(tx, uri)
        if found is None:
            return _tombstone(tx, uri)
        open_ = may_see(tx, found, ANONYMOUS)
        if not open_ and (reader is None or not may_read(tx, found, reader)):
            raise NotFound
        parts = parts_of(tx, found)
        more = channels.headers(parts.decision, addresses)
        return activitypub(
            note.document(parts, addresses=addresses),
            modified=found.edited_at or found.published_at,
            more=more if open_ else {**more, "Cache-Control": "private, no-store"},
        )

    try:
        return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: node.db.read(read)))
    except NotFound:
        reader = await reader_of(request)
        if reader is None:
            raise
    return respond(request, await node.db.read(lambda tx: read(tx, reader)))


async def activity(request: web.Request) -> web.Response:
    """An activity of ours that everybody may know of."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        uri = addresses.activity(post_id_of(request))
        found = deliveries.by_uri(tx, uri)
        if found is None or not found.public:
            return _tombstone(tx, uri)
        return activitypub(stated_today(tx, found, addresses), modified=found.created_at)

    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: node.db.read(read)))


def post_id_of(request: web.Request) -> int:
    """The number in the path.

    Raises:
        NotFound: it can be none of our ids, or is not written as we write it.
    """
    text = request.match_info["id"]
    found = parse_id(text)
    if found is None or str(found) != text:
        raise NotFound
    return found


def parts_of(tx: Tx, found: Post) -> NoteParts:
    """Everything that the Note of a local post is made of."""
    author = actors.by_id(tx, found.actor_id)
    assert author is not None
    return NoteParts(
        post=found,
        author=author,
        mentions=posts.mentions_of(tx, [found.id]).get(found.id, []),
        hashtags=posts.hashtags_of(tx, [found.id]).get(found.id, []),
        decision=decisions(tx, [subject_of(found, author)])[found.uri],
        groups=audience.groups_of(tx, found),
        terms=terms_of(tx, found),
        poll=polls.of_post(tx, found.id) if found.type == "Question" else None,
    )


def stated_today(tx: Tx, stored: StoredActivity, addresses: Addresses) -> JsonDict:
    """A public activity as it was sent, with the post it carries as that post is now.

    The bytes that were sent hold what the author said of training use at the time. Served again they
    would contradict the post itself after a change of mind.

    Raises:
        NotFound: the post it is about is gone, or is not public.
    """
    document = load_json(stored.document, limit=_MAX_STORED)
    if stored.post_id is None:
        return document
    about = posts.by_id(tx, stored.post_id)
    if about is None or not may_see(tx, about, ANONYMOUS):
        raise NotFound
    if stored.type not in _CARRIERS:
        return document
    today = note.embedded(parts_of(tx, about), addresses=addresses)
    if document["object"] == today:
        return document
    # A proof is over the bytes that were sent, and would not fit what is said now.
    document.pop("proof", None)
    return {**document, "object": today}


def _tombstone(tx: Tx, uri: str) -> Document:
    """What says that *uri* was deleted (410).

    Raises:
        NotFound: it never was, as far as anybody may know.
    """
    left = posts.tombstone(tx, uri)
    if left is None:
        raise NotFound
    document = write.tombstone(left.uri, former_type=left.former_type or "Note", deleted=left.deleted_at)
    return activitypub({"@context": AS2, **document}, status=410)
