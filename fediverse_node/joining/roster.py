"""Everybody, as those who look after the server see them: who is in, who waits, who was kept quiet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from fediverse_node.accounts import standing
from fediverse_node.accounts.model import Account
from fediverse_node.accounts.tables import accounts
from fediverse_node.actors import queries as actor_rows
from fediverse_node.actors.model import Actor
from fediverse_node.actors.tables import actors
from fediverse_node.joining import queries
from fediverse_node.joining.model import Email, SignUp
from fediverse_node.joining.tables import emails, invitations, sign_ups
from fediverse_node.moderation.policy import policy
from fediverse_node.moderation.tables import silences
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx

Status = Literal["active", "pending", "disabled", "silenced", "suspended"]
STATUSES: tuple[Status, ...] = ("active", "pending", "disabled", "silenced", "suspended")

_WAITS = sa.func.coalesce(sa.or_(accounts.c.pending, accounts.c.unconfirmed), sa.false())
_SILENCED = silences.c.actor_id.is_not(None)
_SUSPENDED = sa.and_(actors.c.suspended_at.is_not(None), sa.not_(_WAITS))
_STATUS: dict[str, sa.ColumnElement[bool]] = {
    "active": sa.and_(actors.c.suspended_at.is_(None), accounts.c.disabled_at.is_(None), sa.not_(_SILENCED)),
    "pending": sa.func.coalesce(accounts.c.pending, sa.false()),
    "disabled": accounts.c.disabled_at.is_not(None),
    "silenced": _SILENCED,
    "suspended": _SUSPENDED,
}
_EVERYBODY: sa.Select[Any] = (
    sa.select(actors.c.id)
    .join_from(actors, accounts, accounts.c.actor_id == actors.c.id, isouter=True)
    .join(silences, silences.c.actor_id == actors.c.id, isouter=True)
    .where(actors.c.deleted_at.is_(None), actors.c.type != "Application")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody who looks after the server looks for; None for any.

    Attributes:
        local: only people of ours, or only others.
        staff: only those who look after the server.
        username, name: how these begin. email: the whole address. domain: canonical.
        invited_by: an account.
    """

    local: bool | None = None
    status: str | None = None
    staff: bool = False
    username: str = ""
    name: str = ""
    email: str = ""
    domain: str = ""
    invited_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One of them. What only people of ours have is None for all others."""

    actor: Actor
    account: Account | None
    email: Email | None
    sign_up: SignUp | None
    silenced: bool

    @property
    def suspended(self) -> bool:
        """Whether they were shut out, and do not only wait to come in."""
        waits = self.account is not None and self.account.waits
        return self.actor.suspended_at is not None and not waits


def listing(tx: Tx, wanted: Search, page: Page) -> list[Entry]:
    """Those who are looked for, the newest first."""
    statement = _EVERYBODY.where(*_conditions(wanted))
    return entries(tx, [row[0] for row in paging.rows(tx, statement, actors.c.id, page)])


def entries(tx: Tx, actor_ids: Iterable[int]) -> list[Entry]:
    """The entries of these actors, in their order, with a fixed number of statements."""
    ids = list(actor_ids)
    people = actor_rows.by_ids(tx, ids)
    owners = standing.of_actors(tx, ids)
    own_ids = [account.id for account in owners.values()]
    addresses = queries.emails_of(tx, own_ids) if own_ids else {}
    asked = queries.sign_ups_of(tx, own_ids) if own_ids else {}
    silenced = policy(tx).silenced
    found = []
    for actor_id in ids:
        if actor_id not in people:
            continue
        account = owners.get(actor_id)
        number = account.id if account is not None else 0
        found.append(
            Entry(
                actor=people[actor_id],
                account=account,
                email=addresses.get(number),
                sign_up=asked.get(number),
                silenced=actor_id in silenced,
            )
        )
    return found


def _conditions(wanted: Search) -> list[sa.ColumnElement[bool]]:
    asked: list[tuple[object, sa.ColumnElement[bool]]] = [
        (wanted.local is True, actors.c.local),
        (wanted.local is False, sa.not_(actors.c.local)),
        (wanted.status, _STATUS.get(wanted.status or "", sa.true())),
        (wanted.staff, accounts.c.role.is_not(None)),
        (wanted.username, actors.c.username_key.startswith(wanted.username.lower(), autoescape=True)),
        (wanted.name, actors.c.name.startswith(wanted.name, autoescape=True)),
        (wanted.domain, actors.c.domain == wanted.domain),
        (wanted.email, accounts.c.id.in_(_at(wanted.email))),
        (wanted.invited_by, accounts.c.id.in_(_invited_by(wanted.invited_by))),
    ]
    return [condition for is_asked, condition in asked if is_asked]


def _at(address: str) -> sa.Select[Any]:
    return sa.select(emails.c.account_id).where(emails.c.address_key == address.lower())


def _invited_by(account_id: int | None) -> sa.Select[Any]:
    came = sa.select(sign_ups.c.account_id).join_from(
        sign_ups, invitations, invitations.c.id == sign_ups.c.invitation_id
    )
    return came.where(invitations.c.account_id == account_id)
