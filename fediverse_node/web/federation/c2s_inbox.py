"""`GET` of an inbox, for its owner: what reached them (ActivityPub, 5.2).

It is made of what is kept: the home timeline and the notifications. So it holds posts of those whom the owner
follows, posts that name or quote the owner, and likes, boosts and follows of others; deletions and edits show
in what is there. Activities have their ids where those are kept; Creates of other servers' posts have none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.builders import heard, note
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.notifications import queries as notifications
from fediverse_node.notifications.model import Notification
from fediverse_node.posts import emoji_reactions, reactions
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from fediverse_node.visibility import quiet
from fediverse_node.visibility.rule import survey, viewer_for
from fediverse_node.web.federation.c2s_door import owner, token_of
from fediverse_node.web.federation.c2s_read import answer, page_asked, page_of
from fediverse_node.web.federation.objects import parts_of
from fediverse_node.web.keys import ADDRESSES, NODE

_TYPES: Final = ("mention", "quote", "update", "favourite", "reblog", "follow", "follow_request")
_CARRIERS: Final = {"mention": "Create", "quote": "Create", "update": "Update"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What the items of a page are made of."""

    me: Actor
    addresses: Addresses
    shown: Mapping[int, Post]
    people: Mapping[int, Actor]
    creates: Mapping[int, str]


async def inbox(request: web.Request) -> web.StreamResponse:
    """An OrderedCollection, newest first; without a total, which nobody counts.

    Raises:
        NotAuthenticated, NotAllowed: there is no good token, or it is somebody else's inbox.
    """
    bearer, page = token_of(request), page_asked(request)
    addresses = request.app[ADDRESSES]

    def read(tx: Tx) -> JsonDict:
        me = owner(tx, request, bearer, "read").actor
        id_ = addresses.inbox(me.username)
        if page is None:
            return write.ordered_collection(id_, total=None, first=f"{id_}?page=first")
        rows, full = _rows(tx, me, page)
        items = _items(tx, me, addresses, rows)
        found = page_of(request, id_, page, [(row.id, {}) for row in rows], full=full)
        return {**found, "orderedItems": items}

    return answer(await request.app[NODE].db.read(read))


def _rows(tx: Tx, me: Actor, page: Page) -> tuple[list[Post | Notification], bool]:
    """Both lists as one: their ids are of one sequence. And whether there is more in this direction."""
    told = notifications.page(tx, me.id, page, types=_TYPES)
    rows: list[Post | Notification] = [*home.page(tx, me.id, page), *told]
    rows.sort(key=lambda row: row.id, reverse=True)
    nearest = page.min_id is not None
    return (rows[-page.limit :] if nearest else rows[: page.limit]), len(rows) >= page.limit


def _items(tx: Tx, me: Actor, addresses: Addresses, rows: Sequence[Post | Notification]) -> list[JsonDict]:
    timeline = [row for row in rows if isinstance(row, Post) and row.actor_id != me.id]
    told = [row for row in rows if isinstance(row, Notification)]
    about = posts.by_ids(tx, [row.post_id for row in told if row.post_id])
    found = survey(tx, [*timeline, *about.values()], viewer_for(me))
    at_home = {post.id for post in quiet.heard(tx, timeline, viewer_for(me))}
    shown = {post.id: post for post in found.shown if post.id in at_home or post.id in about}
    people = {**found.authors, **actors.by_ids(tx, [row.from_actor_id for row in told])}
    known = home.among(tx, me.id, about)
    out = quiet.hushed(tx, me.id, [people[row.from_actor_id] for row in told if row.from_actor_id in people])
    local = [post.id for post in (*shown.values(), *found.originals.values()) if post.local]
    read = _Read(
        me=me,
        addresses=addresses,
        shown={**found.originals, **shown},
        people=people,
        creates=deliveries.creates_of(tx, local),
    )
    items: dict[str, JsonDict] = {}
    for row in rows:
        if isinstance(row, Post):
            item = _said(tx, read, row) if row.id in shown and row.id in at_home else None
        elif row.from_actor_id in out or row.from_actor_id not in people or _is_double(row, about, known, me):
            item = None
        else:
            item = _happened(tx, read, row) if not row.post_id or row.post_id in shown else None
        if item is not None:
            items.setdefault(_key(item), item)
    return list(items.values())


def _is_double(row: Notification, about: Mapping[int, Post], known: set[int], me: Actor) -> bool:
    """Whether the same post is in the collection already: at home, or for naming its reader."""
    if _CARRIERS.get(row.type) != "Create":
        return False
    post = about.get(row.post_id)
    return row.post_id in known or (row.type == "quote" and post is not None and me.uri in post.addressed)


def _key(item: JsonDict) -> str:
    about = item["object"]
    return str(
        item.get("id") or f"{item['type']} {item['actor']} {about['id'] if type(about) is dict else about}"
    )


def _said(tx: Tx, read: _Read, post: Post) -> JsonDict:
    author = read.people[post.actor_id]
    if post.boost_of_id is None:
        return _activity("Create", author, _object(tx, read, post), id_=read.creates.get(post.id), post=post)
    return _activity(
        "Announce", author, _object(tx, read, read.shown[post.boost_of_id]), id_=post.uri, post=post
    )


def _happened(tx: Tx, read: _Read, row: Notification) -> JsonDict | None:
    who = read.people[row.from_actor_id]
    if row.type in {"follow", "follow_request"}:
        found = follows.find(tx, who.id, read.me.id)
        return _activity("Follow", who, read.me.uri, id_=found.uri) if found is not None else None
    post = read.shown[row.post_id]
    if row.type in _CARRIERS:
        id_ = read.creates.get(post.id) if row.type != "update" else None
        return _activity(_CARRIERS[row.type], who, _object(tx, read, post), id_=id_, post=post)
    if row.type == "reblog":
        boost = posts.boost_by(tx, who.id, post.id)
        return _activity("Announce", who, post.uri, id_=boost.uri, post=boost) if boost is not None else None
    liked = reactions.favourite_uri(tx, post.id, who.id)
    if liked is not None:
        return _activity("Like", who, post.uri, id_=liked)
    emojis = emoji_reactions.of_actor(tx, post.id, who.id)
    if not emojis:
        return None
    return {**_activity("Like", who, post.uri, id_=emojis[-1].uri), "content": emojis[-1].emoji}


def _object(tx: Tx, read: _Read, post: Post) -> JsonDict:
    if post.local:
        return note.embedded(parts_of(tx, post), addresses=read.addresses)
    return heard.embedded(
        post,
        read.people[post.actor_id],
        mentions=posts.mentions_of(tx, [post.id]).get(post.id, []),
        hashtags=posts.hashtags_of(tx, [post.id]).get(post.id, []),
    )


def _activity(
    kind: str, who: Actor, object_: str | JsonDict, *, id_: str | None, post: Post | None = None
) -> JsonDict:
    audience: JsonDict = {}
    if post is not None:
        to, cc = write.addressing(post.visibility, followers=who.followers or "", mentioned=post.addressed)
        audience = {
            "to": [each for each in to if each],
            "cc": [each for each in cc if each],
            "published": to_rfc3339(post.published_at),
        }
    return write.present({"id": id_, "type": kind, "actor": who.uri, **audience, "object": object_})
