"""How much is written here. For figures that are shown to the world; they cost a walk through an index."""

from __future__ import annotations

from collections.abc import Iterable
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


def active_authors(tx: Tx, since: datetime) -> int:
    """How many people here wrote something public since *since*."""
    where = [posts.c.local, posts.c.visibility == "public", posts.c.id >= lowest_id_at(since), LIVE]
    statement = sa.select(sa.func.count(posts.c.actor_id.distinct())).where(*where)
    return int(tx.scalar(statement))


def written_by(tx: Tx, actor_ids: Iterable[int]) -> dict[int, tuple[int, datetime]]:
    """How much each of these actors said that is not private between some: (count, when last).

    Those who said nothing are absent. One statement.
    """
    rows = tx.all(_WRITTEN, {"ids": list(set(actor_ids))})
    return {row[0]: (row[1], time_of(row[2])) for row in rows}
