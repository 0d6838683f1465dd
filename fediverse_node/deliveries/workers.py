"""Which processes take turns: each says now and then that it is there."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from fediverse_node.deliveries.tables import workers
from fediverse_node.storage.tx import Tx

#: A process that was silent for so long is not there.
SILENT = timedelta(minutes=3)
_KEPT = timedelta(days=1)


def note(tx: Tx, name: str, started_at: datetime) -> None:
    """The process *name* is there."""
    tx.upsert(workers, {"name": name, "started_at": started_at, "seen_at": tx.now}, key=["name"])
    tx.execute(workers.delete().where(workers.c.seen_at < tx.now - _KEPT))


def leave(tx: Tx, name: str) -> None:
    """The process *name* stops, as it was told to."""
    tx.execute(workers.delete().where(workers.c.name == name))


def alive(tx: Tx) -> dict[str, datetime]:
    """Processes that are there, with the moment each began."""
    statement = sa.select(workers.c.name, workers.c.started_at).where(workers.c.seen_at > tx.now - SILENT)
    return {row[0]: row[1] for row in tx.all(statement)}


def lost(tx: Tx) -> dict[str, datetime]:
    """Processes that fell silent without saying that they stop, with when they were seen last."""
    statement = sa.select(workers.c.name, workers.c.seen_at).where(workers.c.seen_at <= tx.now - SILENT)
    return {row[0]: row[1] for row in tx.all(statement)}
