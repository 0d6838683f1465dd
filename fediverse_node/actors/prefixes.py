"""Actors whose name begins with what somebody types."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fediverse_node.actors.model import Actor
from fediverse_node.actors.queries import COLUMNS, actor_from
from fediverse_node.actors.tables import actors
from fediverse_node.storage.tx import Tx

_ACTIVE = (actors.c.suspended_at.is_(None), actors.c.deleted_at.is_(None), actors.c.type != "Application")
#: Beyond every letter that a name may have.
_LAST = "\U0010ffff"


def by_username(tx: Tx, prefix: str, limit: int) -> list[Actor]:
    """Those whose handle begins with *prefix*, in any case: people here first, then the oldest known."""
    begins = prefix.lower()
    if tx.dialect == "postgresql":
        where: sa.ColumnElement[bool] = actors.c.username_key.startswith(begins, autoescape=True)
    else:
        # A range, because SQLite uses no index for LIKE.
        where = sa.and_(actors.c.username_key >= begins, actors.c.username_key < begins + _LAST)
    return _found(tx, where, limit)


def local_by_shown_name(tx: Tx, prefix: str, limit: int) -> list[Actor]:
    """People here who want to be found and whose shown name begins with *prefix*, in any case."""
    begins = sa.func.lower(actors.c.name).startswith(prefix.lower(), autoescape=True)
    return _found(tx, sa.and_(actors.c.local, actors.c.discoverable, begins), limit)


def _found(tx: Tx, where: sa.ColumnElement[bool], limit: int) -> list[Actor]:
    statement: sa.Select[Any] = sa.select(*COLUMNS).where(where, *_ACTIVE)
    ordered = statement.order_by(actors.c.local.desc(), actors.c.id).limit(limit)
    return [actor_from(row) for row in tx.all(ordered)]
