"""Invitations: for how many, how long, and whose."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.joining import invitations, queries
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person


async def test_an_invitation_counts_who_came_and_ends(db: Database) -> None:
    def unit(tx: Tx) -> None:
        made = invitations.create(tx, uses=2, days=3)
        assert [invitations.use(tx, made) for _ in range(3)] == [True, True, False]
        assert invitations.find(tx, made.code) is None
        forever = invitations.create(tx, uses=None, days=None)
        assert all(invitations.use(tx, forever) for _ in range(3))
        week = invitations.create(tx)
        tx.now += timedelta(days=8)
        assert invitations.find(tx, week.code) is None
        found = invitations.find(tx, forever.code)
        assert found is not None
        assert (found.used, found.uses_left) == (3, None)

    await db.write(unit)


async def test_one_that_is_taken_back_lets_nobody_in(db: Database) -> None:
    def unit(tx: Tx) -> None:
        made = invitations.create(tx)
        invitations.revoke(tx, made.id)
        assert not invitations.use(tx, made)
        with pytest.raises(NotFound):
            invitations.revoke(tx, made.id)

    await db.write(unit)


async def test_people_have_a_number_of_them_that_end_and_take_back_their_own(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = accounts.create(tx, person(tx, "alice").id, password_hash=None).id
        for uses, days in ((None, 7), (1, None), (0, 7), (1, 366)):
            with pytest.raises(NotValid):
                invitations.create(tx, account_id=alice, uses=uses, days=days)
        operators = invitations.create(tx)
        made = [invitations.create(tx, account_id=alice) for _ in range(invitations.MAX_OPEN)]
        with pytest.raises(NotValid, match="Take one back"):
            invitations.create(tx, account_id=alice)
        with pytest.raises(NotFound):
            invitations.revoke(tx, operators.id, account_id=alice)
        invitations.revoke(tx, made[0].id, account_id=alice)
        invitations.create(tx, account_id=alice)
        assert len(invitations.listing(tx)) == invitations.MAX_OPEN + 2

    await db.write(unit)


async def test_the_invitations_of_somebody_who_is_gone_end(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = accounts.create(tx, person(tx, "alice").id, password_hash=None).id
        made = invitations.create(tx, account_id=alice)
        queries.forget(tx, alice)
        assert invitations.find(tx, made.code) is None
        known = invitations.by_code(tx, made.code)
        assert known is not None
        assert known.account_id is None

    await db.write(unit)
