"""Reacting: likes and boosts, and taking them back."""

from __future__ import annotations

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.builders import announce, like, undo
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.discovery import gaps
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.own import require_home, visible_post
from fediverse_node.federation.outbox.publish import OPEN
from fediverse_node.federation.outbox.quote import note_pending, require_leave, require_leave_to_like
from fediverse_node.federation.outbox.seal import seal
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import queries as posts
from fediverse_node.posts import reactions
from fediverse_node.posts.model import Post, Visibility
from fediverse_node.signatures.base import SigningKey
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from fediverse_node.visibility.telling import tell


async def favourite(desk: Desk, actor: Actor, post_id: int) -> Post:
    """*actor* likes a post. Liking it again changes nothing. Gives the post as it stands now.

    Raises:
        NotFound: there is no such post for them.
        NotAllowed: its author does not want it to be liked by them.
    """
    signing = await desk.keys.key_of(actor.id, "ed25519")

    def unit(tx: Tx) -> Post:
        post, author = _original(tx, actor, post_id)
        require_leave_to_like(tx, post, author, actor)
        uri = desk.addresses.activity(tx.new_id())
        if reactions.favourite(tx, post.id, actor.id, uri):
            gaps.taken_part(tx, post)
            if author.local:
                tell(tx, author.id, "favourite", from_actor_id=actor.id, post_id=post.id)
            else:
                document = like.document(id_=uri, actor=actor.uri, post=post.uri, author=author.uri)
                _send(tx, actor, document, audience.of_person(author), post=post, signing=signing)
        return _again(tx, post)

    return await desk.db.write(unit)


async def unfavourite(desk: Desk, actor: Actor, post_id: int) -> Post:
    """*actor* takes a like back; without one nothing happens. Gives the post as it stands now.

    Raises:
        NotFound: there is no such post for them.
    """

    def unit(tx: Tx) -> Post:
        post, author = _original(tx, actor, post_id)
        uri = reactions.unfavourite(tx, post.id, actor.id)
        if uri is not None:
            if author.local:
                notifications.remove(tx, author.id, "favourite", from_actor_id=actor.id, post_id=post.id)
            else:
                liked = like.document(id_=uri, actor=actor.uri, post=post.uri, author=author.uri)
                _undo(tx, desk, actor, liked, audience.of_person(author))
        return _again(tx, post)

    return await desk.db.write(unit)


async def boost(desk: Desk, actor: Actor, post_id: int, *, visibility: Visibility = "public") -> Post:
    """*actor* passes a post on. Doing it again changes nothing. Gives the boost.

    Raises:
        NotFound: there is no such post for them.
        NotAllowed: its author does not want it to be boosted by them.
        NotValid: the post is not public, or the boost would be neither public nor unlisted.
        NotAllowed: the account moved away.
    """
    require_home(actor)
    signing = await desk.keys.key_of(actor.id, "ed25519")

    def unit(tx: Tx) -> Post:
        post, author = _original(tx, actor, post_id)
        if post.visibility not in OPEN or visibility not in OPEN:
            raise NotValid("Only public and unlisted posts can be boosted, publicly or unlisted.")
        there = posts.boost_by(tx, actor.id, post.id)
        if there is not None:
            return there
        verdict = require_leave(tx, post, author, "boost", actor)
        new = Post(
            id=tx.new_id(),
            uri=desk.addresses.activity(tx.new_id()),
            actor_id=actor.id,
            local=True,
            visibility=visibility,
            boost_of_id=post.id,
            addressed=(author.uri,),
            local_only=post.local_only,
            published_at=tx.now,
            created_at=tx.now,
        )
        if posts.add(tx, new) is None:
            raise NotFound("There is no such post.")
        note_pending(tx, new, "boost", post, verdict)
        gaps.taken_part(tx, post)
        home.deliver(tx, new)
        if author.local:
            tell(tx, author.id, "reblog", from_actor_id=actor.id, post_id=post.id)
        document = _announcement(new, actor, post, author)
        _send(tx, actor, document, audience.of_post(tx, new, actor), post=new, signing=signing)
        return new

    return await desk.db.write(unit)


async def unboost(desk: Desk, actor: Actor, post_id: int) -> Post:
    """*actor* takes a boost back; without one nothing happens. Gives the post that was boosted.

    Raises:
        NotFound: there is no such post for them.
    """

    def unit(tx: Tx) -> Post:
        post, author = _original(tx, actor, post_id)
        there = posts.boost_by(tx, actor.id, post.id)
        if there is not None:
            inboxes = [*audience.of_post(tx, there, actor), *sorted(deliveries.inboxes_of(tx, there.id))]
            posts.remove(tx, there, actor_uri=actor.uri)
            deliveries.withdraw(tx, there.id, types=("Announce",))
            if author.local:
                notifications.remove(tx, author.id, "reblog", from_actor_id=actor.id, post_id=post.id)
            if not there.local_only:
                _undo(tx, desk, actor, _announcement(there, actor, post, author), inboxes)
        return _again(tx, post)

    return await desk.db.write(unit)


def _original(tx: Tx, actor: Actor, post_id: int) -> tuple[Post, Actor]:
    """The post that is meant, and its author: of a boost, what was boosted."""
    post = visible_post(tx, actor, post_id)
    if post.boost_of_id is not None:
        post = visible_post(tx, actor, post.boost_of_id)
    return post, actors.by_ids(tx, [post.actor_id])[post.actor_id]


def _again(tx: Tx, post: Post) -> Post:
    return posts.by_id(tx, post.id) or post


def _announcement(boost_: Post, actor: Actor, post: Post, author: Actor) -> JsonDict:
    return announce.document(
        id_=boost_.uri,
        booster=actor,
        post=post.uri,
        author=author.uri,
        visibility=boost_.visibility,
        now=boost_.published_at,
    )


def _send(
    tx: Tx, actor: Actor, document: JsonDict, inboxes: list[str], *, post: Post, signing: SigningKey
) -> None:
    if post.local_only:
        return
    public = post.visibility in OPEN
    queue.enqueue(
        tx,
        actor=actor,
        document=seal(document, signing, now=tx.now) if public else document,
        inboxes=inboxes,
        post_id=post.id,
        public=public,
    )


def _undo(tx: Tx, desk: Desk, actor: Actor, undone: JsonDict, inboxes: list[str]) -> None:
    document = undo.document(undone, id_=desk.addresses.activity(tx.new_id()))
    queue.enqueue(tx, actor=actor, document=document, inboxes=inboxes)
