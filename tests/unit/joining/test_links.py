"""Links that let somebody in: once, for a while, and stored as hashes."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from fediverse_node.accounts import queries as accounts
from fediverse_node.joining import links
from fediverse_node.joining.tables import account_links
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person


def account(tx: Tx, name: str = "alice") -> int:
    return accounts.create(tx, person(tx, name).id, password_hash=None).id


async def test_a_link_works_once_and_ends_its_like(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = account(tx)
        first, second = links.create(tx, alice, "reset"), links.create(tx, alice, "reset")
        assert first not in str(tx.all(sa.select(account_links)))
        assert links.find(tx, first, "reset") == alice
        assert links.find(tx, first, "confirm") is None
        assert links.use(tx, second, "reset") == alice
        assert links.use(tx, second, "reset") is None
        assert links.use(tx, first, "reset") is None

    await db.write(unit)


async def test_a_link_runs_out_and_is_forgotten(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = account(tx)
        reset, confirm = links.create(tx, alice, "reset"), links.create(tx, alice, "confirm")
        tx.now += timedelta(minutes=61)
        assert links.use(tx, reset, "reset") is None
        assert links.find(tx, confirm, "confirm") == alice
        assert links.forget_old(tx) == 1
        assert links.find(tx, confirm, "confirm") == alice

    await db.write(unit)


async def test_of_many_links_the_last_three_work(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = account(tx)
        made = [links.create(tx, alice, "reset") for _ in range(5)]
        assert [links.find(tx, each, "reset") is not None for each in made] == [
            False,
            False,
            True,
            True,
            True,
        ]

    await db.write(unit)
