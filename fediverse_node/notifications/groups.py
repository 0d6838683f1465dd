"""Notifications of one kind about one thing, together: its favourites, its boosts, new followers.

Mastodon gathers what comes within twelve hours of the first. Here a day has two spans, from midnight and
from noon in UTC: so the group of a notification follows from what it is, and nothing has to be looked up
when one arrives.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from fediverse_node.notifications.model import Notification
from fediverse_node.notifications.tables import notifications
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Row, Tx

#: What is gathered where an app does not say what it wants gathered.
GROUPABLE: Final = frozenset({"favourite", "reblog", "follow"})
SPAN: Final = timedelta(hours=12)
#: Notifications that are looked through for one page of groups.
LOOKED_THROUGH: Final = 600

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KEY: Final = re.compile(
    r"(?:(favourite|reblog)-(\d{1,19})|(follow))-(\d{1,9})|ungrouped-(\d{1,19})", re.ASCII
)
_LARGEST: Final = 2**63 - 1
_NAMES = [field.name for field in fields(Notification)]
_COLUMNS = [notifications.c[name] for name in _NAMES]
_SPAN_OF: sa.ColumnElement[int] = sa.type_coerce(notifications.c.created_at, sa.BigInteger) // sa.literal(
    SPAN // timedelta(microseconds=1), sa.BigInteger
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which notifications. `types` None means all, `from_actor_id` None from anybody."""

    types: Collection[str] | None = None
    exclude: Collection[str] = ()
    from_actor_id: int | None = None
    held_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Of a whole group: how many there are, and the newest."""

    count: int
    newest_id: int


def key_of(found: Notification, grouped: Collection[str] = GROUPABLE) -> str:
    """The key of the group that a notification stands in, where the types *grouped* are gathered."""
    if found.type not in grouped or found.type not in GROUPABLE:
        return f"ungrouped-{found.id}"
    span = (found.created_at - _EPOCH) // SPAN
    return f"follow-{span}" if found.type == "follow" else f"{found.type}-{found.post_id}-{span}"


def newest(tx: Tx, actor_id: int, which: Page, wanted: Wanted) -> list[Notification]:
    """As many of an actor's notifications as are looked through for a page, in the direction it asks for.

    The newest first; where the page asks for the nearest above an id, the oldest first.
    """
    statement = sa.select(*_COLUMNS).where(notifications.c.actor_id == actor_id, *_conditions(wanted))
    above = [cursor for cursor in (which.since_id, which.min_id) if cursor is not None]
    if above:
        statement = statement.where(notifications.c.id > max(above))
    if which.max_id is not None:
        statement = statement.where(notifications.c.id < which.max_id)
    order = notifications.c.id.desc() if which.min_id is None else notifications.c.id.asc()
    return [_notification(row) for row in tx.all(statement.order_by(order).limit(LOOKED_THROUGH))]


def members(tx: Tx, actor_id: int, key: str, *, limit: int) -> list[Notification]:
    """The newest notifications of a group; none where there is no such group."""
    where = _of_key(actor_id, key)
    if where is None:
        return []
    statement = sa.select(*_COLUMNS).where(where).order_by(notifications.c.id.desc()).limit(limit)
    return [_notification(row) for row in tx.all(statement)]


def totals(tx: Tx, actor_id: int, some: Iterable[Notification]) -> Mapping[str, Total]:
    """Of the groups that *some* stand in, by key, in one statement; what stands alone is left out."""
    found = [each for each in some if each.type in GROUPABLE]
    if not found:
        return {}
    spans = {(each.created_at - _EPOCH) // SPAN for each in found}
    columns: list[sa.ColumnElement[Any]] = [
        notifications.c.type,
        notifications.c.post_id,
        _SPAN_OF.label("span"),
        sa.func.count(),
        sa.func.max(notifications.c.id),
    ]
    where = sa.and_(
        notifications.c.actor_id == actor_id,
        ~notifications.c.filtered,
        notifications.c.type.in_({each.type for each in found}),
        notifications.c.post_id.in_({each.post_id for each in found}),
        notifications.c.created_at >= _EPOCH + min(spans) * SPAN,
        notifications.c.created_at < _EPOCH + (max(spans) + 1) * SPAN,
    )
    grouped = sa.select(*columns).where(where).group_by(*columns[:2], sa.text("span"))
    return {
        f"follow-{span}" if kind == "follow" else f"{kind}-{post_id}-{span}": Total(
            count=count, newest_id=id_
        )
        for kind, post_id, span, count, id_ in tx.all(grouped)
    }


def dismiss(tx: Tx, actor_id: int, key: str) -> int:
    """Take a whole group back. Gives how many notifications were in it."""
    where = _of_key(actor_id, key)
    return 0 if where is None else tx.execute(notifications.delete().where(where)).rowcount


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [] if wanted.held_back else [~notifications.c.filtered]
    if wanted.types is not None:
        found.append(notifications.c.type.in_(list(wanted.types)))
    if wanted.exclude:
        found.append(notifications.c.type.not_in(list(wanted.exclude)))
    if wanted.from_actor_id is not None:
        found.append(notifications.c.from_actor_id == wanted.from_actor_id)
    return found


def _of_key(actor_id: int, key: str) -> sa.ColumnElement[bool] | None:
    """What is in the group *key*; None where that is no key of ours."""
    read = _KEY.fullmatch(key)
    if read is None or any(digits and int(digits) > _LARGEST for digits in read.group(2, 5)):
        return None
    mine = sa.and_(notifications.c.actor_id == actor_id, ~notifications.c.filtered)
    kind, post_id, follow, span, alone = read.groups()
    if alone:
        return sa.and_(mine, notifications.c.id == int(alone))
    if int(span) * SPAN > timedelta(days=365 * 1000):
        return None
    begins = _EPOCH + int(span) * SPAN
    return sa.and_(
        mine,
        notifications.c.type == (kind or follow),
        notifications.c.post_id == int(post_id or 0),
        notifications.c.created_at >= begins,
        notifications.c.created_at < begins + SPAN,
    )


def _notification(row: Row) -> Notification:
    return Notification(**{name: getattr(row, name) for name in _NAMES})
