"""Codes beside the password: of a generator on somebody's own device (RFC 6238), and ten to fall back on.

A generator counts only once a code of it came back. Each code is good once: the step it belongs to is
written down, and none at or before it is taken again. The generator's secret is sealed where the operator
gave a key for that; of the codes to fall back on, only hashes are kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from fediverse_node.accounts.tables import recovery_codes, second_factors
from fediverse_node.storage.tx import Row, Tx

#: Seconds that a code is shown, and steps by which a clock may be wrong (RFC 6238, 5.2).
STEP_SECONDS: Final = 30
DRIFT: Final = 1
#: How many codes to fall back on there are.
RECOVERY_CODES: Final = 10
#: Bits of the generator's secret: as many as the hash has (RFC 4226, 4).
_SECRET_BYTES: Final = 20
_RECOVERY_BYTES: Final = 10
_GROUP: Final = 4
_UNTYPED: Final = re.compile(r"[\s-]+")
_DIGITS: Final = re.compile(r"\d{6}", re.ASCII)

_OF = sa.select(second_factors).where(second_factors.c.account_id == sa.bindparam("account_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """What is asked of somebody beside their password.

    Attributes:
        since: when the first code of the generator came back.
        recovery_codes: how many are left.
    """

    since: datetime
    recovery_codes: int


def of_account(tx: Tx, account_id: int) -> Factor | None:
    """What is asked of them; None when the password is enough."""
    row = _row(tx, account_id)
    if row is None or row.confirmed_at is None:
        return None
    counted = sa.select(sa.func.count()).select_from(recovery_codes)
    left = tx.scalar(counted.where(recovery_codes.c.account_id == account_id))
    return Factor(since=row.confirmed_at, recovery_codes=int(left))


def is_asked(tx: Tx, account_id: int) -> bool:
    """Whether the password of this account is not enough."""
    row = _row(tx, account_id)
    return row is not None and row.confirmed_at is not None


def begin(tx: Tx, account_id: int) -> str | None:
    """A new generator, of which no code came back yet. Gives its secret (base32); None when one counts."""
    if is_asked(tx, account_id):
        return None
    tx.execute(second_factors.delete().where(second_factors.c.account_id == account_id))
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    name = f"second factor of account {account_id}"
    tx.insert(
        second_factors,
        {
            "id": tx.new_id(),
            "account_id": account_id,
            "name": name,
            "private_key": tx.vault.seal(secret, about=name),
            "last_step": 0,
            "created_at": tx.now,
        },
    )
    return secret


def begun(tx: Tx, account_id: int) -> str | None:
    """The secret of a generator of which no code came back yet."""
    row = _row(tx, account_id)
    if row is None or row.confirmed_at is not None:
        return None
    return tx.vault.open(row.private_key, about=row.name)


def confirm(tx: Tx, account_id: int, code: str) -> list[str] | None:
    """A first *code* came back: from now on one is asked for. Gives the codes to fall back on, once.

    None when the code is not right, or no generator waits for one.
    """
    if begun(tx, account_id) is None or not _take(tx, account_id, code):
        return None
    where = sa.and_(second_factors.c.account_id == account_id, second_factors.c.confirmed_at.is_(None))
    tx.execute(second_factors.update().where(where).values(confirmed_at=tx.now))
    return renew_recovery_codes(tx, account_id)


def prove(tx: Tx, account_id: int, code: str) -> bool:
    """Whether *code* is one that was not used before; it is used then.

    It may be the generator's or one of those to fall back on, with or without blanks and hyphens.
    """
    if not is_asked(tx, account_id):
        return False
    return _take(tx, account_id, code) or _take_recovery_code(tx, account_id, code)


def renew_recovery_codes(tx: Tx, account_id: int) -> list[str]:
    """Ten new codes to fall back on; those before them are worth nothing any more."""
    tx.execute(recovery_codes.delete().where(recovery_codes.c.account_id == account_id))
    made = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    rows = [
        {"id": tx.new_id(), "account_id": account_id, "code_sha256": _digest(account_id, code)}
        for code in made
    ]
    tx.insert(recovery_codes, rows)
    return made


def remove(tx: Tx, account_id: int) -> bool:
    """The password is enough again. False when it was before."""
    found = is_asked(tx, account_id)
    for table in (recovery_codes, second_factors):
        tx.execute(table.delete().where(table.c.account_id == account_id))
    return found


def address(secret: str, *, handle: str, server: str) -> str:
    """The `otpauth:` address of a generator's *secret*, which apps read from a QR code."""
    import pyotp  # noqa: PLC0415 see `_take`

    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=handle, issuer_name=server)


def _take(tx: Tx, account_id: int, code: str) -> bool:
    typed, row = _UNTYPED.sub("", code), _row(tx, account_id)
    if row is None or not _DIGITS.fullmatch(typed):
        return False
    import pyotp  # noqa: PLC0415 a start need not wait for it, and hardly any request asks for a code

    generator = pyotp.TOTP(tx.vault.open(row.private_key, about=row.name), interval=STEP_SECONDS)
    now = int(tx.now.timestamp()) // STEP_SECONDS
    steps = range(now - DRIFT, now + DRIFT + 1)
    right = [step for step in steps if hmac.compare_digest(generator.generate_otp(step), typed)]
    if not right:
        return False
    # One of two that come with the same code at the same moment changes the row.
    where = sa.and_(second_factors.c.id == row.id, second_factors.c.last_step < right[-1])
    return tx.execute(second_factors.update().where(where).values(last_step=right[-1])).rowcount == 1


def _take_recovery_code(tx: Tx, account_id: int, code: str) -> bool:
    where = sa.and_(
        recovery_codes.c.account_id == account_id, recovery_codes.c.code_sha256 == _digest(account_id, code)
    )
    return tx.execute(recovery_codes.delete().where(where)).rowcount == 1


def _new_recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def _digest(account_id: int, code: str) -> str:
    # A fast hash is enough: a code holds 80 random bits, nothing can be guessed from it.
    plain = _UNTYPED.sub("", code).lower()
    return hashlib.sha256(f"{account_id} {plain}".encode("utf-8", "surrogateescape")).hexdigest()


def _row(tx: Tx, account_id: int) -> Row | None:
    return tx.first(_OF, {"account_id": account_id})
