"""The queue of films and sounds that were sent, and of which something is still being made. All its SQL."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from fediverse_node.storage.tx import Row, Tx
from fediverse_node.uploads.model import LONG_AGO, UNATTACHED_FOR, Focus, Job
from fediverse_node.uploads.tables import upload_jobs

#: Rung when there is something to make, and when files are to go.
BELL: Final = "upload_jobs"
GONE: Final = "uploads"
#: Longer than anything takes: then whoever worked on it is gone, and another one begins anew.
CLAIMED_FOR: Final = timedelta(hours=3)
#: Of one account, at a time.
MOST_WAITING: Final = 8

_NAMES = tuple(field.name for field in fields(Job))
_SELECT = sa.select(*(upload_jobs.c[name] for name in _NAMES))
_WAITING: sa.ColumnElement[bool] = upload_jobs.c.refusal.is_(None)


def add(tx: Tx, job: Job) -> None:
    """Note something to make, and wake whoever makes it."""
    tx.insert(upload_jobs, {name: getattr(job, name) for name in _NAMES})
    tx.ring(BELL)


def own(tx: Tx, account_id: int, job_id: int) -> Job | None:
    """The one with this id, if it is this account's and not out of date."""
    where = sa.and_(upload_jobs.c.id == job_id, upload_jobs.c.account_id == account_id, _fresh(tx))
    row = tx.first(_SELECT.where(where))
    return None if row is None else _job(row)


def waiting_of(tx: Tx, account_id: int) -> tuple[int, int]:
    """How many of an account wait, and their bytes."""
    total = sa.func.coalesce(sa.func.sum(upload_jobs.c.size), 0)
    where = sa.and_(upload_jobs.c.account_id == account_id, _WAITING, _fresh(tx))
    row = tx.first(sa.select(sa.func.count(), total).where(where))
    assert row is not None, "an aggregate has a row"
    return int(row[0]), int(row[1])


def has_open(tx: Tx) -> bool:
    """Whether there is something that nobody works on."""
    return tx.first(sa.select(upload_jobs.c.id).where(_open(tx)).limit(1)) is not None


def claim(tx: Tx) -> Job | None:
    """The oldest that nobody works on, from now on somebody's."""
    row = tx.first(_SELECT.where(_open(tx)).order_by(upload_jobs.c.id).limit(1))
    if row is None:
        return None
    job = _job(row)
    # Of two that saw it, one changes a row.
    where = sa.and_(upload_jobs.c.id == job.id, _open(tx))
    changed = tx.execute(upload_jobs.update().where(where).values(claimed_until=tx.now + CLAIMED_FOR))
    return job if changed.rowcount == 1 else None


def release(tx: Tx, job_id: int) -> None:
    """Let another one begin with it."""
    tx.execute(upload_jobs.update().where(upload_jobs.c.id == job_id).values(claimed_until=None))


def refuse(tx: Tx, job_id: int, refusal: str) -> None:
    """Say that nothing becomes of it, and why."""
    tx.execute(upload_jobs.update().where(upload_jobs.c.id == job_id).values(refusal=refusal))


def describe(tx: Tx, job_id: int, *, description: str | None, focus: Focus | None) -> None:
    """Let what becomes of it be described so."""
    where = upload_jobs.c.id == job_id
    tx.execute(upload_jobs.update().where(where).values(description=description, focus=focus))


def give_up(tx: Tx, job_id: int) -> None:
    """Let nothing become of it, and the file that was sent go."""
    tx.execute(upload_jobs.update().where(upload_jobs.c.id == job_id).values(created_at=LONG_AGO))
    tx.ring(GONE)


def finish(tx: Tx, job_id: int) -> Job | None:
    """Forget one that is done. Gives what is said of it by now; None when nobody wants it any more."""
    where = sa.and_(upload_jobs.c.id == job_id, _fresh(tx))
    row = tx.first(_SELECT.where(where))
    tx.execute(upload_jobs.delete().where(where))
    return None if row is None else _job(row)


def out_of_date(tx: Tx, *, limit: int) -> list[Job]:
    """Some of those that nobody asks for any more."""
    where = upload_jobs.c.created_at < tx.now - UNATTACHED_FOR
    return [_job(row) for row in tx.all(_SELECT.where(where).order_by(upload_jobs.c.id).limit(limit))]


def forget(tx: Tx, job_ids: list[int]) -> None:
    """Forget some, whose files are gone."""
    tx.execute(upload_jobs.delete().where(upload_jobs.c.id.in_(job_ids)))


def _fresh(tx: Tx) -> sa.ColumnElement[bool]:
    return upload_jobs.c.created_at >= tx.now - UNATTACHED_FOR


def _open(tx: Tx) -> sa.ColumnElement[bool]:
    now: datetime = tx.now
    free = sa.or_(upload_jobs.c.claimed_until.is_(None), upload_jobs.c.claimed_until < now)
    return sa.and_(_WAITING, free, _fresh(tx))


def _job(row: Row) -> Job:
    values = dict(zip(_NAMES, row, strict=True))
    focus = values["focus"]
    values["focus"] = (float(focus[0]), float(focus[1])) if focus else None
    return Job(**values)
