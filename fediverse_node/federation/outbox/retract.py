"""Retracting: a post is deleted here at once, and everybody who may have a copy is told."""

from __future__ import annotations

import logging

from fediverse_node.actors.model import Actor
from fediverse_node.consent import decisions
from fediverse_node.conversations import queries as conversations
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.builders import delete
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.own import own_post
from fediverse_node.federation.outbox.publish import OPEN
from fediverse_node.federation.outbox.seal import seal
from fediverse_node.notifications import queries as notifications
from fediverse_node.polls import queries as polls
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.posts.subject import subject_of
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries as uploads

log = logging.getLogger(__name__)


async def retract(desk: Desk, author: Actor, post_id: int) -> Post:
    """Delete a post of *author*. Gives it as it was, so that a client can offer it for a new draft.

    Raises:
        NotFound: there is none.
        NotAllowed: it is somebody else's.
    """
    signing = await desk.keys.key_of(author.id, "ed25519")

    def unit(tx: Tx) -> Post:
        post = own_post(tx, author, post_id)
        # Whoever was sent something about it may have a copy, also those who no longer follow.
        told = deliveries.inboxes_of(tx, post.id)
        inboxes = [*audience.of_post(tx, post, author), *sorted(told)]
        decisions.erase(tx, subject_of(post, author))
        posts.remove(tx, post, actor_uri=author.uri)
        if post.type == "Question":
            polls.remove(tx, post.id)
        uploads.remove_of_post(tx, post.id)
        notifications.remove_for_post(tx, post.id)
        if post.visibility == "direct":
            conversations.let_go(tx, post.id)
        if post.local_only:
            return post
        deliveries.withdraw(tx, post.id, types=("Create", "Update"))
        document = delete.document(post, author, id_=desk.addresses.activity(tx.new_id()), now=tx.now)
        public = post.visibility in OPEN
        queue.enqueue(
            tx,
            actor=author,
            document=seal(document, signing, now=tx.now) if public else document,
            inboxes=inboxes,
            post_id=post.id,
            public=public,
        )
        return post

    post = await desk.db.write(unit)
    log.info("outbox.retracted", extra={"post": post.id})
    return post
