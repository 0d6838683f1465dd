"""Notifications that are held back: what somebody decided about them, and of whom there are any."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, fields
from typing import Any, Final

import sqlalchemy as sa

from fediverse_node.notifications.model import Policy, Request, Summary
from fediverse_node.notifications.tables import notifications, permissions, policies, requests
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Row, Tx

#: Rung when somebody decides about notifications.
BELL: Final = "notification policies"
#: Somebody who decided nothing.
DEFAULT: Final = Policy()
#: Notifications that become visible at once when their sender is accepted: the newest.
MOST_RELEASED: Final = 500

_NAMES = tuple(field.name for field in fields(Policy))
_DECIDED = sa.select(policies.c.actor_id, *(policies.c[name] for name in _NAMES))
_PERMITTED = sa.select(permissions.c.from_actor_id).where(
    permissions.c.actor_id == sa.bindparam("by", type_=sa.BigInteger),
    permissions.c.from_actor_id.in_(sa.bindparam("ids", expanding=True)),
)
_HELD = sa.and_(
    notifications.c.actor_id == requests.c.actor_id,
    notifications.c.from_actor_id == requests.c.from_actor_id,
    notifications.c.filtered,
)
_COUNT: sa.ColumnElement[int] = sa.func.count(notifications.c.id)
_REQUESTS = (
    sa.select(
        requests.c.id,
        requests.c.from_actor_id,
        requests.c.created_at,
        requests.c.updated_at,
        _COUNT.label("count"),
        sa.func.max(notifications.c.post_id).label("last_post_id"),
    )
    .join_from(requests, notifications, _HELD)
    .group_by(requests.c.id, requests.c.from_actor_id, requests.c.created_at, requests.c.updated_at)
)


def policy_of(tx: Tx, actor_id: int) -> Policy:
    """What somebody decided. Mostly no statement: the few who decided anything are remembered."""
    return tx.remembered(BELL, _decided).get(actor_id, DEFAULT)


def decide(tx: Tx, actor_id: int, policy: Policy) -> None:
    """Let *policy* hold for what somebody is told from now on."""
    if policy == DEFAULT:
        tx.execute(policies.delete().where(policies.c.actor_id == actor_id))
    else:
        tx.upsert(policies, {"actor_id": actor_id, **asdict(policy)}, key=["actor_id"])
    tx.ring(BELL)


def permitted(tx: Tx, actor_id: int, from_ids: Iterable[int]) -> set[int]:
    """Those of *from_ids* whose notifications somebody accepted for good."""
    return {row[0] for row in tx.all(_PERMITTED, {"by": actor_id, "ids": list(set(from_ids))})}


def ask(tx: Tx, actor_id: int, from_actor_id: int) -> None:
    """Note that something of *from_actor_id* is held back."""
    values = {
        "id": tx.new_id(),
        "actor_id": actor_id,
        "from_actor_id": from_actor_id,
        "created_at": tx.now,
        "updated_at": tx.now,
    }
    tx.upsert(requests, values, key=["actor_id", "from_actor_id"])


def page(tx: Tx, actor_id: int, which: Page) -> list[Request]:
    """Of whom something is held back for somebody, the newest first."""
    statement = _REQUESTS.where(requests.c.actor_id == actor_id)
    return [_request(row) for row in paging.rows(tx, statement, requests.c.id, which)]


def by_ids(tx: Tx, actor_id: int, ids: Collection[int]) -> list[Request]:
    """Those of the requests *ids* that are somebody's."""
    where = sa.and_(requests.c.actor_id == actor_id, requests.c.id.in_(set(ids)))
    return [_request(row) for row in tx.all(_REQUESTS.where(where))]


def summary(tx: Tx, actor_id: int) -> Summary:
    """How much is held back for somebody."""
    held = sa.and_(notifications.c.actor_id == actor_id, notifications.c.filtered)
    senders = sa.func.count(sa.distinct(notifications.c.from_actor_id))
    counted: list[sa.ColumnElement[Any]] = [senders, sa.func.count()]
    row = tx.first(sa.select(*counted).where(held))
    assert row is not None
    return Summary(requests=row[0], notifications=row[1])


def accept(tx: Tx, actor_id: int, from_ids: Collection[int]) -> list[int]:
    """Show what is held back of *from_ids*, and hold nothing of theirs back again.

    Returns:
        The posts that the newest of these notifications are about.
    """
    tx.insert_missing(permissions, [{"actor_id": actor_id, "from_actor_id": id_} for id_ in from_ids])
    held = _held_of(actor_id, from_ids)
    newest = sa.select(notifications.c.post_id).where(held, notifications.c.post_id != 0)
    rows = tx.all(newest.order_by(notifications.c.id.desc()).limit(MOST_RELEASED))
    tx.execute(notifications.update().where(held).values(filtered=False))
    _close(tx, actor_id, from_ids)
    tx.tell("notifications_merged", actor_id)
    return [row[0] for row in rows]


def dismiss(tx: Tx, actor_id: int, from_ids: Collection[int]) -> None:
    """Forget what is held back of *from_ids*. What comes later is held back again."""
    tx.execute(notifications.delete().where(_held_of(actor_id, from_ids)))
    _close(tx, actor_id, from_ids)


def forget(tx: Tx, actor_id: int) -> None:
    """Forget everything that somebody decided who is gone."""
    for table in (policies, permissions, requests):
        tx.execute(table.delete().where(table.c.actor_id == actor_id))
    tx.ring(BELL)


def _decided(tx: Tx) -> dict[int, Policy]:
    return {row[0]: Policy(**dict(zip(_NAMES, row[1:], strict=True))) for row in tx.all(_DECIDED, {})}


def _held_of(actor_id: int, from_ids: Collection[int]) -> sa.ColumnElement[bool]:
    return sa.and_(
        notifications.c.actor_id == actor_id,
        notifications.c.from_actor_id.in_(set(from_ids)),
        notifications.c.filtered,
    )


def _close(tx: Tx, actor_id: int, from_ids: Collection[int]) -> None:
    where: list[Any] = [requests.c.actor_id == actor_id, requests.c.from_actor_id.in_(set(from_ids))]
    tx.execute(requests.delete().where(*where))


def _request(row: Row) -> Request:
    return Request(
        id=row[0],
        from_actor_id=row[1],
        created_at=row[2],
        updated_at=row[3],
        count=row[4],
        last_post_id=row[5],
    )
