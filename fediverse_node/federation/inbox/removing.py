"""A post is taken out of every room that knows of it."""

from __future__ import annotations

from fediverse_node.conversations import queries as conversations
from fediverse_node.notifications import queries as notifications
from fediverse_node.polls import queries as polls
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries as uploads


def remove_post(tx: Tx, post: Post, *, actor_uri: str) -> None:
    """Delete *post* of *actor_uri*, with what hangs on it. Safe to do twice."""
    posts.remove(tx, post, actor_uri=actor_uri)
    if post.type == "Question":
        polls.remove(tx, post.id)
    if post.local:
        uploads.remove_of_post(tx, post.id)
    notifications.remove_for_post(tx, post.id)
    if post.visibility == "direct":
        conversations.let_go(tx, post.id)
