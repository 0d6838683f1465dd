"""Which tokens still hold, for whoever keeps a connection open (OAU-14)."""

from __future__ import annotations

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.tables import accounts as rows
from fediverse_node.actors import queries as actors
from fediverse_node.oauth import tokens
from fediverse_node.oauth.standing import standing
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person


def token_of(tx: Tx, account_id: int) -> int:
    found = tokens.find(tx, tokens.issue(tx, account_id, scopes="read", app_name="tests"))
    assert found is not None
    return found.id


@pytest.mark.parametrize("why", ["revoked", "signed out", "disabled", "suspended", "deleted"])
async def test_a_token_holds_until_something_ends_it(db: Database, why: str) -> None:
    def unit(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        who = accounts.create(tx, alice.id, password_hash=None).id
        other = token_of(tx, accounts.create(tx, bob.id, password_hash=None).id)
        token = token_of(tx, who)
        assert standing(tx, [token, other, 1]) == {token, other}
        if why == "revoked":
            tokens.revoke(tx, token)
        elif why == "signed out":
            tokens.sign_out_everywhere(tx, who)
        elif why == "disabled":
            tx.execute(rows.update().where(rows.c.id == who).values(disabled_at=tx.now))
        else:
            actors.change(tx, alice.id, {f"{why}_at": tx.now})
        assert standing(tx, [token, other]) == {other}

    await db.write(unit)


async def test_there_may_be_very_many(db: Database) -> None:
    def unit(tx: Tx) -> None:
        token = token_of(tx, accounts.create(tx, person(tx, "alice").id, password_hash=None).id)
        assert standing(tx, [*range(1, 1200), token]) == {token}
        assert standing(tx, []) == set()

    await db.write(unit)
