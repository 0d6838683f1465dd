"""All SQL of the suggestions room.

A row is written before the model is asked, so that what was asked counts against the budgets also
across restarts, processes and races.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from fediverse_node.kernel.errors import NotFound
from fediverse_node.storage.tx import Tx
from fediverse_node.suggestions.model import Suggestion
from fediverse_node.suggestions.tables import suggestions

_COLUMNS = [suggestions.c[field.name] for field in fields(Suggestion)]
#: A suggestion that is still running after this long was left behind by a process that died.
_LONGEST_RUN = timedelta(minutes=2)
#: How long the text of a suggestion is kept. Its handle stays good for labelling a post.
_TEXT_KEPT = timedelta(days=7)
#: Two processes that count at the same moment would both find one place left (PostgreSQL only).
_COUNTING_LOCK = 0x5E66E57


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What has been asked for: by one account in the last hour and day, and running now."""

    last_hour: int
    last_day: int
    running: int
    running_here: int
    oldest_of_hour: datetime | None


def usage(tx: Tx, account_id: int) -> Usage:
    """Count, and hold off others who count until this transaction ends."""
    if tx.dialect == "postgresql":
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_COUNTING_LOCK)))
    mine = suggestions.c.account_id == account_id
    hour = suggestions.c.created_at > tx.now - timedelta(hours=1)
    running = sa.and_(suggestions.c.state == "running", suggestions.c.created_at > tx.now - _LONGEST_RUN)
    columns: list[sa.ColumnElement[Any]] = [
        _count(sa.and_(mine, hour)),
        _count(mine),
        _count(sa.and_(mine, running)),
        _count(running),
        sa.func.min(sa.case((sa.and_(mine, hour), suggestions.c.created_at))),
    ]
    row = tx.first(sa.select(*columns).where(suggestions.c.created_at > tx.now - timedelta(days=1)))
    assert row is not None
    last_hour, last_day, own, everybody, oldest = row
    return Usage(
        last_hour=last_hour, last_day=last_day, running=own, running_here=everybody, oldest_of_hour=oldest
    )


def begin(tx: Tx, suggestion: Suggestion) -> None:
    """Store a suggestion that is about to be asked for, and empty what its account left lying about."""
    old = sa.and_(
        suggestions.c.account_id == suggestion.account_id,
        suggestions.c.created_at < tx.now - _TEXT_KEPT,
        suggestions.c.output != "",
    )
    tx.execute(suggestions.update().where(old).values(output=""))
    values = {field.name: getattr(suggestion, field.name) for field in fields(Suggestion)}
    tx.insert(suggestions, {**values, "state": "running"})


def finish(tx: Tx, handle: str, output: str) -> None:
    """The model has answered."""
    tx.execute(
        suggestions.update().where(suggestions.c.handle == handle).values(state="ready", output=output)
    )


def fail(tx: Tx, handle: str) -> None:
    """The answer broke off after some of it had come: it counts, and cannot be used."""
    tx.execute(suggestions.update().where(_running(handle)).values(state="failed"))


def forget(tx: Tx, handle: str) -> None:
    """No answer came at all: as if it had not been asked for."""
    tx.execute(suggestions.delete().where(_running(handle)))


def discard(tx: Tx, handle: str) -> None:
    """Forget what a model answered: it was only shown, and counts. Nothing can be published with it."""
    row = suggestions.update().where(suggestions.c.handle == handle)
    tx.execute(row.values(state="failed", output=""))


def by_handle(tx: Tx, handle: str, account_id: int) -> Suggestion | None:
    """A suggestion that is ready, to its owner."""
    row = tx.first(
        sa.select(*_COLUMNS).where(
            suggestions.c.handle == handle,
            suggestions.c.account_id == account_id,
            suggestions.c.state == "ready",
        )
    )
    return (
        None
        if row is None
        else Suggestion(**{field.name: getattr(row, field.name) for field in fields(Suggestion)})
    )


def by_handles(tx: Tx, handles: Iterable[str]) -> list[Suggestion]:
    """The suggestions that went into a post, also those whose text is forgotten by now."""
    rows = tx.all(sa.select(*_COLUMNS).where(suggestions.c.handle.in_(list(handles))))
    return [
        Suggestion(**{field.name: getattr(row, field.name) for field in fields(Suggestion)}) for row in rows
    ]


def redeem(tx: Tx, handle: str, account_id: int, used_for: str) -> Suggestion:
    """The suggestion behind *handle*, noted as used for the post *used_for*.

    One suggestion may go into several posts: each of them must be labelled, so none is refused.

    Raises:
        NotFound: there is none, it is not ready, or it is somebody else's.
    """
    suggestion = by_handle(tx, handle, account_id)
    if suggestion is None:
        raise NotFound("This AI suggestion is not known here. Ask for it again, or post without its handle.")
    first_use = sa.and_(suggestions.c.handle == handle, suggestions.c.used_at.is_(None))
    tx.execute(suggestions.update().where(first_use).values(used_at=tx.now, used_for=used_for))
    return suggestion


def _running(handle: str) -> sa.ColumnElement[bool]:
    return sa.and_(suggestions.c.handle == handle, suggestions.c.state == "running")


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)
