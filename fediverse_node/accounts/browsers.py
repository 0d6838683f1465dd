"""Browsers in which somebody signed in before. Strangers who guess passwords cannot lock these out."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from fediverse_node.accounts.tables import known_browsers
from fediverse_node.storage.tx import Tx

#: A browser in which nobody signed in for this long is a stranger again.
KEPT_FOR: Final = timedelta(days=365)
#: Browsers of one account; the one used longest ago makes room.
MOST: Final = 20
_SECRET_BYTES: Final = 32


def knows(tx: Tx, account_id: int, secret: str) -> bool:
    """Whether somebody signed in to this account in the browser with this *secret*."""
    row = tx.first(
        sa.select(known_browsers.c.id).where(
            known_browsers.c.account_id == account_id,
            known_browsers.c.secret_sha256 == _digest(secret),
            known_browsers.c.last_used_at > tx.now - KEPT_FOR,
        )
    )
    return row is not None


def remember(tx: Tx, account_id: int, secret: str | None) -> str:
    """Somebody signs in here and now. Gives the secret that the browser keeps.

    It stays *secret*, where that was made here: one that a neighbour planted is not taken over.
    """
    ours = sa.select(known_browsers.c.id).where(known_browsers.c.secret_sha256 == _digest(secret or ""))
    kept = secret if secret and tx.first(ours) is not None else secrets.token_urlsafe(_SECRET_BYTES)
    values = {"id": tx.new_id(), "account_id": account_id, "secret_sha256": _digest(kept)}
    tx.upsert(known_browsers, {**values, "last_used_at": tx.now}, key=["secret_sha256", "account_id"])
    newest = (
        sa.select(known_browsers.c.id)
        .where(known_browsers.c.account_id == account_id)
        .order_by(known_browsers.c.last_used_at.desc(), known_browsers.c.id.desc())
        .limit(MOST)
    )
    of_account = known_browsers.c.account_id == account_id
    tx.execute(known_browsers.delete().where(of_account, known_browsers.c.id.not_in(newest)))
    return kept


def forget(tx: Tx, account_id: int) -> None:
    """All browsers are strangers to this account."""
    tx.execute(known_browsers.delete().where(known_browsers.c.account_id == account_id))


def _digest(secret: str) -> str:
    # A fast hash is enough: the secret holds 256 random bits, nothing can be guessed from it.
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
