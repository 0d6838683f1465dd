"""What waits, for whom, and trying again when somebody asks for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from fediverse_node.deliveries.model import State, TraceRow
from fediverse_node.deliveries.queries import trace_row
from fediverse_node.deliveries.tables import activities, envelopes
from fediverse_node.storage.tx import Tx

# Written out, not bound: only then do both engines see that a partial index fits.
_WAITING = envelopes.c.state == sa.literal_column("'waiting'")
_SENT_AND_RECEIVED = sa.join(envelopes, activities, activities.c.id == envelopes.c.activity_id)
_NOBODY = ""
#: How many letters are tried again at once.
MAX_AGAIN = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How many letters wait for a host, and since when the oldest of them does."""

    letters: int
    oldest: datetime


def by_host(tx: Tx) -> dict[str, Backlog]:
    """Every host that mail waits for."""
    statement = (
        sa.select(envelopes.c.host, sa.func.count().label("letters"), sa.func.min(envelopes.c.id).label("id"))
        .where(_WAITING)
        .group_by(envelopes.c.host)
        .subquery()
    )
    # Ids grow with time, and stand in the index; moments do not.
    rows = tx.all(
        sa.select(statement.c.host, statement.c.letters, envelopes.c.created_at).join_from(
            statement, envelopes, envelopes.c.id == statement.c.id
        )
    )
    return {row[0]: Backlog(letters=int(row[1]), oldest=row[2]) for row in rows}


def waiting(tx: Tx) -> Backlog | None:
    """What waits in all; None when nothing does."""
    letters = int(tx.scalar(sa.select(sa.func.count()).select_from(envelopes).where(_WAITING)))
    if not letters:
        return None
    first = sa.select(sa.func.min(envelopes.c.id)).where(_WAITING).scalar_subquery()
    oldest = tx.scalar(sa.select(envelopes.c.created_at).where(envelopes.c.id == first))
    return Backlog(letters=letters, oldest=oldest)


def overdue(tx: Tx, before: datetime) -> int:
    """How many letters were due before a moment and have not been looked at."""
    free = sa.or_(envelopes.c.leased_until.is_(None), envelopes.c.leased_until <= tx.now)
    where = sa.and_(_WAITING, envelopes.c.due_at < before, free)
    return int(tx.scalar(sa.select(sa.func.count()).select_from(envelopes).where(where)))


def page(
    tx: Tx, *, host: str | None = None, state: State | None = None, below: int | None = None, limit: int
) -> list[tuple[int, TraceRow]]:
    """Letters with their ids, the newest first."""
    statement = sa.select(activities.c.type, activities.c.uri, envelopes).select_from(_SENT_AND_RECEIVED)
    if host is not None:
        statement = statement.where(envelopes.c.host == host)
    if state is not None:
        statement = statement.where(envelopes.c.state == sa.literal_column(f"'{state}'"))
    if below is not None:
        statement = statement.where(envelopes.c.id < below)
    return [
        (row.id, trace_row(row)) for row in tx.all(statement.order_by(envelopes.c.id.desc()).limit(limit))
    ]


def trace_of(tx: Tx, post_id: int, actor_id: int) -> list[TraceRow]:
    """What *actor_id* sent about a post, by host; not what others sent about it."""
    statement = (
        sa.select(activities.c.type, activities.c.uri, envelopes)
        .select_from(_SENT_AND_RECEIVED)
        .where(activities.c.post_id == post_id, activities.c.actor_id == actor_id)
        .order_by(envelopes.c.host, envelopes.c.id)
    )
    return [trace_row(row) for row in tx.all(statement)]


def try_again(
    tx: Tx,
    post_id: int,
    *,
    actor_id: int | None = None,
    host: str | None = None,
    tried_before: datetime | None = None,
    without: Collection[str] = (),
) -> set[str]:
    """What was sent about a post and did not arrive is due now, also what was given up.

    What is on its way at this moment stays there. What was withdrawn has no text any more, and
    stays at home.

    Args:
        tx: a write transaction.
        post_id: the post.
        actor_id: whose activities only.
        host: for which server only.
        tried_before: leave alone what was tried since.
        without: hosts that are sent nothing.

    Returns:
        The hosts that are tried again.
    """
    where = [
        activities.c.post_id == post_id,
        sa.func.length(activities.c.document) > 0,
        envelopes.c.state != "delivered",
        sa.or_(envelopes.c.leased_until.is_(None), envelopes.c.leased_until <= tx.now),
        envelopes.c.host.not_in(list(without) or [_NOBODY]),
    ]
    if actor_id is not None:
        where.append(activities.c.actor_id == actor_id)
    if host is not None:
        where.append(envelopes.c.host == host)
    if tried_before is not None:
        where.append(sa.or_(envelopes.c.tried_at.is_(None), envelopes.c.tried_at < tried_before))
    found = tx.all(
        sa.select(envelopes.c.id, envelopes.c.host)
        .select_from(_SENT_AND_RECEIVED)
        .where(*where)
        .order_by(envelopes.c.id)
        .limit(MAX_AGAIN)
    )
    if found:
        _due_now(tx, [row[0] for row in found])
    return {row[1] for row in found}


def _due_now(tx: Tx, ids: list[int]) -> None:
    tx.execute(
        envelopes.update()
        .where(envelopes.c.id.in_(ids))
        .values(state="waiting", due_at=tx.now, leased_until=None, done_at=None)
    )
    # What stands before them in their lines has to go first.
    later = envelopes.alias("later")
    behind = (
        sa.select(sa.literal(1))
        .where(later.c.id.in_(ids), later.c.actor_id == envelopes.c.actor_id)
        .where(later.c.inbox == envelopes.c.inbox, later.c.id > envelopes.c.id)
        .exists()
    )
    tx.execute(envelopes.update().where(_WAITING, envelopes.c.due_at > tx.now, behind).values(due_at=tx.now))
