"""The first post of the thread that a post stands in, as far as it is known here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa

from fediverse_node.posts.tables import posts
from fediverse_node.storage.tx import Tx

#: Longest way up.
MAX_DEPTH: Final = 100


def roots_of(tx: Tx, ids: Iterable[int]) -> dict[int, int]:
    """The root of each of *ids*, by its id, in one statement; a post that answers nothing is its own."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    highest: dict[int, tuple[int, int]] = {}
    for post_id, at, depth in tx.all(_UP, {"ids": wanted}):
        if post_id not in highest or depth > highest[post_id][1]:
            highest[post_id] = (at, depth)
    return {post_id: at for post_id, (at, _) in highest.items()}


def _up() -> sa.Select[Any]:
    asked: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
    start = sa.select(posts.c.id.label("id"), posts.c.id.label("at"), sa.literal(0).label("depth"))
    up = start.where(posts.c.id.in_(asked)).cte("up", recursive=True)
    step = sa.select(up.c.id, posts.c.in_reply_to_id, up.c.depth + 1).join_from(
        up, posts, posts.c.id == up.c.at
    )
    up = up.union_all(step.where(posts.c.in_reply_to_id.is_not(None), up.c.depth < MAX_DEPTH))
    return sa.select(up.c.id, up.c.at, up.c.depth)


_UP = _up()
