"""All SQL of the threads room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime, timedelta

import sqlalchemy as sa

from fediverse_node.storage.tx import Tx, locked
from fediverse_node.threads.model import JobKind, Purpose, ThreadJob
from fediverse_node.threads.tables import thread_allowances, thread_jobs

#: Rung when there is a new job.
BELL = "threads"
#: The time in which an allowance may be used up once.
WINDOW = timedelta(hours=1)
#: Jobs that may wait at once, for all conversations: what comes on top is not worth doing any more.
MAX_WAITING = 2_000

_NAMES = [field.name for field in fields(ThreadJob)]
_COLUMNS = [thread_jobs.c[name] for name in _NAMES]
_ALLOWANCE = sa.select(thread_allowances.c.since, thread_allowances.c.taken).where(
    thread_allowances.c.thread_id == sa.bindparam("thread_id"),
    thread_allowances.c.purpose == sa.bindparam("purpose"),
)


def ask(tx: Tx, kind: JobKind, *, thread_id: int, uri: str) -> bool:
    """Let a gap be filled. False when that is under way already, or too much is."""
    if waiting(tx) >= MAX_WAITING:
        return False
    job = {
        "id": tx.new_id(),
        "kind": kind,
        "thread_id": thread_id,
        "uri": uri,
        "due_at": tx.now,
        "created_at": tx.now,
    }
    if not tx.insert_new(thread_jobs, job):
        return False
    tx.ring(BELL)
    return True


def take(tx: Tx, thread_id: int, purpose: Purpose, *, most: int, count: int = 1) -> bool:
    """Use *count* of the *most* that a conversation has in an hour. False, and nothing used, when it has not.

    The hour begins with the first use, so that two hours' worth can come close together and no more.
    """
    used = _used(tx, thread_id, purpose)
    if used + count > most:
        return False
    since = tx.now if used == 0 else None
    values = {"thread_id": thread_id, "purpose": purpose, "taken": used + count}
    if since is not None:
        key = ["thread_id", "purpose"]
        tx.upsert(thread_allowances, {**values, "since": since}, key=key)
    else:
        where = sa.and_(thread_allowances.c.thread_id == thread_id, thread_allowances.c.purpose == purpose)
        tx.execute(thread_allowances.update().where(where).values(taken=used + count))
    return True


def left(tx: Tx, thread_id: int, purpose: Purpose, *, most: int) -> int:
    """How many of *most* a conversation has left in its hour."""
    return max(most - _used(tx, thread_id, purpose), 0)


def claim(tx: Tx, *, limit: int, lease: timedelta) -> list[ThreadJob]:
    """Take due jobs for *lease*, the oldest first."""
    free = sa.or_(thread_jobs.c.leased_until.is_(None), thread_jobs.c.leased_until <= tx.now)
    due = sa.select(*_COLUMNS).where(thread_jobs.c.due_at <= tx.now, free)
    rows = tx.all(locked(due.order_by(thread_jobs.c.due_at, thread_jobs.c.id).limit(limit)))
    if rows:
        ids = [row.id for row in rows]
        leased = thread_jobs.update().where(thread_jobs.c.id.in_(ids))
        tx.execute(leased.values(leased_until=tx.now + lease))
    return [ThreadJob(**{name: getattr(row, name) for name in _NAMES}) for row in rows]


def put_off(tx: Tx, job: ThreadJob, *, until: datetime) -> None:
    """Try it again at *until*."""
    changed = thread_jobs.update().where(thread_jobs.c.id == job.id)
    tx.execute(changed.values(due_at=until, attempts=thread_jobs.c.attempts + 1, leased_until=None))


def done(tx: Tx, job: ThreadJob) -> bool:
    """Drop a job. False when it is gone already."""
    return tx.execute(thread_jobs.delete().where(thread_jobs.c.id == job.id)).rowcount == 1


def release(tx: Tx, ids: Iterable[int]) -> None:
    """Give claimed jobs back, untouched."""
    tx.execute(thread_jobs.update().where(thread_jobs.c.id.in_(list(ids))).values(leased_until=None))


def release_all(tx: Tx) -> None:
    """Give every claimed job back: at the start of the only process there is (SQLite)."""
    claimed = thread_jobs.c.leased_until.is_not(None)
    tx.execute(thread_jobs.update().where(claimed).values(leased_until=None))


def forget_old(tx: Tx) -> None:
    """Drop the counts of hours that are over."""
    tx.execute(thread_allowances.delete().where(thread_allowances.c.since <= tx.now - WINDOW))


def waiting(tx: Tx) -> int:
    """How many jobs there are."""
    return int(tx.scalar(sa.select(sa.func.count()).select_from(thread_jobs)))


def _used(tx: Tx, thread_id: int, purpose: Purpose) -> int:
    row = tx.first(_ALLOWANCE, {"thread_id": thread_id, "purpose": purpose})
    if row is None or row[0] <= tx.now - WINDOW:
        return 0
    return int(row[1])
