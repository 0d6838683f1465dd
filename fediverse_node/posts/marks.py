"""What somebody did with posts: liked, boosted, pinned or kept them. Asked with every page they read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from fediverse_node.posts.rows import LIVE
from fediverse_node.posts.tables import bookmarks, emoji_reactions, favourites, pins, posts
from fediverse_node.storage.tx import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Ids of posts that one actor marked."""

    favourited: frozenset[int] = frozenset()
    boosted: frozenset[int] = frozenset()
    pinned: frozenset[int] = frozenset()
    bookmarked: frozenset[int] = frozenset()


#: Of whoever reads without saying who they are.
NO_MARKS = Marks()

_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_BY: sa.BindParameter[int] = sa.bindparam("actor_id", type_=sa.BigInteger)
_MARKS = sa.select(
    sa.union_all(
        sa.select(sa.literal_column("'favourited'").label("kind"), favourites.c.post_id).where(
            favourites.c.actor_id == _BY, favourites.c.post_id.in_(_IDS)
        ),
        sa.select(sa.literal_column("'boosted'"), posts.c.boost_of_id).where(
            posts.c.actor_id == _BY, posts.c.boost_of_id.in_(_IDS), LIVE
        ),
        sa.select(sa.literal_column("'pinned'"), pins.c.post_id).where(
            pins.c.actor_id == _BY, pins.c.post_id.in_(_IDS)
        ),
        sa.select(sa.literal_column("'bookmarked'"), bookmarks.c.post_id).where(
            bookmarks.c.actor_id == _BY, bookmarks.c.post_id.in_(_IDS)
        ),
    ).subquery()
)

_PEOPLE: sa.BindParameter[int] = sa.bindparam("actor_ids", expanding=True)
_MARKED_BY = sa.union(
    *(
        sa.select(table.c.actor_id).where(table.c.post_id.in_(_IDS), table.c.actor_id.in_(_PEOPLE))
        for table in (favourites, pins, bookmarks, emoji_reactions)
    ),
    sa.select(posts.c.actor_id).where(posts.c.boost_of_id.in_(_IDS), posts.c.actor_id.in_(_PEOPLE), LIVE),
).subquery()
_MARKED = sa.select(_MARKED_BY.c.actor_id)


def of(tx: Tx, actor_id: int, ids: Iterable[int]) -> Marks:
    """What the actor did with those of *ids*, in one statement."""
    kinds = ("favourited", "boosted", "pinned", "bookmarked")
    found: dict[str, set[int]] = {kind: set() for kind in kinds}
    for kind, post_id in tx.all(_MARKS, {"actor_id": actor_id, "ids": list(set(ids))}):
        found[kind].add(post_id)
    return Marks(**{kind: frozenset(marked) for kind, marked in found.items()})


def markers_among(tx: Tx, ids: Iterable[int], actor_ids: Iterable[int]) -> set[int]:
    """Those of *actor_ids* who marked any of the posts *ids*, or put an emoji under one."""
    return {row[0] for row in tx.all(_MARKED, {"ids": list(set(ids)), "actor_ids": list(actor_ids)})}
