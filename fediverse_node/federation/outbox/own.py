"""Is it theirs? The question before every change of a post."""

from __future__ import annotations

from fediverse_node.actors.model import Actor
from fediverse_node.kernel.errors import NotAllowed, NotFound
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import may_see, viewer_for


def require_home(author: Actor) -> None:
    """Refuse to let somebody speak who has moved away.

    Raises:
        NotAllowed: the account moved.
    """
    if author.moved_to is not None:
        raise NotAllowed(f"This account has moved to {author.moved_to}. It posts no more.")


def own_post(tx: Tx, author: Actor, post_id: int) -> Post:
    """The post with this id, if *author* wrote it.

    Raises:
        NotFound: there is none, or none that *author* may see, or it is a boost.
        NotAllowed: it is somebody else's.
    """
    post = visible_post(tx, author, post_id)
    if post.actor_id != author.id:
        raise NotAllowed("Only its author can change a post.", detail=f"{author.uri} and post {post_id}")
    if post.boost_of_id is not None:
        raise NotFound("There is no such post.")
    return post


def visible_post(tx: Tx, person: Actor, post_id: int) -> Post:
    """The post with this id, if *person* may see it.

    Raises:
        NotFound: there is none, or none that they may see: the two look alike.
    """
    post = posts.by_id(tx, post_id)
    if post is None or not may_see(tx, post, viewer_for(person)):
        raise NotFound("There is no such post.")
    return post
