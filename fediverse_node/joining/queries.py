"""All SQL of the joining room about who signed up, where they are reached, and who wants a new password."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from fediverse_node.accounts.tables import accounts
from fediverse_node.joining.model import Email, SignUp
from fediverse_node.joining.tables import account_links, emails, invitations, reset_wishes, sign_ups
from fediverse_node.storage.base import Moment
from fediverse_node.storage.tx import Row, Tx

_SIGN_UP = sa.select(sign_ups, invitations.c.account_id.label("invited_by")).join_from(
    sign_ups, invitations, invitations.c.id == sign_ups.c.invitation_id, isouter=True
)

_WISHED = sa.select(reset_wishes.c.id).limit(1)


def add_sign_up(
    tx: Tx, account_id: int, *, invitation_id: int | None, app_id: int | None, reason: str
) -> None:
    """Note that somebody made this account themselves."""
    tx.insert(
        sign_ups,
        {
            "account_id": account_id,
            "invitation_id": invitation_id,
            "app_id": app_id,
            "reason": reason,
            "created_at": tx.now,
        },
    )


def sign_ups_of(tx: Tx, account_ids: Iterable[int]) -> dict[int, SignUp]:
    """How these accounts came about, by account, as far as people made them themselves."""
    rows = tx.all(_SIGN_UP.where(sign_ups.c.account_id.in_(list(account_ids))))
    return {row.account_id: _sign_up(row) for row in rows}


def waiting_ids(tx: Tx) -> list[int]:
    """The accounts that are not in yet, the oldest first."""
    waits = sa.or_(accounts.c.pending, accounts.c.unconfirmed)
    statement = sa.select(sign_ups.c.account_id).join_from(
        sign_ups, accounts, accounts.c.id == sign_ups.c.account_id
    )
    return [row[0] for row in tx.all(statement.where(waits).order_by(sign_ups.c.account_id))]


def never_confirmed(tx: Tx, *, before: datetime, most: int) -> list[int]:
    """Accounts that were made before then and whose address nobody has confirmed since."""
    statement = sa.select(sign_ups.c.account_id).join_from(
        sign_ups, accounts, accounts.c.id == sign_ups.c.account_id
    )
    old = statement.where(accounts.c.unconfirmed, sign_ups.c.created_at < before)
    return [row[0] for row in tx.all(old.order_by(sign_ups.c.account_id).limit(most))]


def set_email(tx: Tx, account_id: int, address: str, *, confirmed: bool) -> None:
    """Let this be where an account is reached (an address from `kernel.email.check_address`)."""
    values = {
        "account_id": account_id,
        "address": address,
        "address_key": address.lower(),
        "confirmed_at": tx.now if confirmed else None,
    }
    tx.upsert(emails, values, key=["account_id"])


def confirm_email(tx: Tx, account_id: int) -> None:
    """The address of an account is its owner's."""
    where = sa.and_(emails.c.account_id == account_id, emails.c.confirmed_at.is_(None))
    tx.execute(emails.update().where(where).values(confirmed_at=tx.now))


def emails_of(tx: Tx, account_ids: Iterable[int]) -> dict[int, Email]:
    """The addresses of these accounts, by account."""
    rows = tx.all(sa.select(emails).where(emails.c.account_id.in_(list(account_ids))))
    return {row.account_id: _email(row) for row in rows}


def accounts_at(tx: Tx, address: str, *, most: int) -> list[int]:
    """The accounts whose confirmed address this is, the oldest first."""
    where = sa.and_(emails.c.address_key == address.lower(), emails.c.confirmed_at.is_not(None))
    statement = sa.select(emails.c.account_id).where(where).order_by(emails.c.account_id)
    return [row[0] for row in tx.all(statement.limit(most))]


def forget(tx: Tx, account_id: int) -> None:
    """Let go of everything this room knows of an account."""
    for table in (account_links, emails, sign_ups):
        tx.execute(table.delete().where(table.c.account_id == account_id))
    # What others made of an invitation stays; whose it was does not.
    mine = invitations.c.account_id == account_id
    ended_at = sa.func.coalesce(invitations.c.revoked_at, sa.literal(tx.now, Moment))
    tx.execute(invitations.update().where(mine).values(account_id=None, revoked_at=ended_at))


def wish_for_reset(tx: Tx, asked: str) -> None:
    """Somebody wants a new password for *asked*, a name or an address, known here or not."""
    tx.insert(reset_wishes, {"id": tx.new_id(), "asked": asked, "created_at": tx.now})


def wished(tx: Tx) -> bool:
    """Whether somebody wants a new password."""
    return tx.first(_WISHED, {}) is not None


def take_wish(tx: Tx) -> str | None:
    """The oldest name or address for which somebody wants a new password; it is gone then."""
    row = tx.first(sa.select(reset_wishes).order_by(reset_wishes.c.id).limit(1))
    if row is None:
        return None
    tx.execute(reset_wishes.delete().where(reset_wishes.c.id == row.id))
    asked: str = row.asked
    return asked


def _sign_up(row: Row) -> SignUp:
    return SignUp(
        account_id=row.account_id,
        invitation_id=row.invitation_id,
        invited_by=row.invited_by,
        app_id=row.app_id,
        reason=row.reason,
        created_at=row.created_at,
    )


def _email(row: Row) -> Email:
    return Email(account_id=row.account_id, address=row.address, confirmed_at=row.confirmed_at)
