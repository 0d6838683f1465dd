"""All SQL of the notifications room."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Final

import sqlalchemy as sa

from fediverse_node.notifications.model import Notification, NotificationType
from fediverse_node.notifications.tables import notifications
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Row, Tx

#: Rung when somebody is told of something.
BELL: Final = "notifications"

_NAMES = [field.name for field in fields(Notification)]
_COLUMNS = [notifications.c[name] for name in _NAMES]


def add(
    tx: Tx,
    actor_id: int,
    kind: NotificationType,
    *,
    from_actor_id: int,
    post_id: int = 0,
    filtered: bool = False,
) -> bool:
    """Tell a local actor of an event, once. False when they were told already, or did it themselves.

    Of the end of a poll its author is told, too, as if by themselves. Whether it is *filtered* decides
    `visibility.telling`, by which everybody goes who tells people of something.
    """
    if actor_id == from_actor_id and kind != "poll":
        return False
    id_ = tx.new_id()
    values = {
        "id": id_,
        "actor_id": actor_id,
        "type": kind,
        "from_actor_id": from_actor_id,
        "post_id": post_id,
        "created_at": tx.now,
        "filtered": filtered,
    }
    added = tx.insert_new(notifications, values)
    if added and not filtered:
        tx.ring(BELL)
        tx.tell("notification", actor_id, id_)
    return added


def page(
    tx: Tx,
    actor_id: int,
    which: Page,
    *,
    types: Collection[str] | None = None,
    exclude: Collection[str] = (),
    from_actor_id: int | None = None,
    held_back: bool = False,
) -> list[Notification]:
    """An actor's notifications, newest first; *types* None means all, *from_actor_id* None from anybody.

    With *held_back* also those that wait until their senders are accepted.
    """
    statement = sa.select(*_COLUMNS).where(notifications.c.actor_id == actor_id)
    if not held_back:
        statement = statement.where(~notifications.c.filtered)
    if types is not None:
        statement = statement.where(notifications.c.type.in_(list(types)))
    if exclude:
        statement = statement.where(notifications.c.type.not_in(list(exclude)))
    if from_actor_id is not None:
        statement = statement.where(notifications.c.from_actor_id == from_actor_id)
    return [_notification(row) for row in paging.rows(tx, statement, notifications.c.id, which)]


def by_id(tx: Tx, actor_id: int, notification_id: int) -> Notification | None:
    """One notification, if it is this actor's."""
    where = sa.and_(notifications.c.id == notification_id, notifications.c.actor_id == actor_id)
    row = tx.first(sa.select(*_COLUMNS).where(where))
    return None if row is None else _notification(row)


def remove(tx: Tx, actor_id: int, kind: NotificationType, *, from_actor_id: int, post_id: int = 0) -> None:
    """Take back what is no longer so (an undone like, a withdrawn follow request)."""
    tx.execute(
        notifications.delete().where(
            notifications.c.actor_id == actor_id,
            notifications.c.type == kind,
            notifications.c.from_actor_id == from_actor_id,
            notifications.c.post_id == post_id,
        )
    )


def remove_from(tx: Tx, actor_id: int, from_actor_id: int) -> None:
    """Take back everything that an actor was told of another."""
    where = sa.and_(notifications.c.actor_id == actor_id, notifications.c.from_actor_id == from_actor_id)
    tx.execute(notifications.delete().where(where))


def remove_for_post(tx: Tx, post_id: int) -> None:
    """Take back everything about a deleted post."""
    tx.execute(notifications.delete().where(notifications.c.post_id == post_id))


def clear(tx: Tx, actor_id: int) -> None:
    """Take back everything that an actor was told of."""
    tx.execute(notifications.delete().where(notifications.c.actor_id == actor_id))


def dismiss(tx: Tx, actor_id: int, notification_id: int) -> bool:
    """Take back one notification of this actor's. False where there is none."""
    where = sa.and_(notifications.c.id == notification_id, notifications.c.actor_id == actor_id)
    return tx.execute(notifications.delete().where(where)).rowcount == 1


def _notification(row: Row) -> Notification:
    return Notification(**{name: getattr(row, name) for name in _NAMES})
