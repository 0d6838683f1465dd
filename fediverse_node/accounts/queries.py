"""All SQL of the accounts room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from fediverse_node.accounts import tables
from fediverse_node.accounts.model import Account
from fediverse_node.accounts.tables import accounts
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.actors.tables import actors as actors_table
from fediverse_node.storage.tx import Row, Tx
from fediverse_node.storage.values import Kind, Raw

_NAMES = [field.name for field in fields(Account)]
COLUMNS = [accounts.c[name] for name in _NAMES]
#: Asked with every request that has a token, so it is built once.
_WITH_ACTOR = (
    sa.select(*COLUMNS, *actors.COLUMNS)
    .join_from(accounts, actors_table, actors_table.c.id == accounts.c.actor_id)
    .where(accounts.c.id == sa.bindparam("id"))
)
_BY_ID = sa.select(*COLUMNS).where(accounts.c.id == sa.bindparam("id"))


def account_from(row: Sequence[Any]) -> Account:
    """The account of a row whose first columns are `COLUMNS`."""
    return Account(**dict(zip(_NAMES, row[: len(_NAMES)], strict=True)))


def _person_from(row: Raw) -> tuple[Account, Actor]:
    return account_from(row), actors.actor_from(row)


_PERSON: Kind[tuple[Account, Actor]] = Kind(_person_from)


def create(tx: Tx, actor_id: int, *, password_hash: str | None, language: str = "en") -> Account:
    """A new account for a local actor."""
    account = Account(
        id=tx.new_id(), actor_id=actor_id, language=language, visibility="public", created_at=tx.now
    )
    values = {name: getattr(account, name) for name in _NAMES}
    tx.insert(accounts, {**values, "password_hash": password_hash})
    return account


def by_id(tx: Tx, account_id: int) -> Account | None:
    """The account with this id."""
    row = tx.first(_BY_ID, {"id": account_id})
    return None if row is None else _account(row)


def with_actor(tx: Tx, account_id: int) -> tuple[Account, Actor] | None:
    """The account with this id and its actor, in one statement."""
    return tx.value(_WITH_ACTOR, {"id": account_id}, _PERSON)


def by_actor(tx: Tx, actor_id: int) -> Account | None:
    """The account that speaks for this actor."""
    return _one(tx, accounts.c.actor_id == actor_id)


def by_username(tx: Tx, username: str) -> tuple[Account, Actor] | None:
    """The account of this name, in any case, and its actor."""
    actor = actors.local_by_name(tx, username)
    account = by_actor(tx, actor.id) if actor is not None else None
    return (account, actor) if account is not None and actor is not None else None


def every(tx: Tx) -> list[tuple[Account, Actor]]:
    """All accounts, oldest first."""
    found = [_account(row) for row in tx.all(sa.select(*COLUMNS).order_by(accounts.c.id))]
    people = actors.by_ids(tx, [account.actor_id for account in found])
    return [(account, people[account.actor_id]) for account in found]


#: What proves who somebody is, beside the password; and where they were.
_PROOFS = (
    tables.passkey_challenges,
    tables.passkeys,
    tables.known_browsers,
    tables.sign_in_steps,
    tables.recovery_codes,
    tables.second_factors,
)


def close(tx: Tx, account_id: int) -> None:
    """Nobody signs in to this account again."""
    for table in _PROOFS:
        tx.execute(table.delete().where(table.c.account_id == account_id))
    where = accounts.c.id == account_id
    tx.execute(accounts.update().where(where).values(disabled_at=tx.now, password_hash=None))


def set_password(tx: Tx, account_id: int, password_hash: str) -> None:
    """Let this be the account's password from now on. Its sessions are the caller's to end."""
    tx.execute(accounts.update().where(accounts.c.id == account_id).values(password_hash=password_hash))


def set_licence(tx: Tx, account_id: int, licence: str | None) -> None:
    """Let new posts have this licence, by its SPDX name, where they name no other."""
    tx.execute(accounts.update().where(accounts.c.id == account_id).values(licence=licence))


def set_credit(tx: Tx, account_id: int, credit: str | None) -> None:
    """Let datasets name them so where a later yes says nothing else; what was said before stays."""
    tx.execute(accounts.update().where(accounts.c.id == account_id).values(credit=credit))


def set_never_ask(tx: Tx, account_id: int, *, never: bool) -> None:
    """Whether forms leave the question about training use out for this account."""
    tx.execute(accounts.update().where(accounts.c.id == account_id).values(never_ask=never))


def password_hash_of(tx: Tx, account_id: int) -> str | None:
    """What `passwords.check_password` compares with."""
    found: str | None = tx.scalar(sa.select(accounts.c.password_hash).where(accounts.c.id == account_id))
    return found


def _one(tx: Tx, where: sa.ColumnElement[bool]) -> Account | None:
    row = tx.first(sa.select(*COLUMNS).where(where))
    return None if row is None else _account(row)


def _account(row: Row) -> Account:
    return Account(**{name: getattr(row, name) for name in _NAMES})
