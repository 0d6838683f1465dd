from __future__ import annotations

import pytest
import sqlalchemy as sa

from fediverse_node.accounts import queries as accounts
from fediverse_node.kernel.errors import NotValid
from fediverse_node.oauth import tokens
from fediverse_node.oauth.tables import access_tokens
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person


async def issue(db: Database, scopes: str) -> str:
    def store(tx: Tx) -> str:
        account = accounts.create(tx, person(tx, "alice").id, password_hash=None)
        return tokens.issue(tx, account.id, scopes=scopes, app_name="test")

    return await db.write(store)


async def test_a_token_stands_for_its_account_until_it_is_revoked(db: Database) -> None:
    token = await issue(db, "read write")
    found = await db.read(lambda tx: tokens.find(tx, token))
    assert found is not None
    assert found.scopes == {"read", "write"}
    assert await db.read(lambda tx: tokens.find(tx, token + "x")) is None

    await db.write(lambda tx: tokens.revoke(tx, found.id))

    assert await db.read(lambda tx: tokens.find(tx, token)) is None


async def test_the_token_itself_is_nowhere_in_the_database(db: Database) -> None:
    token = await issue(db, "read")

    row = await db.read(lambda tx: tx.first(sa.select(access_tokens)))

    assert row is not None
    assert token not in repr(row)


@pytest.mark.parametrize("scopes", ["", "admin", "read admin:nothing", "read,write"])
async def test_a_scope_that_does_not_exist_is_refused(db: Database, scopes: str) -> None:
    with pytest.raises(NotValid, match="Scopes"):
        await issue(db, scopes)


async def test_a_scope_includes_its_finer_ones_and_no_others(db: Database) -> None:
    token = await issue(db, "read write:statuses")

    found = await db.read(lambda tx: tokens.find(tx, token))

    assert found is not None
    assert found.allows("read")
    assert found.allows("read:accounts")
    assert found.allows("write:statuses")
    assert not found.allows("write")
    assert not found.allows("write:media")
    assert not found.allows("follow")
