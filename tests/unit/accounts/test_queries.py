from __future__ import annotations

from fediverse_node.accounts import queries as accounts
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person


async def test_an_account_is_found_by_name_in_any_case(db: Database) -> None:
    def store(tx: Tx) -> int:
        alice = person(tx, "Alice")
        return accounts.create(tx, alice.id, password_hash="hash", language="ar").id

    account_id = await db.write(store)

    found = await db.read(lambda tx: accounts.by_username(tx, "alice"))
    assert found is not None
    account, actor = found
    assert (account.id, account.language, actor.username) == (account_id, "ar", "Alice")
    assert await db.read(lambda tx: accounts.by_id(tx, account_id)) == account
    assert await db.read(lambda tx: accounts.by_actor(tx, actor.id)) == account
    assert await db.read(lambda tx: accounts.password_hash_of(tx, account_id)) == "hash"
    assert await db.read(accounts.every) == [(account, actor)]


async def test_an_actor_without_an_account_is_no_account(db: Database) -> None:
    await db.write(lambda tx: person(tx, "alice"))

    assert await db.read(lambda tx: accounts.by_username(tx, "alice")) is None
    assert await db.read(lambda tx: accounts.by_username(tx, "nobody")) is None
