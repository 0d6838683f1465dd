"""All SQL of the deliveries room: the activities, and what is read about their way.

The worker's statements are in `claims`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fediverse_node.deliveries.model import PARKED, StoredActivity, TraceRow
from fediverse_node.deliveries.tables import activities, envelopes
from fediverse_node.kernel.ids import lowest_id_at
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Row, Tx

_NAMES = [field.name for field in fields(StoredActivity)]
_COLUMNS = [activities.c[name] for name in _NAMES]


def store(tx: Tx, activity: StoredActivity) -> None:
    """Keep an activity of ours, once."""
    tx.insert(activities, {name: getattr(activity, name) for name in _NAMES})


def address(tx: Tx, activity: StoredActivity, letters: Iterable[tuple[str, str, datetime]]) -> None:
    """Add an envelope for each (inbox, host, when it is due); a second one for an inbox is left out."""
    rows = [
        {
            "id": tx.new_id(),
            "activity_id": activity.id,
            "actor_id": activity.actor_id,
            "inbox": inbox,
            "host": host,
            "due_at": due_at,
            "created_at": tx.now,
        }
        for inbox, host, due_at in letters
    ]
    tx.insert_missing(envelopes, rows)


def by_uri(tx: Tx, uri: str) -> StoredActivity | None:
    """The activity with this id, public or not: whoever serves it asks `public` first."""
    row = tx.first(sa.select(*_COLUMNS).where(activities.c.uri == uri))
    return None if row is None else _activity(row)


def published(tx: Tx, actor_id: int, page: Page, *, types: Sequence[str]) -> list[StoredActivity]:
    """An actor's public activities of *types*, newest first; those about deleted posts are gone."""
    statement: sa.Select[Any] = sa.select(*_COLUMNS).where(*_in_outbox(actor_id, types))
    return [_activity(row) for row in paging.rows(tx, statement, activities.c.id, page)]


def count_published(tx: Tx, actor_id: int, *, types: Sequence[str]) -> int:
    """How many `published` would give on all its pages."""
    statement = sa.select(sa.func.count()).select_from(activities).where(*_in_outbox(actor_id, types))
    return int(tx.scalar(statement))


def written(tx: Tx, actor_id: int, page: Page, *, own_origin: str) -> list[StoredActivity]:
    """All of an actor's activities, closed ones too, newest first; withdrawn ones are gone.

    Not what they only handed on: that has its id, and its author, on another server.
    """
    statement: sa.Select[Any] = sa.select(*_COLUMNS).where(*_of_their_own(actor_id, own_origin))
    return [_activity(row) for row in paging.rows(tx, statement, activities.c.id, page)]


def count_written(tx: Tx, actor_id: int, *, own_origin: str) -> int:
    """How many `written` would give on all its pages."""
    where = _of_their_own(actor_id, own_origin)
    statement = sa.select(sa.func.count()).select_from(activities).where(*where)
    return int(tx.scalar(statement))


def handed_on(tx: Tx, actor_id: int, *, own_origin: str, since: datetime) -> int:
    """How many activities of others an actor of ours has handed on since then."""
    statement = (
        sa.select(sa.func.count())
        .select_from(activities)
        .where(
            activities.c.actor_id == actor_id,
            sa.not_(activities.c.public),
            activities.c.id >= lowest_id_at(since),
            sa.not_(_ours(own_origin)),
        )
    )
    return int(tx.scalar(statement))


def newest_id(tx: Tx, actor_id: int) -> int:
    """The id of an actor's newest activity; 0 when there is none."""
    newest = sa.select(sa.func.max(activities.c.id)).where(activities.c.actor_id == actor_id)
    return int(tx.scalar(newest) or 0)


def creates_of(tx: Tx, post_ids: Iterable[int]) -> dict[int, str]:
    """The ids of the Creates of posts of ours, by the post's id."""
    wanted = list(set(post_ids))
    if not wanted:
        return {}
    where = sa.and_(activities.c.post_id.in_(wanted), activities.c.type == "Create")
    return {row[0]: row[1] for row in tx.all(sa.select(activities.c.post_id, activities.c.uri).where(where))}


def withdraw(tx: Tx, post_id: int, *, types: Sequence[str]) -> None:
    """A post was deleted: what said it is no longer served, and what is still on its way stays at home.

    The bytes of these activities go as well, so that a deleted text leaves no copy; an envelope
    whose activity is empty is not sent (it was on its way at this moment, and came back).
    """
    _recall(tx, sa.and_(activities.c.post_id == post_id, activities.c.type.in_(types)))


def recall(tx: Tx, actor_id: int, *, type_: str) -> None:
    """What an actor said in activities of this type is true no more: as in `withdraw`."""
    _recall(tx, sa.and_(activities.c.actor_id == actor_id, activities.c.type == type_))


def _recall(tx: Tx, about: sa.ColumnElement[bool]) -> None:
    unsent = envelopes.c.activity_id.in_(sa.select(activities.c.id).where(about))
    tx.execute(
        envelopes.update()
        .where(unsent, envelopes.c.state == "waiting", envelopes.c.leased_until.is_(None))
        .values(state="failed", last_error="withdrawn before it was sent", done_at=tx.now)
    )
    tx.execute(activities.update().where(about).values(public=False, document=b""))


def inboxes_of(tx: Tx, post_id: int) -> set[str]:
    """Every inbox that was sent something about a post, or may have been."""
    statement = (
        sa.select(envelopes.c.inbox)
        .join_from(envelopes, activities, activities.c.id == envelopes.c.activity_id)
        .where(activities.c.post_id == post_id)
        .where(sa.or_(envelopes.c.attempts > 0, envelopes.c.leased_until.is_not(None)))
    )
    return {row[0] for row in tx.all(statement.distinct())}


def hosts_of(tx: Tx, actor_id: int) -> dict[str, str]:
    """Every host that was ever sent anything of an actor's, and one inbox of it."""
    statement = (
        sa.select(envelopes.c.host, sa.func.min(envelopes.c.inbox))
        .where(envelopes.c.actor_id == actor_id)
        .group_by(envelopes.c.host)
    )
    return {row[0]: row[1] for row in tx.all(statement)}


def cancel(tx: Tx, actor_id: int) -> None:
    """Whatever of an actor's is still on its way stays at home."""
    tx.execute(
        envelopes.update()
        .where(envelopes.c.actor_id == actor_id, envelopes.c.state == "waiting")
        .where(envelopes.c.leased_until.is_(None))
        .values(state="failed", last_error="withdrawn before it was sent", done_at=tx.now)
    )


def has_waiting(tx: Tx, actor_id: int) -> bool:
    """Whether anything of an actor's is still on its way."""
    where = [envelopes.c.actor_id == actor_id, envelopes.c.state == sa.literal_column("'waiting'")]
    return tx.first(sa.select(envelopes.c.id).where(*where).limit(1)) is not None


def trace(tx: Tx, post_id: int) -> list[TraceRow]:
    """Where everything about a post was sent and what became of it, by host."""
    statement = (
        sa.select(activities.c.type, activities.c.uri, envelopes)
        .join_from(envelopes, activities, activities.c.id == envelopes.c.activity_id)
        .where(activities.c.post_id == post_id)
        .order_by(envelopes.c.host, envelopes.c.id)
    )
    return [trace_row(row) for row in tx.all(statement)]


def counts(tx: Tx) -> dict[str, int]:
    """How many envelopes there are in each state."""
    statement = sa.select(envelopes.c.state, sa.func.count()).group_by(envelopes.c.state)
    return {row[0]: row[1] for row in tx.all(statement)}


def _in_outbox(actor_id: int, types: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    return [activities.c.actor_id == actor_id, activities.c.public, activities.c.type.in_(types)]


def _of_their_own(actor_id: int, own_origin: str) -> list[sa.ColumnElement[bool]]:
    there = sa.func.length(activities.c.document) > 0
    return [activities.c.actor_id == actor_id, there, _ours(own_origin)]


def _ours(own_origin: str) -> sa.ColumnElement[bool]:
    return activities.c.uri.startswith(f"{own_origin}/", autoescape=True)


def _activity(row: Row) -> StoredActivity:
    return StoredActivity(**{name: getattr(row, name) for name in _NAMES})


def trace_row(row: Row) -> TraceRow:
    """One line of a trace, from an envelope with its activity's `type` and `uri`."""
    waiting = row.state == "waiting" and row.due_at < PARKED
    return TraceRow(
        activity=row.type,
        activity_uri=row.uri,
        host=row.host,
        inbox=row.inbox,
        state=row.state,
        attempts=row.attempts,
        last_status=row.last_status,
        last_error=row.last_error,
        milliseconds=row.milliseconds,
        created_at=row.created_at,
        # Before it was written down, only the last attempt's end was.
        tried_at=row.tried_at or (row.done_at if row.attempts else None),
        done_at=row.done_at,
        next_try=row.due_at if waiting else None,
    )
