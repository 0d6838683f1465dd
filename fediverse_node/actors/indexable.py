"""People of this server whom search engines may list."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.actors.tables import actors
from fediverse_node.storage.tx import Tx

_NAMES = (
    sa.select(actors.c.username)
    .where(
        actors.c.local,
        actors.c.type != "Application",
        actors.c.indexable,
        actors.c.suspended_at.is_(None),
        actors.c.deleted_at.is_(None),
        actors.c.moved_to.is_(None),
    )
    .order_by(actors.c.id)
    .limit(sa.bindparam("limit"))
)


def names(tx: Tx, limit: int) -> list[str]:
    """The user names of those who allow it and are still here, the oldest accounts first."""
    return [row[0] for row in tx.all(_NAMES, {"limit": limit})]
