"""Everything but posts that a client may put into an outbox: each verb hands on to its use case.

Likes, follows, blocks and what undoes them go to those whom they concern, whatever `to` and `cc` say. Each
verb gives the id of the activity that now stands for it; None where nothing with an id came of it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.activitystreams.read import visibility_of
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors import queries as actors
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.outbox import block as blocking
from fediverse_node.federation.outbox import emoji_react, pin, react
from fediverse_node.federation.outbox import follow as following
from fediverse_node.federation.outbox.own import own_post
from fediverse_node.federation.outbox.report import report
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.errors import NodeError, NotFound, NotValid
from fediverse_node.moderation import queries as moderation
from fediverse_node.posts import emoji_reactions, reactions
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post, Visibility
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.web.federation import c2s_notes, c2s_profile
from fediverse_node.web.federation.c2s_door import Act, NotOffered
from fediverse_node.web.federation.c2s_recipients import stated
from fediverse_node.web.rate_limits import DELETES

Undo = Callable[[Act, JsonDict, str | None], Awaitable[bool]]

_MAX_STORED = 1 << 22
_MAX_OBJECTS = 50


async def update(act: Act) -> str | None:
    """Change a post of one's own, or the profile."""
    if values.link(act.object) == act.actor.uri:
        await c2s_profile.update(act)
        return await _made(act, "Update")
    post_id = await c2s_notes.update(act)
    return await _made(act, "Update", post_id=post_id)


async def delete(act: Act) -> str | None:
    """Delete a post of one's own."""
    if act.object_id == act.actor.uri:
        raise NotOffered("An account is deleted on the command line: account delete.")
    act.limits.take(DELETES, str(act.caller.account.id))
    post = await _own(act, act.object_id)
    await retract(act.desk, act.actor, post.id)
    return await _made(act, "Delete", post_id=post.id)


async def follow(act: Act) -> str | None:
    """Follow somebody, or ask to."""
    target = await act.person(act.object_id)
    return (await following.follow(act.desk, act.actor, target.id)).uri


async def block(act: Act) -> str | None:
    """Block somebody."""
    target = await act.person(act.object_id)
    await blocking.block(act.desk, act.actor, target.id)
    found = await act.desk.db.read(lambda tx: moderation.find_block(tx, act.actor.id, target.id))
    return found.uri if found else None


async def like(act: Act) -> str | None:
    """Like a post; with `content`, by an emoji (FEP-c0e0)."""
    post = await act.post(act.object_id)
    emoji = values.filled(act.activity.get("content"), 200)
    if emoji is None:
        liked = await react.favourite(act.desk, act.actor, post.id)
        return await act.desk.db.read(lambda tx: reactions.favourite_uri(tx, liked.id, act.actor.id))
    before = await act.desk.db.read(lambda tx: emoji_reactions.of_actor(tx, post.id, act.actor.id))
    reacted = await emoji_react.react(act.desk, act.actor, post.id, emoji)
    after = await act.desk.db.read(lambda tx: emoji_reactions.of_actor(tx, reacted.id, act.actor.id))
    new = [each.uri for each in after if each not in before]
    return new[0] if new else next((each.uri for each in after if emoji.strip(":") in each.emoji), None)


async def announce(act: Act) -> str | None:
    """Boost a post, publicly or unlisted."""
    post = await act.post(act.object_id)
    to, cc, blind = stated(act.activity)
    author = (await act.desk.db.read(lambda tx: actors.by_ids(tx, [post.actor_id])))[post.actor_id]
    if {*to, *cc, *blind} - {PUBLIC, act.actor.followers, act.actor.uri, author.uri}:
        raise NotOffered("A boost is for everybody, and cannot be sent to people by name.")
    visibility: Visibility = visibility_of(to, cc, act.actor.followers)
    return (await react.boost(act.desk, act.actor, post.id, visibility=visibility)).uri


async def accept(act: Act) -> str | None:
    """Let somebody follow who asked."""
    asked = await _request(act)
    await following.accept(act.desk, act.actor, asked.follower_id)
    return await _made(act, "Accept", about=asked.uri)


async def reject(act: Act) -> str | None:
    """Do not let somebody follow, or no longer."""
    asked = await _request(act)
    await following.reject(act.desk, act.actor, asked.follower_id)
    return await _made(act, "Reject", about=asked.uri)


async def add(act: Act) -> str | None:
    """Pin a post."""
    post = await _pinned(act)
    await pin.pin(act.desk, act.actor, post.id)
    return await _made(act, "Add", about=post.uri)


async def remove(act: Act) -> str | None:
    """Pin a post no longer."""
    post = await _pinned(act)
    await pin.unpin(act.desk, act.actor, post.id)
    return await _made(act, "Remove", about=post.uri)


async def flag(act: Act) -> None:
    """Report somebody, and posts of theirs, to whoever runs this server.

    Addressed to them, their server is told as well: by this server, so that nobody there learns who it was.
    """
    uris = values.links(act.activity.get("object"), _MAX_OBJECTS)

    def read(tx: Tx) -> tuple[int | None, list[int]]:
        about = [post for uri in uris if (post := posts.by_uri(tx, uri)) is not None]
        named = list(actors.by_uris(tx, uris).values())
        people = {each.id for each in named} | {post.actor_id for post in about}
        known = {each.uri for each in named} | {post.uri for post in about}
        if known != set(uris):
            raise NotFound("What this is about is not known here.")
        return (people.pop() if len(people) == 1 else None), [post.id for post in about]

    target_id, post_ids = await act.desk.db.read(read)
    if target_id is None:
        raise NotValid("“object” must name one account, and posts of its.")
    to, cc, blind = stated(act.activity)
    comment = values.text(act.activity.get("content")) or ""
    forward = bool(to or cc or blind)
    await report(act.desk, act.actor, target_id, post_ids=post_ids, comment=comment, forward=forward)


async def undo(act: Act) -> str | None:
    """Take back a follow, a like or reaction, a boost or a block: named by its id, or described."""
    node, uri = act.object, act.object_id
    for attempt in (_unfollow, _unblock, _unlike, _unreact, _unboost):
        if await attempt(act, node, uri):
            return await _made(act, "Undo")
    raise NotFound("There is nothing of yours to undo. Follow, Like, Announce and Block can be undone.")


async def _unfollow(act: Act, node: JsonDict, uri: str | None) -> bool:
    me = act.actor.id

    def read(tx: Tx) -> Follow | None:
        found = follows.by_uri(tx, uri) if uri is not None else None
        if found is None and _described(node, "Follow"):
            target = actors.by_uri(tx, values.link(node.get("object")) or "")
            found = follows.find(tx, me, target.id) if target else None
        return found if found is not None and found.follower_id == me else None

    found = await act.desk.db.read(read)
    if found is None:
        return False
    await following.unfollow(act.desk, act.actor, found.target_id)
    return True


async def _unblock(act: Act, node: JsonDict, uri: str | None) -> bool:
    me = act.actor.id

    def read(tx: Tx) -> int | None:
        found = moderation.block_by_uri(tx, uri) if uri is not None else None
        if found is None and _described(node, "Block"):
            target = actors.by_uri(tx, values.link(node.get("object")) or "")
            found = moderation.find_block(tx, me, target.id) if target else None
        return found.target_id if found is not None and found.actor_id == me else None

    target_id = await act.desk.db.read(read)
    if target_id is None:
        return False
    await blocking.unblock(act.desk, act.actor, target_id)
    return True


async def _unlike(act: Act, node: JsonDict, uri: str | None) -> bool:
    me = act.actor.id

    def read(tx: Tx) -> int | None:
        found = reactions.favourite_by_uri(tx, uri) if uri is not None else None
        if found is None and _described(node, "Like") and not node.get("content"):
            post = posts.by_uri(tx, values.link(node.get("object")) or "")
            liked = post is not None and reactions.favourite_uri(tx, post.id, me) is not None
            found = (post.id, me) if post is not None and liked else None
        return found[0] if found is not None and found[1] == me else None

    post_id = await act.desk.db.read(read)
    if post_id is None:
        return False
    await react.unfavourite(act.desk, act.actor, post_id)
    return True


async def _unreact(act: Act, node: JsonDict, uri: str | None) -> bool:
    me = act.actor.id

    def read(tx: Tx) -> tuple[int, str] | None:
        found = emoji_reactions.by_uri(tx, uri) if uri is not None else None
        if found is not None and found.actor_id == me:
            return found.post_id, found.emoji
        post = posts.by_uri(tx, values.link(node.get("object")) or "")
        emoji = values.filled(node.get("content"), 200)
        if post is None or emoji is None or values.kind(node) not in {"Like", "EmojiReact"}:
            return None
        there = [each.emoji for each in emoji_reactions.of_actor(tx, post.id, me)]
        return (post.id, emoji) if emoji in there else None

    found = await act.desk.db.read(read)
    if found is None:
        return False
    await emoji_react.take_back(act.desk, act.actor, *found)
    return True


async def _unboost(act: Act, node: JsonDict, uri: str | None) -> bool:
    me = act.actor.id

    def read(tx: Tx) -> int | None:
        found = posts.by_uri(tx, uri) if uri is not None else None
        if found is None and _described(node, "Announce"):
            post = posts.by_uri(tx, values.link(node.get("object")) or "")
            found = posts.boost_by(tx, me, post.id) if post else None
        return found.boost_of_id if found is not None and found.actor_id == me else None

    post_id = await act.desk.db.read(read)
    if post_id is None:
        return False
    await react.unboost(act.desk, act.actor, post_id)
    return True


def _described(node: JsonDict, kind: str) -> bool:
    return values.kind(node) == kind


async def _request(act: Act) -> Follow:
    """The follow of the caller that an Accept or Reject is about."""
    node, uri, me = act.object, act.object_id, act.actor.id

    def read(tx: Tx) -> Follow | None:
        found = follows.by_uri(tx, uri) if uri is not None else None
        if found is None and _described(node, "Follow"):
            asker = actors.by_uri(tx, values.link(node.get("actor")) or "")
            found = follows.find(tx, asker.id, me) if asker else None
        return found if found is not None and found.target_id == me else None

    found = await act.desk.db.read(read)
    if found is None:
        raise NotFound("“object” must be the Follow of somebody who follows you, or asked to.")
    return found


async def _pinned(act: Act) -> Post:
    if values.link(act.activity.get("target")) != act.actor.featured:
        raise NotOffered(f"Posts can be added to and removed from {act.actor.featured} only.")
    return await _own(act, act.object_id)


async def _own(act: Act, uri: str | None) -> Post:
    """A post of one's own.

    Raises:
        NotFound, NotAllowed: see `own_post`.
    """

    def read(tx: Tx) -> Post:
        found = posts.by_uri(tx, uri) if uri is not None else None
        if found is None:
            raise NotFound("There is no such post.")
        return own_post(tx, act.actor, found.id)

    return await act.desk.db.read(read)


async def _made(act: Act, kind: str, *, post_id: int | None = None, about: str | None = None) -> str | None:
    """The id of the activity of this kind that the use case just wrote; None when nobody had to be told."""
    page, origin = Page(since_id=act.newest), act.desk.addresses.origin
    for each in await act.desk.db.read(
        lambda tx: deliveries.written(tx, act.actor.id, page, own_origin=origin)
    ):
        fits = each.type == kind and (post_id is None or each.post_id == post_id)
        if fits and (about is None or _object_of(each.document) == about):
            return each.uri
    return None


def _object_of(document: bytes) -> str | None:
    with contextlib.suppress(NodeError):
        return values.link(load_json(document, limit=_MAX_STORED).get("object"))
    return None
