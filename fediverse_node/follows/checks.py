"""Comparing notes with another server about who here follows somebody there (FEP-8fcf): digests and jobs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import sqlalchemy as sa

from fediverse_node.actors.tables import actors
from fediverse_node.follows.tables import follower_checks, follows
from fediverse_node.storage.tx import Tx, locked

#: Rung when there is a new job.
BELL = "follower-checks"

_ACCEPTED = follows.c.state == "accepted"
_LOCAL_FOLLOWERS = (
    sa.select(actors.c.uri)
    .join_from(follows, actors, actors.c.id == follows.c.follower_id)
    .where(follows.c.target_id == sa.bindparam("target_id"), _ACCEPTED, actors.c.local)
)
_REMOTE_FOLLOWERS = (
    sa.select(actors.c.uri)
    .join_from(follows, actors, actors.c.id == follows.c.follower_id)
    .where(follows.c.target_id == sa.bindparam("target_id"), _ACCEPTED, sa.not_(actors.c.local))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerCheck:
    """An actor elsewhere and we disagree about who here follows it; *url* has its list of them."""

    id: int
    actor_id: int
    url: str
    attempts: int
    created_at: datetime


_NAMES = [field.name for field in fields(FollowerCheck)]
_COLUMNS = [follower_checks.c[name] for name in _NAMES]


def digest(uris: Iterable[str]) -> str:
    """The partial follower collection digest: the XOR of the SHA-256 of each id, in hex (FEP-8fcf)."""
    total = 0
    for uri in set(uris):
        total ^= int.from_bytes(hashlib.sha256(uri.encode()).digest(), "big")
    return f"{total:064x}"


def local_follower_uris(tx: Tx, target_id: int) -> list[str]:
    """Ids of the people here whose follow of this actor was accepted."""
    return [row[0] for row in tx.all(_LOCAL_FOLLOWERS, {"target_id": target_id})]


def remote_follower_uris(tx: Tx, target_id: int) -> list[str]:
    """Ids of this actor's accepted followers elsewhere."""
    return [row[0] for row in tx.all(_REMOTE_FOLLOWERS, {"target_id": target_id})]


def ask(tx: Tx, actor_id: int, url: str) -> None:
    """Let the two lists be compared, once for each actor at a time."""
    job = {"id": tx.new_id(), "actor_id": actor_id, "url": url, "due_at": tx.now, "created_at": tx.now}
    if tx.insert_new(follower_checks, job):
        tx.ring(BELL)


def claim(tx: Tx, *, limit: int, lease: timedelta) -> list[FollowerCheck]:
    """Take due jobs for *lease*, the oldest first."""
    free = sa.or_(follower_checks.c.leased_until.is_(None), follower_checks.c.leased_until <= tx.now)
    due = sa.select(*_COLUMNS).where(follower_checks.c.due_at <= tx.now, free)
    rows = tx.all(locked(due.order_by(follower_checks.c.due_at, follower_checks.c.id).limit(limit)))
    if rows:
        ids = [row.id for row in rows]
        leased = follower_checks.update().where(follower_checks.c.id.in_(ids))
        tx.execute(leased.values(leased_until=tx.now + lease))
    return [FollowerCheck(**{name: getattr(row, name) for name in _NAMES}) for row in rows]


def put_off(tx: Tx, check: FollowerCheck, *, until: datetime) -> None:
    """Try it again at *until*."""
    changed = follower_checks.update().where(follower_checks.c.id == check.id)
    tx.execute(changed.values(due_at=until, attempts=follower_checks.c.attempts + 1, leased_until=None))


def done(tx: Tx, check: FollowerCheck) -> bool:
    """Drop a job. False when it is gone already."""
    return tx.execute(follower_checks.delete().where(follower_checks.c.id == check.id)).rowcount == 1


def release_all(tx: Tx) -> None:
    """Give every claimed job back: at the start of the only process there is (SQLite)."""
    claimed = follower_checks.c.leased_until.is_not(None)
    tx.execute(follower_checks.update().where(claimed).values(leased_until=None))
