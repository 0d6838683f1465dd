"""Passkeys (WebAuthn): whose they are, and what they were asked to sign; `ceremonies` checks what they sign.

A passkey stands for a password and a second factor at once: the device asked for its owner's finger, face or
PIN before it signed.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from fediverse_node.accounts.tables import passkey_challenges, passkeys
from fediverse_node.kernel.errors import Conflict, NotValid
from fediverse_node.storage.tx import Row, Tx

#: Passkeys of one account.
MOST: Final = 20
#: How long a device may take to sign.
CHALLENGE_LIFETIME: Final = timedelta(minutes=5)
MAX_NAME: Final = 100
_CHALLENGE_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """One of somebody's passkeys.

    Attributes:
        credential_id, public_key: base64url without padding; the key is COSE.
        sign_count: as the device said last; many say 0 always.
    """

    id: int
    account_id: int
    credential_id: str
    public_key: str = field(repr=False)
    sign_count: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


_NAMES: Final = [each.name for each in fields(Passkey)]


def challenge(tx: Tx, account_id: int | None) -> str:
    """Something new to sign (base64url): for *account_id*, or for whoever wants to sign in."""
    tx.execute(
        passkey_challenges.delete().where(passkey_challenges.c.created_at <= tx.now - CHALLENGE_LIFETIME)
    )
    text = to_base64url(secrets.token_bytes(_CHALLENGE_BYTES))
    values = {"id": tx.new_id(), "account_id": account_id, "challenge_sha256": _digest(text)}
    tx.insert(passkey_challenges, {**values, "created_at": tx.now})
    return text


def answered(tx: Tx, text: str, account_id: int | None) -> bool:
    """Whether *text* was given out as a `challenge` of this account and is answered for the first time."""
    table = passkey_challenges
    where = sa.and_(
        table.c.challenge_sha256 == _digest(text),
        table.c.created_at > tx.now - CHALLENGE_LIFETIME,
        table.c.account_id.is_(None) if account_id is None else table.c.account_id == account_id,
    )
    return tx.execute(table.delete().where(where)).rowcount == 1


def add(
    tx: Tx, account_id: int, *, credential_id: str, public_key: str, sign_count: int, name: str
) -> Passkey:
    """A new passkey of an account.

    Raises:
        NotValid: it has too many, or this one has no name.
        Conflict: it is known already.
    """
    called = " ".join(name.split())[:MAX_NAME]
    if not called:
        raise NotValid("A passkey needs a name, so that you can tell it from others.")
    if len(of_account(tx, account_id)) >= MOST:
        raise NotValid(f"You have {MOST} passkeys already. Remove one first.")
    made = Passkey(
        id=tx.new_id(),
        account_id=account_id,
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        name=called,
        created_at=tx.now,
        last_used_at=None,
    )
    if not tx.insert_new(passkeys, {each: getattr(made, each) for each in _NAMES}):
        raise Conflict("This passkey is known already.")
    return made


def of_account(tx: Tx, account_id: int) -> list[Passkey]:
    """Somebody's passkeys, the oldest first."""
    rows = tx.all(sa.select(passkeys).where(passkeys.c.account_id == account_id).order_by(passkeys.c.id))
    return [_passkey(row) for row in rows]


def by_credential(tx: Tx, credential_id: str) -> Passkey | None:
    """The passkey that calls itself so."""
    row = tx.first(sa.select(passkeys).where(passkeys.c.credential_id == credential_id))
    return None if row is None else _passkey(row)


def used(tx: Tx, found: Passkey, sign_count: int) -> bool:
    """Note that it signed; False when it was removed, or signed something else, in the meantime."""
    where = sa.and_(passkeys.c.id == found.id, passkeys.c.sign_count == found.sign_count)
    changed = passkeys.update().where(where).values(sign_count=sign_count, last_used_at=tx.now)
    return tx.execute(changed).rowcount == 1


def remove(tx: Tx, account_id: int, passkey_id: int) -> bool:
    """Nobody signs in with it any more. False when the account has no such passkey."""
    where = sa.and_(passkeys.c.id == passkey_id, passkeys.c.account_id == account_id)
    return tx.execute(passkeys.delete().where(where)).rowcount == 1


def remove_all(tx: Tx, account_id: int) -> int:
    """Remove every passkey of an account. Gives how many there were."""
    return tx.execute(passkeys.delete().where(passkeys.c.account_id == account_id)).rowcount


def to_base64url(data: bytes) -> str:
    """As WebAuthn writes bytes in JSON."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _passkey(row: Row) -> Passkey:
    return Passkey(**{name: getattr(row, name) for name in _NAMES})
