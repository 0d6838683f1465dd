"""How an account stands: whether it is in yet, whether it may sign in, and what it may do for the server."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from fediverse_node.accounts import queries
from fediverse_node.accounts.model import Account, Role
from fediverse_node.accounts.tables import accounts
from fediverse_node.actors.model import Actor
from fediverse_node.storage.tx import Tx


def hold(tx: Tx, account_id: int, *, pending: bool, unconfirmed: bool) -> None:
    """Say what an account still waits for; for nothing any more, with both False."""
    _set(tx, account_id, pending=pending, unconfirmed=unconfirmed)


def disable(tx: Tx, account_id: int) -> None:
    """Refuse to let anybody sign in. The password stays for later; sessions are the caller's to end."""
    _set(tx, account_id, disabled_at=tx.now)


def enable(tx: Tx, account_id: int) -> None:
    """Let its owner sign in again."""
    _set(tx, account_id, disabled_at=None)


def give_role(tx: Tx, account_id: int, role: Role | None) -> None:
    """Let an account look after the server, or no longer."""
    _set(tx, account_id, role=role)


def of_actors(tx: Tx, actor_ids: Iterable[int]) -> dict[int, Account]:
    """The accounts of these actors, by actor, as far as they live here."""
    statement = sa.select(*queries.COLUMNS).where(accounts.c.actor_id.in_(list(actor_ids)))
    found = [queries.account_from(row) for row in tx.all(statement)]
    return {account.actor_id: account for account in found}


def actors_of(tx: Tx, account_ids: Iterable[int]) -> dict[int, int]:
    """The ids of the actors of these accounts, by account."""
    statement = sa.select(accounts.c.id, accounts.c.actor_id).where(accounts.c.id.in_(list(account_ids)))
    return {row[0]: row[1] for row in tx.all(statement)}


def with_role(tx: Tx) -> list[tuple[Account, Actor]]:
    """Who looks after the server, the oldest account first."""
    found = tx.all(sa.select(accounts.c.id).where(accounts.c.role.is_not(None)).order_by(accounts.c.id))
    people = [queries.with_actor(tx, row[0]) for row in found]
    return [each for each in people if each is not None and each[1].deleted_at is None]


def forget(tx: Tx, account_id: int) -> None:
    """Remove an account that was never in. What others keep about it has to be gone before."""
    tx.execute(accounts.delete().where(accounts.c.id == account_id))


def _set(tx: Tx, account_id: int, **values: object) -> None:
    tx.execute(accounts.update().where(accounts.c.id == account_id).values(**values))
