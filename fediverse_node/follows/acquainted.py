"""Whom two people know in common, and whom of those somebody follows has a name that begins so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from fediverse_node.actors.tables import actors
from fediverse_node.follows.tables import follows
from fediverse_node.storage.tx import Tx

#: Of all that are asked about together.
MAX_BETWEEN: Final = 400


def between(tx: Tx, actor_id: int, target_ids: Collection[int]) -> dict[int, list[int]]:
    """Followers of each of *target_ids* whom the actor follows, the latest follow first; all accepted."""
    mine, theirs = follows.alias("mine"), follows.alias("theirs")
    statement = (
        sa.select(theirs.c.target_id, theirs.c.follower_id)
        .join_from(mine, theirs, theirs.c.follower_id == mine.c.target_id)
        .where(mine.c.follower_id == actor_id, mine.c.state == "accepted")
        .where(theirs.c.target_id.in_(list(target_ids)), theirs.c.state == "accepted")
        .order_by(theirs.c.id.desc())
        .limit(MAX_BETWEEN)
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for target_id, follower_id in tx.all(statement):
        found[target_id].append(follower_id)
    return dict(found)


def named(tx: Tx, actor_id: int, prefix: str, limit: int) -> list[int]:
    """Ids of those whom the actor follows whose shown name begins with *prefix*, in any case."""
    begins = sa.func.lower(actors.c.name).startswith(prefix.lower(), autoescape=True)
    statement = (
        sa.select(actors.c.id)
        .join_from(follows, actors, actors.c.id == follows.c.target_id)
        .where(follows.c.follower_id == actor_id, follows.c.state == "accepted", begins)
        .order_by(actors.c.id)
        .limit(limit)
    )
    return [row[0] for row in tx.all(statement)]
