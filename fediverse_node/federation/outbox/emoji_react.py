"""Putting an emoji under a post, and taking it back (FEP-c0e0).

It is sent as a Like with content: the family of Misskey and the others that know reactions read it, and
everybody else counts a like.
"""

from __future__ import annotations

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import like, undo
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.own import visible_post
from fediverse_node.federation.outbox.publish import OPEN
from fediverse_node.federation.outbox.quote import require_leave_to_like
from fediverse_node.federation.outbox.seal import seal
from fediverse_node.kernel.emoji import one_emoji
from fediverse_node.kernel.errors import NotValid
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import custom_emojis, emoji_reactions, reactions
from fediverse_node.posts import queries as posts
from fediverse_node.posts.emoji_reactions import MAX_KINDS, MAX_OF_ACTOR
from fediverse_node.posts.model import Post, Reaction
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.telling import tell


async def react(desk: Desk, actor: Actor, post_id: int, emoji: str) -> Post:
    """*actor* puts *emoji* under a post. Doing it again changes nothing. Gives the post as it stands now.

    Args:
        desk: where it is done.
        actor: a local actor.
        post_id: of the post, or of a boost of it.
        emoji: one Unicode emoji, the code of one of ours, or `code@host` of one that is there already.

    Raises:
        NotFound: there is no such post for them.
        NotValid: it is no emoji that is known here, or there are too many under the post.
        NotAllowed: its author does not want it to be liked by them.
    """
    signing = await desk.keys.key_of(actor.id, "ed25519")

    def unit(tx: Tx) -> Post:
        post, author = _original(tx, actor, post_id)
        require_leave_to_like(tx, post, author, actor)
        name, picture = _meant(tx, desk.addresses, post, emoji)
        there = emoji_reactions.of_actor(tx, post.id, actor.id)
        if any(each.emoji == name for each in there):
            return post
        uri = desk.addresses.activity(tx.new_id())
        made = Reaction(post_id=post.id, actor_id=actor.id, emoji=name, picture=picture, uri=uri)
        if not emoji_reactions.add(tx, made):
            raise NotValid(
                f"A post has at most {MAX_OF_ACTOR} emoji of one person, and {MAX_KINDS} different ones."
            )
        if author.local:
            tell(tx, author.id, "favourite", from_actor_id=actor.id, post_id=post.id)
        else:
            document = _document(made, actor, post, author, desk.addresses)
            public = post.visibility in OPEN
            queue.enqueue(
                tx,
                actor=actor,
                document=seal(document, signing, now=tx.now) if public else document,
                inboxes=audience.of_person(author),
                post_id=post.id,
                public=public,
            )
        return posts.by_id(tx, post.id) or post

    return await desk.db.write(unit)


async def take_back(desk: Desk, actor: Actor, post_id: int, emoji: str) -> Post:
    """*actor* takes *emoji* back; without one nothing happens. Gives the post as it stands now.

    Raises:
        NotFound: there is no such post for them.
    """

    def unit(tx: Tx) -> Post:
        post, author = _original(tx, actor, post_id)
        wanted = one_emoji(emoji) or f":{emoji.strip().strip(':')}:"
        for made in emoji_reactions.of_actor(tx, post.id, actor.id):
            if made.emoji == wanted and emoji_reactions.remove(tx, made):
                _withdraw(tx, desk, actor, made, post, author)
        return posts.by_id(tx, post.id) or post

    return await desk.db.write(unit)


def _withdraw(tx: Tx, desk: Desk, actor: Actor, made: Reaction, post: Post, author: Actor) -> None:
    if not author.local:
        done = _document(made, actor, post, author, desk.addresses)
        document = undo.document(done, id_=desk.addresses.activity(tx.new_id()))
        queue.enqueue(tx, actor=actor, document=document, inboxes=audience.of_person(author))
        return
    left = emoji_reactions.of_actor(tx, post.id, actor.id)
    if not left and reactions.favourite_uri(tx, post.id, actor.id) is None:
        notifications.remove(tx, author.id, "favourite", from_actor_id=actor.id, post_id=post.id)


def _original(tx: Tx, actor: Actor, post_id: int) -> tuple[Post, Actor]:
    post = visible_post(tx, actor, post_id)
    if post.boost_of_id is not None:
        post = visible_post(tx, actor, post.boost_of_id)
    return post, actors.by_ids(tx, [post.actor_id])[post.actor_id]


def _meant(tx: Tx, addresses: Addresses, post: Post, text: str) -> tuple[str, str | None]:
    """The emoji as it is stored, and the picture of a custom one."""
    emoji = one_emoji(text)
    if emoji is not None:
        return emoji, None
    code = text.strip().strip(":")
    own = custom_emojis.by_code(tx, code)
    if own is not None:
        return f":{code}:", addresses.emoji_picture(own.digest, own.media_type)
    # Somebody's from elsewhere can be joined: then its picture is known.
    for name, picture, _ in post.reactions:
        if name == f":{code}:" and picture is not None:
            return name, picture
    raise NotValid("Give one emoji, or the code of one that is known here.")


def _document(made: Reaction, actor: Actor, post: Post, author: Actor, addresses: Addresses) -> JsonDict:
    return like.reaction(
        id_=made.uri,
        actor=actor.uri,
        post=post.uri,
        author=author.uri,
        emoji=made.emoji,
        picture=made.picture,
        addresses=addresses,
    )
