"""What the delivery worker asks and tells the database: claiming, recording, putting aside.

Two statements carry the load: `candidates` and `record`, each once for many envelopes.

**Order.** Mail of one actor to one inbox is a line: an envelope waits for those before it, so that
a Delete never overtakes its Create. One that has failed `OVERTAKEN` times and is not due may be passed:
else a single activity that a peer cannot digest would hold up its line for seven days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime

import sqlalchemy as sa

from fediverse_node.deliveries.model import PARKED, Envelope, Outcome
from fediverse_node.deliveries.tables import activities, envelopes
from fediverse_node.peers.tables import peers
from fediverse_node.storage.base import Moment
from fediverse_node.storage.tx import Tx, locked

#: After so many failures an envelope lets later ones of its line pass while it waits.
OVERTAKEN = 5
#: Longest error that is kept, in characters.
MAX_ERROR = 300

_NAMES = [field.name for field in fields(Envelope)]
# Written out, not bound: only then do both engines see that a partial index fits.
_WAITING = envelopes.c.state == sa.literal_column("'waiting'")
_earlier = envelopes.alias("earlier")


def candidates(
    tx: Tx, *, without: Collection[str] = (), healthy_only: bool = False, limit: int
) -> list[Envelope]:
    """Envelopes that may be sent now, longest due first.

    Args:
        tx: a write transaction.
        without: hosts that can take no more at the moment.
        healthy_only: leave out every host whose last exchange failed.
        limit: the most that are given.
    """
    statement = _HEALTHY_CANDIDATES if healthy_only else _CANDIDATES
    rows = tx.all(statement, {"now": tx.now, "without": list(without), "most": limit})
    return [Envelope(**dict(zip(_NAMES, row, strict=True))) for row in rows]


def lease(tx: Tx, ids: Collection[int], until: datetime) -> None:
    """Claim envelopes until a moment by which their outcome is recorded, or they are due again."""
    if ids:
        tx.change(_LEASE, {"ids": list(ids), "until": until})


def documents(tx: Tx, activity_ids: Collection[int]) -> dict[int, bytes]:
    """The bytes of activities, by id; empty where the post was deleted meanwhile."""
    if not activity_ids:
        return {}
    return {row[0]: row[1] for row in tx.all(_DOCUMENTS, {"ids": list(activity_ids)})}


def record(tx: Tx, outcomes: Sequence[Outcome]) -> None:
    """Write down how attempts ended, and give back their leases."""
    rows = [
        {
            "outcome_id": outcome.envelope_id,
            "new_state": outcome.state,
            "new_due_at": outcome.due_at or tx.now,
            "status": outcome.status,
            "error": outcome.error[:MAX_ERROR] if outcome.error else None,
            "took": outcome.milliseconds,
            "tried": tx.now,
            "done": None if outcome.state == "waiting" else tx.now,
        }
        for outcome in outcomes
    ]
    tx.change_many(_RECORD, rows)


def postpone_line(tx: Tx, envelope: Envelope, until: datetime) -> None:
    """What comes after *envelope* in its line is not due before it."""
    tx.execute(
        envelopes.update()
        .where(envelopes.c.actor_id == envelope.actor_id, envelopes.c.inbox == envelope.inbox)
        .where(_WAITING, envelopes.c.id > envelope.id, envelopes.c.due_at < until)
        .values(due_at=until)
    )


def postpone_host(tx: Tx, host: str, until: datetime) -> None:
    """A host asked for patience: nothing for it is due before *until*."""
    where = sa.and_(envelopes.c.host == host, _WAITING, envelopes.c.due_at < until)
    tx.execute(envelopes.update().where(where).values(due_at=until))


def park(tx: Tx, host: str, *, probe_at: datetime) -> None:
    """Put the mail for *host* aside; the oldest envelope stays as the probe, due at *probe_at*."""
    there = sa.and_(envelopes.c.host == host, _WAITING)
    tx.execute(envelopes.update().where(there, envelopes.c.due_at < PARKED).values(due_at=PARKED))
    oldest = sa.select(sa.func.min(envelopes.c.id)).where(there).scalar_subquery()
    tx.execute(envelopes.update().where(envelopes.c.id == oldest).values(due_at=probe_at))


def unpark(tx: Tx, host: str, *, limit: int) -> bool:
    """Make up to *limit* parked envelopes for *host* due, the oldest first. True while more are left.

    In steps, because a long queue for one host that is due at once would be in the way of all others.
    """
    # A range, so that the planner takes the host's index and not all that is parked anywhere.
    parked = sa.and_(envelopes.c.host == host, _WAITING, envelopes.c.due_at >= PARKED)
    some = sa.select(envelopes.c.id).where(parked).order_by(envelopes.c.id).limit(limit)
    ids = [row[0] for row in tx.all(some)]
    if ids:
        tx.execute(envelopes.update().where(envelopes.c.id.in_(ids)).values(due_at=tx.now))
    return len(ids) == limit


def count_due(tx: Tx, host: str) -> int:
    """How many envelopes for *host* are due."""
    where = sa.and_(envelopes.c.host == host, _WAITING, envelopes.c.due_at <= tx.now)
    return int(tx.scalar(sa.select(sa.func.count()).select_from(envelopes).where(where)))


def waiting_hosts(tx: Tx) -> list[str]:
    """Every host that mail waits for."""
    return [row[0] for row in tx.all(sa.select(envelopes.c.host).where(_WAITING).distinct())]


def turn_back(tx: Tx, host: str) -> int:
    """Nothing is sent to *host* any more: fail what waits for it. Gives how many."""
    return _fail(tx, sa.and_(envelopes.c.host == host, _WAITING), "not sent: this server is blocked here")


def give_up(tx: Tx, host: str, *, created_before: datetime | None = None) -> int:
    """Fail what waits for *host*: all of it, or what is older than a moment. Gives how many."""
    where = sa.and_(envelopes.c.host == host, _WAITING)
    if created_before is not None:
        where = sa.and_(where, envelopes.c.created_at < created_before)
    return _fail(tx, where, "given up: the server did not answer for too long")


def close_inbox(tx: Tx, inbox: str) -> int:
    """An inbox is gone for good: fail what waits for it. Gives how many."""
    return _fail(tx, sa.and_(envelopes.c.inbox == inbox, _WAITING), "the inbox is gone")


def release(tx: Tx, ids: Iterable[int]) -> None:
    """Give leases back unused."""
    tx.execute(envelopes.update().where(envelopes.c.id.in_(list(ids))).values(leased_until=None))


def release_all(tx: Tx) -> None:
    """Give every lease back: at the start of the only process there is (SQLite)."""
    where = sa.and_(_WAITING, envelopes.c.leased_until.is_not(None))
    tx.execute(envelopes.update().where(where).values(leased_until=None))


def next_due(tx: Tx) -> datetime | None:
    """When the next envelope becomes due that is not due yet."""
    found: datetime | None = tx.scalar(_NEXT_DUE, {"now": tx.now})
    return found


def _fail(tx: Tx, where: sa.ColumnElement[bool], error: str) -> int:
    values = {"state": "failed", "last_error": error, "done_at": tx.now, "leased_until": None}
    return tx.execute(envelopes.update().where(where).values(**values)).rowcount


# Statements that run on every turn are built once.
_now = sa.bindparam("now", type_=Moment)


def _blocked() -> sa.ColumnElement[bool]:
    """Whether an earlier envelope of the same line has to go first."""
    in_the_way = sa.or_(
        _earlier.c.attempts < OVERTAKEN, _earlier.c.due_at <= _now, _earlier.c.leased_until > _now
    )
    return (
        sa.select(sa.literal(1))
        .where(_earlier.c.actor_id == envelopes.c.actor_id, _earlier.c.inbox == envelopes.c.inbox)
        .where(_earlier.c.state == sa.literal_column("'waiting'"), _earlier.c.id < envelopes.c.id, in_the_way)
        .exists()
    )


_ALL_CANDIDATES = (
    sa.select(*(envelopes.c[name] for name in _NAMES))
    .where(_WAITING, envelopes.c.due_at <= _now)
    .where(sa.or_(envelopes.c.leased_until.is_(None), envelopes.c.leased_until <= _now))
    .where(envelopes.c.host.not_in(sa.bindparam("without", expanding=True)), ~_blocked())
    .order_by(envelopes.c.due_at, envelopes.c.id)
    .limit(sa.bindparam("most"))
)
_FAILING = sa.select(peers.c.host).where(peers.c.failures > sa.literal_column("0"))
_CANDIDATES = locked(_ALL_CANDIDATES)
_HEALTHY_CANDIDATES = locked(_ALL_CANDIDATES.where(envelopes.c.host.not_in(_FAILING)))
_DOCUMENTS = sa.select(activities.c.id, activities.c.document).where(
    activities.c.id.in_(sa.bindparam("ids", expanding=True))
)
_LEASE = (
    envelopes.update()
    .where(envelopes.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(leased_until=sa.bindparam("until"))
)
_NEXT_DUE = (
    sa.select(envelopes.c.due_at)
    .where(_WAITING, envelopes.c.due_at > _now)
    .order_by(envelopes.c.due_at)
    .limit(1)
)
_RECORD = (
    envelopes.update()
    .where(envelopes.c.id == sa.bindparam("outcome_id"), _WAITING)
    .values(
        state=sa.bindparam("new_state"),
        due_at=sa.bindparam("new_due_at"),
        attempts=envelopes.c.attempts + 1,
        leased_until=None,
        last_status=sa.bindparam("status"),
        last_error=sa.bindparam("error"),
        milliseconds=sa.bindparam("took"),
        tried_at=sa.bindparam("tried"),
        done_at=sa.bindparam("done"),
    )
)
