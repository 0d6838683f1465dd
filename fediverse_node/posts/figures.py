"""How much is written here. For figures that are shown to the world; they cost a walk through an index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from fediverse_node.kernel.ids import lowest_id_at, time_of
from fediverse_node.posts.rows import LIVE
from fediverse_node.posts.tables import posts
from fediverse_node.storage.tx import Tx

_WRITTEN = (
    sa.select(posts.c.actor_id, sa.func.count(), sa.func.max(posts.c.id))
    .where(posts.c.actor_id.in_(sa.bindparam("ids", expanding=True)), posts.c.visibility != "direct", LIVE)
    .group_by(posts.c.actor_id)
)
_WRITTEN_SINCE = (
    sa.select(posts.c.actor_id, sa.func.count(), sa.func.max(posts.c.id))
    .where(
        posts.c.actor_id == sa.bindparam("actor_id"),
        posts.c.id > sa.bindparam("after"),
        posts.c.visibility != "direct",
        LIVE,
    )
    .group_by(posts.c.actor_id)
)


@dataclass(frozen=True, slots=True)
class Written:
    """How much somebody said that is not private between some.

    Attributes:
        newest: the id of the last of it; None for nothing.
    """

    count: int = 0
    newest: int | None = None

    @property
    def last_at(self) -> datetime | None:
        """When they last said something."""
        return None if self.newest is None else time_of(self.newest)


def active_authors(tx: Tx, since: datetime) -> int:
    """How many people here wrote something public since *since*."""
    where = [posts.c.local, posts.c.visibility == "public", posts.c.id >= lowest_id_at(since), LIVE]
    statement = sa.select(sa.func.count(posts.c.actor_id.distinct())).where(*where)
    return int(tx.scalar(statement))


def written_by(tx: Tx, actor_ids: Iterable[int]) -> dict[int, Written]:
    """How much each of these actors said, in one statement. Those who said nothing are absent."""
    rows = tx.all(_WRITTEN, {"ids": list(set(actor_ids))})
    return {row[0]: Written(row[1], row[2]) for row in rows}


def written_since(tx: Tx, actor_id: int, before: Written) -> Written:
    """*before*, and what the actor said since. What was taken back of *before* is still counted."""
    parameters = {"actor_id": actor_id, "after": before.newest or 0}
    row = tx.first(_WRITTEN_SINCE, parameters)
    return before if row is None else Written(before.count + row[1], row[2])
