"""All SQL of the joining room about invitations."""

from __future__ import annotations

import secrets
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from fediverse_node.joining.model import Invitation
from fediverse_node.joining.tables import invitations
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.storage.tx import Row, Tx

#: 96 random bits: nobody guesses one (ADM-09).
_CODE_BYTES: Final = 12
MAX_USES: Final = 1000
MAX_DAYS: Final = 365
#: Invitations of one person that work at the same time.
MAX_OPEN: Final = 20
_MAX_NOTE: Final = 200

_NAMES = tuple(field.name for field in fields(Invitation))
_COLUMNS = [invitations.c[name] for name in _NAMES]


def create(
    tx: Tx, *, account_id: int | None = None, uses: int | None = 1, days: int | None = 7, note: str = ""
) -> Invitation:
    """A new invitation, for *uses* people and *days* days; None for no end.

    Raises:
        NotValid: a number makes no sense, or its owner has too many that work.
    """
    if (uses is not None and not 1 <= uses <= MAX_USES) or (days is not None and not 1 <= days <= MAX_DAYS):
        raise NotValid(f"An invitation is for 1 to {MAX_USES} people and 1 to {MAX_DAYS} days.")
    if account_id is not None:
        if uses is None or days is None:
            raise NotValid("An invitation of yours is for a number of people and of days.")
        if sum(each.works(tx.now) for each in listing(tx, account_id=account_id)) >= MAX_OPEN:
            raise NotValid(f"You have {MAX_OPEN} invitations that work. Take one back first.")
    made = Invitation(
        id=tx.new_id(),
        code=secrets.token_urlsafe(_CODE_BYTES),
        note=note[:_MAX_NOTE],
        account_id=account_id,
        uses_left=uses,
        used=0,
        expires_at=None if days is None else tx.now + timedelta(days=days),
        created_at=tx.now,
    )
    tx.insert(invitations, {name: getattr(made, name) for name in _NAMES})
    return made


def find(tx: Tx, code: str) -> Invitation | None:
    """The invitation with this code, as long as it works."""
    row = tx.first(sa.select(*_COLUMNS).where(invitations.c.code == code))
    found = None if row is None else _invitation(row)
    return found if found is not None and found.works(tx.now) else None


def use(tx: Tx, invitation: Invitation) -> bool:
    """Let one person in by it. False when others were quicker, or it was taken back."""
    open_ = sa.and_(
        invitations.c.id == invitation.id,
        invitations.c.revoked_at.is_(None),
        sa.or_(invitations.c.uses_left.is_(None), invitations.c.uses_left > 0),
    )
    counted = {"uses_left": invitations.c.uses_left - 1, "used": invitations.c.used + 1}
    return tx.execute(invitations.update().where(open_).values(**counted)).rowcount == 1


def listing(tx: Tx, *, account_id: int | None = None) -> list[Invitation]:
    """Those of one account, or all, the newest first."""
    statement = sa.select(*_COLUMNS).order_by(invitations.c.id.desc())
    if account_id is not None:
        statement = statement.where(invitations.c.account_id == account_id)
    return [_invitation(row) for row in tx.all(statement)]


def revoke(tx: Tx, invitation_id: int, *, account_id: int | None = None) -> None:
    """Take an invitation back; with *account_id* only one of theirs.

    Raises:
        NotFound: there is no such invitation.
    """
    where = [invitations.c.id == invitation_id, invitations.c.revoked_at.is_(None)]
    if account_id is not None:
        where.append(invitations.c.account_id == account_id)
    if tx.execute(invitations.update().where(*where).values(revoked_at=tx.now)).rowcount != 1:
        raise NotFound("There is no such invitation, or it was taken back before.")


def by_code(tx: Tx, code: str) -> Invitation | None:
    """The invitation with this code, whether it works or not."""
    row = tx.first(sa.select(*_COLUMNS).where(invitations.c.code == code))
    return None if row is None else _invitation(row)


def ends(invitation: Invitation) -> datetime | None:
    """When it stops working by itself or was taken back; None while nothing is decided."""
    return invitation.revoked_at or invitation.expires_at


def _invitation(row: Row) -> Invitation:
    return Invitation(**dict(zip(_NAMES, row, strict=True)))
