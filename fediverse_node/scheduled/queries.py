"""All SQL of the scheduled room."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from fediverse_node.kernel.errors import NotValid
from fediverse_node.scheduled.model import AHEAD, FARTHEST, MOST, MOST_A_DAY, Scheduled
from fediverse_node.scheduled.tables import scheduled_posts
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Row, Tx

#: Rung when something is to be published at another time than was known.
BELL = "scheduled posts"

_NAMES = tuple(field.name for field in fields(Scheduled))
_SELECT = sa.select(*(scheduled_posts.c[name] for name in _NAMES))
_DUE = (
    _SELECT.where(scheduled_posts.c.due_at <= sa.bindparam("now"))
    .order_by(scheduled_posts.c.due_at, scheduled_posts.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_NEXT = sa.select(sa.func.min(scheduled_posts.c.due_at))


def add(tx: Tx, actor_id: int, draft: dict[str, Any], *, at: datetime, key: str | None) -> Scheduled:
    """Write down what is to appear at *at*.

    Raises:
        NotValid: too soon, too far away, or too much waits already.
    """
    require(tx, actor_id, at)
    made = Scheduled(
        id=tx.new_id(), actor_id=actor_id, draft=draft, scheduled_at=at, failure=None, created_at=tx.now
    )
    values = {name: getattr(made, name) for name in _NAMES}
    tx.insert(scheduled_posts, {**values, "due_at": at, "key": key})
    tx.ring(BELL)
    return made


def require(tx: Tx, actor_id: int, at: datetime) -> None:
    """Refuse what could not be written down.

    Raises:
        NotValid: as `add`.
    """
    _require_time(tx, at)
    _require_room(tx, actor_id, at)


def by_key(tx: Tx, actor_id: int, key: str) -> Scheduled | None:
    """What a client scheduled with this `Idempotency-Key`, while it waits."""
    return _one(tx, sa.and_(scheduled_posts.c.actor_id == actor_id, scheduled_posts.c.key == key))


def own(tx: Tx, actor_id: int, scheduled_id: int) -> Scheduled | None:
    """One scheduled post, if it is this actor's."""
    return _one(tx, sa.and_(scheduled_posts.c.id == scheduled_id, scheduled_posts.c.actor_id == actor_id))


def page(tx: Tx, actor_id: int, which: Page) -> list[Scheduled]:
    """What somebody scheduled, the newest written first."""
    statement = _SELECT.where(scheduled_posts.c.actor_id == actor_id)
    return [_scheduled(row) for row in paging.rows(tx, statement, scheduled_posts.c.id, which)]


def move(tx: Tx, found: Scheduled, at: datetime) -> None:
    """Let a scheduled post appear at another time; what failed is tried then.

    Raises:
        NotValid: too soon, too far away, or too much waits for that day.
    """
    _require_time(tx, at)
    _require_room(tx, found.actor_id, at, beside=found.id)
    change = scheduled_posts.update().where(scheduled_posts.c.id == found.id)
    tx.execute(change.values(scheduled_at=at, due_at=at, failure=None))
    tx.ring(BELL)


def due(tx: Tx, *, most: int) -> list[Scheduled]:
    """What should appear now, the longest due first."""
    return [_scheduled(row) for row in tx.all(_DUE, {"now": tx.now, "most": most})]


def next_due(tx: Tx) -> datetime | None:
    """When there is something to publish next."""
    found: datetime | None = tx.scalar(_NEXT, {})
    return found


def take(tx: Tx, found: Scheduled) -> bool:
    """Take a scheduled post away, because it is published in this transaction, or is not wanted any more.

    False when somebody else did meanwhile, or its author moved it: then nothing was changed.
    """
    same = sa.and_(scheduled_posts.c.id == found.id, scheduled_posts.c.scheduled_at == found.scheduled_at)
    return tx.execute(scheduled_posts.delete().where(same)).rowcount == 1


def fail(tx: Tx, found: Scheduled, why: str) -> None:
    """Note that a post cannot be published, and why. It waits for its author's decision."""
    same = sa.and_(scheduled_posts.c.id == found.id, scheduled_posts.c.scheduled_at == found.scheduled_at)
    tx.execute(scheduled_posts.update().where(same).values(failure=why, due_at=None))


def put_off(tx: Tx, found: Scheduled, until: datetime) -> None:
    """Publishing failed for a reason that passes: try again at *until*, and let the others come first."""
    same = sa.and_(scheduled_posts.c.id == found.id, scheduled_posts.c.due_at <= tx.now)
    tx.execute(scheduled_posts.update().where(same).values(due_at=until))


def forget(tx: Tx, actor_id: int) -> None:
    """Forget what somebody scheduled who is gone."""
    tx.execute(scheduled_posts.delete().where(scheduled_posts.c.actor_id == actor_id))


def _require_time(tx: Tx, at: datetime) -> None:
    if at < tx.now + AHEAD:
        raise NotValid("Scheduled posts must be at least 5 minutes ahead. Choose a later time.")
    if at > tx.now + FARTHEST:
        raise NotValid("Posts can be scheduled for at most five years ahead.")


def _require_room(tx: Tx, actor_id: int, at: datetime, *, beside: int = 0) -> None:
    """Refuse what would be too many; *beside* is not counted.

    Raises:
        NotValid: as many wait as may, in all or for that day.
    """
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    that_day = scheduled_posts.c.scheduled_at.between(day, day + timedelta(days=1, microseconds=-1))
    on_day: sa.ColumnElement[int] = sa.func.count(sa.case((that_day, 1)))
    mine = sa.and_(scheduled_posts.c.actor_id == actor_id, scheduled_posts.c.id != beside)
    counted: list[sa.ColumnElement[Any]] = [sa.func.count(), on_day]
    row = tx.first(sa.select(*counted).select_from(scheduled_posts).where(mine))
    assert row is not None
    if row[0] >= MOST:
        raise NotValid(f"At most {MOST} posts can be scheduled. Delete one first.")
    if row[1] >= MOST_A_DAY:
        raise NotValid(f"At most {MOST_A_DAY} posts can be scheduled for one day. Choose another day.")


def _one(tx: Tx, where: sa.ColumnElement[bool]) -> Scheduled | None:
    row = tx.first(_SELECT.where(where))
    return None if row is None else _scheduled(row)


def _scheduled(row: Row) -> Scheduled:
    return Scheduled(**dict(zip(_NAMES, row, strict=True)))
