"""The rule: who may see a post.

| visibility        | who                                                        |
|-------------------|------------------------------------------------------------|
| public, unlisted  | everybody                                                  |
| private           | its author, accepted followers, and those it mentions      |
| direct            | its author and those it mentions                           |

Of these, whoever is not from here never sees a post that is for this server only.
Nobody sees anything of somebody whom they block, or who blocks them; who does not say who they are
cannot be told from a stranger. A boost is seen by whoever may see the boosted post. Nothing of a
suspended or deleted actor is seen, nor through somebody else's boost (Mastodon CVE-2026-23961).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.follows import queries as follows
from fediverse_node.moderation import queries as moderation
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx

OPEN = ("public", "unlisted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is looking. No field set: anybody. `local`: somebody with an account here."""

    actor_id: int | None = None
    actor_uri: str | None = None
    local: bool = False


ANONYMOUS = Viewer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What may be seen of some posts, and what was read to find out.

    Attributes:
        shown: the posts that may be seen, in their order.
        originals: what the boosts among them boost, by id.
        authors: who wrote any of these, by id.
    """

    shown: list[Post]
    originals: Mapping[int, Post]
    authors: Mapping[int, Actor]


def viewer_for(actor: Actor) -> Viewer:
    """The viewer that an authenticated actor is."""
    return Viewer(actor_id=actor.id, actor_uri=actor.uri, local=actor.local)


def may_see(tx: Tx, post: Post, viewer: Viewer) -> bool:
    """Whether *viewer* may see *post*."""
    return bool(visible(tx, [post], viewer))


def visible(tx: Tx, found: Sequence[Post], viewer: Viewer) -> list[Post]:
    """Those of *found* that *viewer* may see, in their order, with a fixed number of statements."""
    return survey(tx, found, viewer).shown


def survey(tx: Tx, found: Sequence[Post], viewer: Viewer) -> Survey:
    """As `visible`, with everything that was read on the way: for whoever renders."""
    if not found:
        return Survey(shown=[], originals={}, authors={})
    boosted = [post.boost_of_id for post in found if post.boost_of_id is not None]
    originals = posts.by_ids(tx, boosted) if boosted else {}
    everything = [*found, *originals.values()]
    authors = _authors(tx, everything, viewer)
    closed = [post for post in everything if post.visibility not in OPEN]
    friends = _friends(tx, closed, viewer)
    named = _named(tx, closed, viewer)

    def seen(post: Post) -> bool:
        author = authors.get(post.actor_id)
        return allows(post, author, viewer, named=post.id in named, friend=post.actor_id in friends)

    def shown(post: Post) -> bool:
        if not seen(post):
            return False
        if post.boost_of_id is None:
            return True
        original = originals.get(post.boost_of_id)
        return original is not None and seen(original)

    return Survey(
        shown=[post for post in found if shown(post)],
        originals=originals,
        authors=authors,
    )


def allows(post: Post, author: Actor | None, viewer: Viewer, *, named: bool, friend: bool) -> bool:
    """The rule for one post by itself, once everything is known that it depends on.

    *author* is None where they are unknown, or apart from the viewer; *named* says whether *post* mentions
    the viewer, *friend* whether they are an accepted follower of its author.
    """
    out = post.deleted_at is not None or (post.local_only and not viewer.local)
    if out or author is None or not author.active:
        return False
    if post.visibility in OPEN or post.actor_id == viewer.actor_id or named:
        return True
    return post.visibility == "private" and friend


def _authors(tx: Tx, everything: Sequence[Post], viewer: Viewer) -> dict[int, Actor]:
    """Who wrote *everything*, without those whom the viewer blocks, or who block the viewer."""
    found = actors.by_ids(tx, [post.actor_id for post in everything])
    if viewer.actor_id is None:
        return found
    apart = moderation.apart(tx, viewer.actor_id, found)
    return {id_: author for id_, author in found.items() if id_ not in apart} if apart else found


def _friends(tx: Tx, closed: Sequence[Post], viewer: Viewer) -> set[int]:
    """Authors whose accepted follower the viewer is; a pending one sees nothing (Pixelfed CVE-2025-30741)."""
    authors = {post.actor_id for post in closed if post.visibility == "private"}
    if viewer.actor_id is None or not authors:
        return set()
    return follows.followed_among(tx, viewer.actor_id, authors)


def _named(tx: Tx, closed: Sequence[Post], viewer: Viewer) -> set[int]:
    """Posts that mention the viewer."""
    if viewer.actor_uri is None or not closed:
        return set()
    mentions = posts.mentions_of(tx, [post.id for post in closed])
    return {
        post_id
        for post_id, names in mentions.items()
        if any(name.actor_uri == viewer.actor_uri for name in names)
    }
