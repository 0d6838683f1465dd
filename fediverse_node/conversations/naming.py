"""Somebody is named in a post: they are told, and a direct post joins their conversation."""

from __future__ import annotations

from fediverse_node.conversations import queries
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.telling import tell


def tell_named(tx: Tx, post: Post, actor_id: int) -> None:
    """Tell a local actor that *post* names them. Safe to do twice.

    What they hold back or drop is in no conversation of theirs; what they accept later joins one then.
    """
    done = tell(tx, actor_id, "mention", from_actor_id=post.actor_id, post_id=post.id)
    if post.visibility == "direct" and done == "accept":
        queries.take_in(tx, post, actor_id)
