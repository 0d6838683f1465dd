"""All SQL of the arrivals room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from fediverse_node.arrivals.model import Job
from fediverse_node.arrivals.tables import jobs, receipts
from fediverse_node.storage.tx import Tx, locked

#: Rung when there is a new job.
BELL = "arrivals"
#: How long an activity is remembered; its effects have natural keys beyond that.
RECEIPT_DAYS = 90
#: Longest line of the reason why a job was put off.
_MAX_ERROR = 300

_NAMES = [field.name for field in fields(Job)]
_COLUMNS = [jobs.c[name] for name in _NAMES]
_earlier = jobs.alias("earlier")


def note(tx: Tx, activity_uri: str, actor_uri: str) -> bool:
    """Write down that this activity of this actor was taken in. False when it was before."""
    values = {"activity_uri": activity_uri, "actor_uri": actor_uri, "received_at": tx.now}
    return tx.insert_new(receipts, values)


def was_taken_in(tx: Tx, activity_uri: str, actor_uri: str) -> bool:
    """Whether this activity of this actor was taken in, as far as it is remembered."""
    where = sa.and_(receipts.c.activity_uri == activity_uri, receipts.c.actor_uri == actor_uri)
    return tx.first(sa.select(receipts.c.received_at).where(where)) is not None


def forget(tx: Tx, activity_uri: str, actor_uri: str) -> None:
    """It could not take effect after all: the same activity, sent again, is tried again."""
    where = sa.and_(receipts.c.activity_uri == activity_uri, receipts.c.actor_uri == actor_uri)
    tx.execute(receipts.delete().where(where))


def forget_old(tx: Tx, *, limit: int = 1_000) -> int:
    """Drop receipts older than `RECEIPT_DAYS`, at most *limit* at once. Gives how many."""
    before = tx.now - timedelta(days=RECEIPT_DAYS)
    old = sa.select(receipts.c.activity_uri, receipts.c.actor_uri).where(receipts.c.received_at < before)
    rows = tx.all(old.limit(limit))
    for row in rows:
        forget(tx, row.activity_uri, row.actor_uri)
    return len(rows)


def add(tx: Tx, *, host: str, signer_uri: str, document: bytes) -> None:
    """Keep an activity until what it needs was fetched, and wake the worker."""
    tx.insert(
        jobs,
        {
            "id": tx.new_id(),
            "host": host,
            "signer_uri": signer_uri,
            "document": document,
            "due_at": tx.now,
            "created_at": tx.now,
        },
    )
    tx.ring(BELL)


def claim(tx: Tx, *, limit: int, lease: timedelta, busy_hosts: Iterable[str] = ()) -> list[Job]:
    """Take due jobs for *lease*, oldest first, and of each host only the first in its line.

    A job that was put off has left the line: what waits for a third server holds up nobody else.
    Nothing is taken of *busy_hosts*, whose line is being worked on already.
    """
    in_front = (
        sa.select(_earlier.c.id)
        .where(_earlier.c.host == jobs.c.host, _earlier.c.id < jobs.c.id, _earlier.c.attempts == 0)
        .exists()
    )
    statement: sa.Select[Any] = (
        sa.select(*_COLUMNS)
        .where(jobs.c.due_at <= tx.now)
        .where(sa.or_(jobs.c.leased_until.is_(None), jobs.c.leased_until <= tx.now))
        .where(sa.or_(jobs.c.attempts > 0, sa.not_(in_front)))
        .where(jobs.c.host.not_in(list(busy_hosts)))
        .order_by(jobs.c.due_at, jobs.c.id)
        .limit(limit)
    )
    rows = tx.all(locked(statement))
    if rows:
        ids = [row.id for row in rows]
        tx.execute(jobs.update().where(jobs.c.id.in_(ids)).values(leased_until=tx.now + lease))
    return [Job(**{name: getattr(row, name) for name in _NAMES}) for row in rows]


def next_due(tx: Tx) -> datetime | None:
    """When the first of the waiting jobs is due; None when there is none."""
    found: datetime | None = tx.scalar(sa.select(sa.func.min(jobs.c.due_at, type_=jobs.c.due_at.type)))
    return found


def put_off(tx: Tx, job: Job, *, until: datetime, reason: str) -> None:
    """Try it again at *until*."""
    tx.execute(
        jobs.update()
        .where(jobs.c.id == job.id)
        .values(due_at=until, attempts=jobs.c.attempts + 1, leased_until=None, last_error=reason[:_MAX_ERROR])
    )


def done(tx: Tx, job: Job) -> bool:
    """Drop a job. False when it is gone already: another worker did it after our lease ran out."""
    return tx.execute(jobs.delete().where(jobs.c.id == job.id)).rowcount == 1


def release(tx: Tx, ids: Iterable[int]) -> None:
    """Give claimed jobs back, untouched."""
    tx.execute(jobs.update().where(jobs.c.id.in_(list(ids))).values(leased_until=None))


def release_all(tx: Tx) -> None:
    """Give every claimed job back: at the start of the only process there is (SQLite)."""
    tx.execute(jobs.update().where(jobs.c.leased_until.is_not(None)).values(leased_until=None))


def waiting(tx: Tx) -> int:
    """How many jobs there are."""
    return int(tx.scalar(sa.select(sa.func.count()).select_from(jobs)))
