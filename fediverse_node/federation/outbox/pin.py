"""Pinning: some posts come first on a profile, and those who follow are told which.

Nobody elsewhere hears of a post that stays on this server.
"""

from __future__ import annotations

from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import featured
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.own import own_post
from fediverse_node.federation.outbox.seal import seal
from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts import pins
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import OPEN


async def pin(desk: Desk, author: Actor, post_id: int) -> Post:
    """Pin a post of *author*. One that is pinned stays as it is.

    Raises:
        NotFound, NotAllowed: see `own_post`.
        NotValid: it is not for everybody, or `MAX_PINS` are pinned already.
    """
    signing = await desk.keys.key_of(author.id, "ed25519")

    def unit(tx: Tx) -> Post:
        post = own_post(tx, author, post_id)
        if post.visibility not in OPEN:
            raise NotValid("Only posts that everybody may see can be pinned.")
        there = pins.of_actor(tx, author.id)
        if any(each.id == post.id for each in there):
            return post
        if len(there) >= pins.MAX_PINS:
            raise NotValid(f"At most {pins.MAX_PINS} posts can be pinned. Unpin one first.")
        pins.pin(tx, author.id, post.id)
        if post.local_only:
            return post
        id_ = desk.addresses.activity(tx.new_id())
        document = featured.document("Add", post.uri, id_=id_, owner=author)
        queue.enqueue(
            tx,
            actor=author,
            document=seal(document, signing, now=tx.now),
            inboxes=audience.of_followers(tx, author),
            public=True,
        )
        return post

    return await desk.db.write(unit)


async def unpin(desk: Desk, author: Actor, post_id: int) -> Post:
    """Pin a post of *author* no longer. One that is not pinned stays as it is.

    Raises:
        NotFound, NotAllowed: see `own_post`.
    """
    signing = await desk.keys.key_of(author.id, "ed25519")

    def unit(tx: Tx) -> Post:
        post = own_post(tx, author, post_id)
        if not pins.unpin(tx, author.id, post.id) or post.local_only:
            return post
        id_ = desk.addresses.activity(tx.new_id())
        document = featured.document("Remove", post.uri, id_=id_, owner=author)
        queue.enqueue(
            tx,
            actor=author,
            document=seal(document, signing, now=tx.now),
            inboxes=audience.of_followers(tx, author),
            public=True,
        )
        return post

    return await desk.db.write(unit)
