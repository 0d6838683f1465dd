"""The queue of wishes. They are spread over time when they are made: whoever works through it need not wait.

A list of a thousand names asks hundreds of servers who that is. At the pace of a person who clicks quickly
that troubles nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from fediverse_node.imports.model import GivenUp, Wish, WishKind
from fediverse_node.imports.tables import import_wishes
from fediverse_node.storage.tx import Tx, locked

BELL: Final = "imports"
#: Between two wishes of one person.
PACE: Final = timedelta(seconds=2)
_COLUMNS = [
    import_wishes.c[name] for name in ("id", "actor_id", "kind", "handle", "notifications", "attempts")
]


def add(tx: Tx, actor_id: int, kind: WishKind, wanted: Iterable[tuple[str, bool]]) -> int:
    """Queue wishes of one kind, as (handle, whether notifications are muted) pairs, behind those there are.

    Those that wait stay where they are, and those that were given up are tried again. Gives how many are new.
    """
    mine = sa.and_(import_wishes.c.actor_id == actor_id, import_wishes.c.kind == kind)
    tx.execute(import_wishes.delete().where(mine, import_wishes.c.due_at.is_(None)))
    last = tx.scalar(
        sa.select(sa.func.max(import_wishes.c.due_at)).where(import_wishes.c.actor_id == actor_id)
    )
    due_at = tx.now if last is None else max(tx.now, last + PACE)
    added = 0
    for handle, notifications in wanted:
        values = {
            "id": tx.new_id(),
            "actor_id": actor_id,
            "kind": kind,
            "handle": handle,
            "notifications": notifications,
            "attempts": 0,
            "due_at": due_at,
            "problem": None,
            "created_at": tx.now,
        }
        if tx.insert_new(import_wishes, values):
            due_at += PACE
            added += 1
    tx.ring(BELL)
    return added


def claim(tx: Tx, *, limit: int, lease: timedelta) -> list[Wish]:
    """What is due, the longest waiting first; not due again before *lease* is over."""
    statement = sa.select(*_COLUMNS).where(import_wishes.c.due_at <= tx.now)
    rows = tx.all(locked(statement.order_by(import_wishes.c.due_at, import_wishes.c.id).limit(limit)))
    found = [Wish(**row._mapping) for row in rows]  # noqa: SLF001 the documented name for a row as a mapping
    _set(tx, [wish.id for wish in found], due_at=tx.now + lease)
    return found


def next_due(tx: Tx) -> datetime | None:
    """When the next one is due."""
    found: datetime | None = tx.scalar(sa.select(sa.func.min(import_wishes.c.due_at)))
    return found


def done(tx: Tx, wish: Wish) -> None:
    """It is fulfilled, and forgotten."""
    tx.execute(import_wishes.delete().where(import_wishes.c.id == wish.id))


def put_off(tx: Tx, wish: Wish, wait: timedelta) -> None:
    """It could not be done now."""
    _set(tx, [wish.id], due_at=tx.now + wait, attempts=wish.attempts + 1)


def give_up(tx: Tx, wish: Wish, problem: str) -> None:
    """It cannot be done. Shown to whoever had it, until the same list is brought again."""
    _set(tx, [wish.id], due_at=None, problem=problem[:300])


def withdraw(tx: Tx, actor_id: int, kind: WishKind) -> None:
    """Nothing of this kind is wished for any more."""
    mine = sa.and_(import_wishes.c.actor_id == actor_id, import_wishes.c.kind == kind)
    tx.execute(import_wishes.delete().where(mine))


def waiting(tx: Tx, actor_id: int) -> dict[str, int]:
    """How many of each kind wait."""
    statement = (
        sa.select(import_wishes.c.kind, sa.func.count())
        .where(import_wishes.c.actor_id == actor_id, import_wishes.c.due_at.is_not(None))
        .group_by(import_wishes.c.kind)
    )
    return {row[0]: row[1] for row in tx.all(statement)}


def given_up(tx: Tx, actor_id: int, *, limit: int) -> list[GivenUp]:
    """Some of what could not be done, by handle."""
    statement = (
        sa.select(import_wishes.c.kind, import_wishes.c.handle, import_wishes.c.problem)
        .where(import_wishes.c.actor_id == actor_id, import_wishes.c.due_at.is_(None))
        .order_by(import_wishes.c.handle, import_wishes.c.kind)
    )
    return [GivenUp(kind=row[0], handle=row[1], problem=row[2]) for row in tx.all(statement.limit(limit))]


def _set(tx: Tx, ids: Sequence[int], **values: object) -> None:
    if ids:
        tx.execute(import_wishes.update().where(import_wishes.c.id.in_(ids)).values(**values))
