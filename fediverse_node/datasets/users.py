"""Users of the dataset: who they are, whether a key is good, how far each was told. All SQL about them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from fediverse_node.datasets import conditions
from fediverse_node.datasets.model import User
from fediverse_node.datasets.tables import dataset_users
from fediverse_node.kernel.errors import NotAuthenticated, NotValid
from fediverse_node.kernel.text import clean_line
from fediverse_node.kernel.urls import split_http
from fediverse_node.receipts import issue
from fediverse_node.receipts import queries as receipts
from fediverse_node.storage.base import Moment
from fediverse_node.storage.tx import Row, Tx, locked

MAX_NAME: Final = 200
#: Longest word about the last attempt, in characters.
_MAX_ANSWER: Final = 200

_NAMES = tuple(field.name for field in fields(User))
_COLUMNS = [dataset_users.c[name] for name in _NAMES]
_ACTIVE = dataset_users.c.ended_at.is_(None)
#: Asked with every file, so it is built once.
_BY_KEY = sa.select(*_COLUMNS).where(dataset_users.c.key_sha256 == sa.bindparam("key"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How telling one user ended.

    Attributes:
        up_to: the place in the consent log that they know of now; None where nothing was taken.
        due_at: when they are told again.
        gone_since: since when their address says that it is gone.
        ended: whether nothing is sent there any more.
        answer: for the operator: a status, or what was in the way.
    """

    user_id: int
    up_to: int | None
    due_at: datetime
    gone_since: datetime | None = None
    ended: bool = False
    answer: str = ""


def add(tx: Tx, *, name: str, contact: str, webhook: str | None = None) -> tuple[User, str]:
    """A new user who accepts the conditions of today, and their key, which is shown this once.

    They are told what is taken back from now on; what was taken back before is in the feed.

    Raises:
        NotValid: no name or contact, or something is too long, or the webhook is no address.
    """
    # Read by the operator, at a terminal, too.
    name, contact = clean_line(name), clean_line(contact)
    if not name or not contact:
        raise NotValid("A user of the dataset has a name and a contact.")
    if max(len(name), len(contact)) > MAX_NAME:
        raise NotValid(f"Name and contact have at most {MAX_NAME} characters each.")
    if webhook is not None:
        split_http(webhook)
    key = secrets.token_urlsafe(32)
    found, log = tx.new_id(), receipts.log_of(tx)
    tx.insert(
        dataset_users,
        {
            "id": found,
            "name": name,
            "contact": contact,
            "key_sha256": _digest(key),
            "terms_id": conditions.CURRENT.id,
            "terms_sha256": conditions.CURRENT.sha256,
            "created_at": tx.now,
            "ended_at": None,
            "webhook": webhook,
            "told": -1 if log is None else log.size - 1,
            "due_at": tx.now,
            "leased_until": None,
            "attempts": 0,
            "failing_since": None,
            "gone_since": None,
            "last_answer": None,
        },
    )
    user = by_id(tx, found)
    assert user is not None
    return user, key


def by_key(tx: Tx, key: str) -> User:
    """Whose *key* this is.

    Raises:
        NotAuthenticated: nobody's, or that of somebody whose access has ended.
    """
    row = tx.first(_BY_KEY, {"key": _digest(key)})
    user = None if row is None else _user(row)
    if user is None or user.ended_at is not None:
        raise NotAuthenticated("This key is not valid, or has ended.")
    return user


def by_id(tx: Tx, user_id: int) -> User | None:
    """The user with this id, also one who has ended."""
    row = tx.first(sa.select(*_COLUMNS).where(dataset_users.c.id == user_id))
    return None if row is None else _user(row)


def every(tx: Tx) -> list[User]:
    """All users, the oldest first; also those who have ended."""
    return [_user(row) for row in tx.all(sa.select(*_COLUMNS).order_by(dataset_users.c.id))]


def end(tx: Tx, user_id: int) -> bool:
    """End a user's access, and what is sent to them. False where there is no such user, or not any more."""
    where = sa.and_(dataset_users.c.id == user_id, _ACTIVE)
    return tx.execute(dataset_users.update().where(where).values(ended_at=tx.now, webhook=None)).rowcount == 1


def set_webhook(tx: Tx, user_id: int, webhook: str | None) -> bool:
    """Tell a user there from now on, or nowhere. What they were not told yet comes first.

    False where there is no such user, or not any more.

    Raises:
        NotValid: it is no address.
    """
    if webhook is not None:
        split_http(webhook)
    where = sa.and_(dataset_users.c.id == user_id, _ACTIVE)
    anew = {"due_at": tx.now, "leased_until": None, "attempts": 0, "failing_since": None, "gone_since": None}
    done = tx.execute(dataset_users.update().where(where).values(webhook=webhook, **anew))
    if done.rowcount:
        tx.ring(issue.BELL)
    return done.rowcount == 1


def anybody_due(tx: Tx, newest: int) -> bool:
    """Whether `claim` would find somebody."""
    return tx.first(sa.select(dataset_users.c.id).where(_due(tx, newest)).limit(1)) is not None


def claim(tx: Tx, *, newest: int, lease: timedelta, limit: int) -> list[User]:
    """Users who are to be told something now, held for *lease* against whoever else would tell them.

    Args:
        tx: a write transaction.
        newest: the last place in the consent log at which something ended.
        lease: how long the outcome may take to be recorded; afterwards they are told again.
        limit: the most that are given.
    """
    statement = sa.select(*_COLUMNS).where(_due(tx, newest))
    rows = tx.all(locked(statement.order_by(dataset_users.c.due_at, dataset_users.c.id).limit(limit)))
    found = [_user(row) for row in rows]
    _lease(tx, [user.id for user in found], until=tx.now + lease)
    return found


def record(tx: Tx, told: Told) -> None:
    """Write down how it ended, and let others tell them again."""
    failed, now = told.up_to is None, sa.literal(tx.now, Moment)
    values: dict[str, object] = {
        "due_at": told.due_at,
        "leased_until": None,
        "attempts": dataset_users.c.attempts + 1 if failed else 0,
        "failing_since": sa.func.coalesce(dataset_users.c.failing_since, now) if failed else None,
        "gone_since": told.gone_since,
        "last_answer": told.answer[:_MAX_ANSWER],
    }
    if told.up_to is not None:
        values["told"] = told.up_to
    if told.ended:
        values["webhook"] = None
    tx.execute(dataset_users.update().where(dataset_users.c.id == told.user_id).values(**values))


def _due(tx: Tx, newest: int) -> sa.ColumnElement[bool]:
    free = sa.or_(dataset_users.c.leased_until.is_(None), dataset_users.c.leased_until <= tx.now)
    behind = sa.and_(_ACTIVE, dataset_users.c.webhook.is_not(None), dataset_users.c.told < newest)
    return sa.and_(behind, dataset_users.c.due_at <= tx.now, free)


def _lease(tx: Tx, ids: Collection[int], *, until: datetime) -> None:
    if ids:
        tx.execute(dataset_users.update().where(dataset_users.c.id.in_(ids)).values(leased_until=until))


def _digest(key: str) -> str:
    """A fast hash is enough: a key holds 256 random bits, nothing can be guessed from it."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def _user(row: Row) -> User:
    return User(**dict(zip(_NAMES, row, strict=True)))
