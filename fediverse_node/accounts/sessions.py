"""Sessions of people who signed in on the pages: all SQL about them.

Figures: OWASP's session management, as far as a place that people visit daily can follow it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import fields
from datetime import timedelta

import sqlalchemy as sa

from fediverse_node.accounts import queries
from fediverse_node.accounts.model import Account, Session
from fediverse_node.accounts.tables import accounts, sessions, sign_in_steps
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.actors.tables import actors as actors_table
from fediverse_node.storage.tx import Tx

#: A session that nobody uses ends after this.
IDLE = timedelta(days=14)
#: Any session ends after this.
ABSOLUTE = timedelta(days=60)
#: How exactly the last use is known: a page must not cost a write.
TOUCH_EVERY = timedelta(hours=1)
_SECRET_BYTES = 32
_MAX_BROWSER = 100

_NAMES = [field.name for field in fields(Session)]
_COLUMNS = [sessions.c[name] for name in _NAMES]
#: Asked with every page of somebody who signed in, so it is built once.
_FIND = (
    sa.select(*_COLUMNS, *queries.COLUMNS, *actors.COLUMNS)
    .join_from(sessions, accounts, accounts.c.id == sessions.c.account_id)
    .join(actors_table, actors_table.c.id == accounts.c.actor_id)
    .where(
        sessions.c.secret_sha256 == sa.bindparam("digest"),
        sessions.c.last_used_at > sa.bindparam("used_after"),
        sessions.c.created_at > sa.bindparam("begun_after"),
    )
)


def begin(tx: Tx, account_id: int, *, browser: str) -> str:
    """A new session of an account. Gives its secret, which only the browser keeps.

    Sessions of anybody that have run out are dropped on the way.
    """
    tx.execute(sessions.delete().where(sessions.c.last_used_at <= tx.now - IDLE))
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    tx.insert(
        sessions,
        {
            "id": tx.new_id(),
            "account_id": account_id,
            "secret_sha256": _digest(secret),
            "browser": browser[:_MAX_BROWSER],
            "created_at": tx.now,
            "last_used_at": tx.now,
        },
    )
    return secret


def find(tx: Tx, secret: str) -> tuple[Session, Account, Actor] | None:
    """The session of this secret and whose it is; None when there is none, or it has run out."""
    row = tx.first(
        _FIND, {"digest": _digest(secret), "used_after": tx.now - IDLE, "begun_after": tx.now - ABSOLUTE}
    )
    if row is None:
        return None
    session = Session(**dict(zip(_NAMES, row[: len(_NAMES)], strict=True)))
    return session, queries.account_from(row[len(_NAMES) :]), actors.actor_from(row)


def touch(tx: Tx, session_id: int) -> None:
    """Note that a session is used now."""
    tx.execute(sessions.update().where(sessions.c.id == session_id).values(last_used_at=tx.now))


def end(tx: Tx, session_id: int, *, account_id: int) -> bool:
    """End one session of an account. False when the account has no such session."""
    where = sa.and_(sessions.c.id == session_id, sessions.c.account_id == account_id)
    return tx.execute(sessions.delete().where(where)).rowcount == 1


def end_others(tx: Tx, account_id: int, *, kept: int | None = None) -> int:
    """End every session of an account but *kept*, and every sign-in that waits for a code.

    Gives how many sessions ended.
    """
    tx.execute(sign_in_steps.delete().where(sign_in_steps.c.account_id == account_id))
    where = sessions.c.account_id == account_id
    if kept is not None:
        where = sa.and_(where, sessions.c.id != kept)
    return tx.execute(sessions.delete().where(where)).rowcount


def of_account(tx: Tx, account_id: int) -> list[Session]:
    """The sessions of an account that work, the one used last first."""
    rows = tx.all(
        sa.select(*_COLUMNS)
        .where(
            sessions.c.account_id == account_id,
            sessions.c.last_used_at > tx.now - IDLE,
            sessions.c.created_at > tx.now - ABSOLUTE,
        )
        .order_by(sessions.c.last_used_at.desc(), sessions.c.id.desc())
    )
    return [Session(**{name: getattr(row, name) for name in _NAMES}) for row in rows]


def _digest(secret: str) -> str:
    # A fast hash is enough: the secret holds 256 random bits, nothing can be guessed from it.
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
