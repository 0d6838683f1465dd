"""Browsers in which somebody signed in before."""

from __future__ import annotations

from datetime import timedelta

from fediverse_node.accounts import browsers
from fediverse_node.accounts import queries as accounts
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person


def account_id(tx: Tx, name: str) -> int:
    return accounts.create(tx, person(tx, name).id, password_hash=None).id


async def test_a_browser_is_known_to_those_who_signed_in_there(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice, bob = account_id(tx, "alice"), account_id(tx, "bob")
        secret = browsers.remember(tx, alice, None)
        assert browsers.knows(tx, alice, secret)
        assert not browsers.knows(tx, bob, secret)
        assert browsers.remember(tx, bob, secret) == secret, "one browser, two people"
        assert browsers.knows(tx, bob, secret)
        browsers.forget(tx, alice)
        assert not browsers.knows(tx, alice, secret)
        assert browsers.knows(tx, bob, secret)
        tx.now += browsers.KEPT_FOR
        assert not browsers.knows(tx, bob, secret)

    await db.write(unit)


async def test_the_one_used_longest_ago_makes_room(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = account_id(tx, "alice")
        secrets = []
        for _ in range(browsers.MOST + 1):
            tx.now += timedelta(minutes=1)
            secrets.append(browsers.remember(tx, alice, None))
        assert not browsers.knows(tx, alice, secrets[0])
        assert all(browsers.knows(tx, alice, each) for each in secrets[1:])

    await db.write(unit)
