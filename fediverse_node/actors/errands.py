"""What is to be done about an actor soon, with the network, and by whom nobody waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from fediverse_node.actors.tables import actor_errands
from fediverse_node.storage.tx import Row, Tx, locked

#: `links`: see which pages of a profile link back. `featured`: fetch what somebody pinned.
#: `farewell`: erase what a deleted account of ours left. `lapse`: end each yes of one of ours who was
#: suspended or moved.
ErrandKind = Literal["links", "featured", "farewell", "lapse"]
BELL = "errands"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One thing to do. *attempts* counts the failures so far."""

    actor_id: int
    kind: ErrandKind
    attempts: int


def ask(tx: Tx, actor_id: int, kind: ErrandKind, *, unless_since: datetime | None = None) -> bool:
    """Have it done soon; once, however often it is asked for.

    With *unless_since* nothing is asked when it was done after that moment, or is waiting already.
    """
    row = tx.first(sa.select(actor_errands).where(*_one(actor_id, kind)))
    if row is not None and unless_since is not None and not _is_stale(row, unless_since):
        return False
    values = {"actor_id": actor_id, "kind": kind, "due_at": tx.now, "attempts": 0}
    tx.upsert(actor_errands, values, key=["actor_id", "kind"])
    tx.ring(BELL)
    return True


def claim(tx: Tx, *, limit: int, lease: timedelta) -> list[Errand]:
    """What is due, the longest waiting first; not due again before *lease* is over."""
    statement = (
        sa.select(actor_errands)
        .where(actor_errands.c.due_at <= tx.now)
        .order_by(actor_errands.c.due_at, actor_errands.c.actor_id)
        .limit(limit)
    )
    found = [
        Errand(actor_id=row.actor_id, kind=row.kind, attempts=row.attempts)
        for row in tx.all(locked(statement))
    ]
    for errand in found:
        _set(tx, errand, due_at=tx.now + lease)
    return found


def done(tx: Tx, errand: Errand, *, again_in: timedelta | None = None) -> None:
    """It was done; with *again_in* it is to be done again then."""
    due_at = None if again_in is None else tx.now + again_in
    _set(tx, errand, due_at=due_at, attempts=0, done_at=tx.now)


def put_off(tx: Tx, errand: Errand, wait: timedelta) -> None:
    """It could not be done now."""
    _set(tx, errand, due_at=tx.now + wait, attempts=errand.attempts + 1)


def _is_stale(row: Row, since: datetime) -> bool:
    return row.due_at is None and (row.done_at is None or row.done_at <= since)


def _set(tx: Tx, errand: Errand, **values: object) -> None:
    tx.execute(actor_errands.update().where(*_one(errand.actor_id, errand.kind)).values(**values))


def _one(actor_id: int, kind: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return actor_errands.c.actor_id == actor_id, actor_errands.c.kind == kind
