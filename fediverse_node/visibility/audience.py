"""The same rule the other way round: who of many may see one post, and who of them wants to hear it.

What goes out to a thousand listeners at once cannot be asked a thousand times. Here is no rule of its own:
`rule.allows` decides, and `quiet.heard` says what is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fediverse_node.actors import queries as actors
from fediverse_node.follows import queries as follows
from fediverse_node.moderation import queries as moderation
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import quiet
from fediverse_node.visibility.rule import ANONYMOUS, OPEN, Viewer, allows


def seeing(tx: Tx, post: Post, viewers: Iterable[Viewer]) -> list[Viewer]:
    """Those of *viewers* who may see *post*, with a fixed number of statements for most of them."""
    original = posts.by_ids(tx, [post.boost_of_id]) if post.boost_of_id is not None else {}
    if post.boost_of_id is not None and not original:
        return []
    parts = [post, *original.values()]
    authors = actors.by_ids(tx, [part.actor_id for part in parts])
    friends = {id_: set(follows.local_follower_ids(tx, id_)) for id_ in _private(parts)}
    named = _named(tx, parts)

    def sees(viewer: Viewer) -> bool:
        apart = moderation.apart(tx, viewer.actor_id, authors) if viewer.actor_id is not None else frozenset()
        return all(
            allows(
                part,
                None if part.actor_id in apart else authors.get(part.actor_id),
                viewer,
                named=viewer.actor_uri in named.get(part.id, ()),
                friend=viewer.actor_id in friends.get(part.actor_id, ()),
            )
            for part in parts
        )

    return [viewer for viewer in viewers if sees(viewer)]


def hearing(tx: Tx, post: Post, viewers: Iterable[Viewer], *, in_public: bool = False) -> list[Viewer]:
    """Those of *viewers* into whose timelines *post* belongs, as `quiet.heard` has it.

    What everybody hears in public, a person leaves out only for reasons of their own.
    """
    if in_public and quiet.heard(tx, [post], ANONYMOUS, in_public=True):
        in_public = False
    return [viewer for viewer in viewers if quiet.heard(tx, [post], viewer, in_public=in_public)]


def _private(parts: Iterable[Post]) -> set[int]:
    return {part.actor_id for part in parts if part.visibility == "private"}


def _named(tx: Tx, parts: Iterable[Post]) -> Mapping[int, set[str]]:
    """Whom those of *parts* mention that are not open to all, by post."""
    closed = [part.id for part in parts if part.visibility not in OPEN]
    mentions = posts.mentions_of(tx, closed) if closed else {}
    return {post_id: {name.actor_uri for name in names} for post_id, names in mentions.items()}
