"""Half a sign-in: the password was right, and a code is asked for."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from fediverse_node.accounts import queries
from fediverse_node.accounts.tables import sign_in_steps
from fediverse_node.storage.tx import Tx

#: How long somebody may look for their code.
LIFETIME: Final = timedelta(minutes=10)
#: Codes that may be wrong before the password is asked for again.
TRIES: Final = 5
_SECRET_BYTES: Final = 32


def begin(tx: Tx, account_id: int, proven: str) -> str:
    """Keep in mind that the password with the hash *proven* was given. Gives a secret for the browser."""
    tx.execute(sign_in_steps.delete().where(sign_in_steps.c.created_at <= tx.now - LIFETIME))
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    tx.insert(
        sign_in_steps,
        {
            "id": tx.new_id(),
            "account_id": account_id,
            "secret_sha256": _digest(secret),
            "proven_sha256": _digest(proven),
            "tries": 0,
            "created_at": tx.now,
        },
    )
    return secret


def stands(tx: Tx, secret: str) -> bool:
    """Whether the browser with this *secret* is to be asked for a code."""
    row = tx.first(
        sa.select(sign_in_steps.c.id).where(
            sign_in_steps.c.secret_sha256 == _digest(secret),
            sign_in_steps.c.created_at > tx.now - LIFETIME,
            sign_in_steps.c.tries < TRIES,
        )
    )
    return row is not None


def attempt(tx: Tx, secret: str) -> int | None:
    """Whose code the browser with this *secret* may try now: the account's id. Each call is one try.

    None when there is no such step, it is too old, was tried too often, or the password changed.
    """
    table = sign_in_steps
    where = sa.and_(
        table.c.secret_sha256 == _digest(secret),
        table.c.created_at > tx.now - LIFETIME,
        table.c.tries < TRIES,
    )
    # The row is changed first: on PostgreSQL two tries at the same moment count as two.
    if tx.execute(table.update().where(where).values(tries=table.c.tries + 1)).rowcount != 1:
        return None
    row = tx.first(sa.select(table).where(table.c.secret_sha256 == _digest(secret)))
    if row is None:
        return None
    stored = queries.password_hash_of(tx, row.account_id)
    return row.account_id if stored is not None and _digest(stored) == row.proven_sha256 else None


def end(tx: Tx, secret: str) -> bool:
    """The code was right, or nobody wants to go on. False when another request came first."""
    where = sign_in_steps.c.secret_sha256 == _digest(secret)
    return tx.execute(sign_in_steps.delete().where(where)).rowcount == 1


def _digest(secret: str) -> str:
    # A fast hash is enough: what is hashed here holds more random bits than anybody can guess.
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
