"""Sessions: what works, what has run out, and whose they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import sessions
from fediverse_node.accounts.model import Account
from fediverse_node.accounts.tables import sessions as table
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person


def account(tx: Tx, name: str) -> Account:
    return accounts.create(tx, person(tx, name).id, password_hash=None)


def later(tx: Tx, **by: int) -> Tx:
    """The same transaction, as if it were later."""
    tx.now += timedelta(**by)
    return tx


async def test_a_secret_finds_its_session_and_whose_it_is(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = account(tx, "alice")
        secret = sessions.begin(tx, alice.id, browser="Firefox, Linux")
        found = sessions.find(tx, secret)
        assert found is not None
        session, owner, actor = found
        assert (session.account_id, session.browser) == (alice.id, "Firefox, Linux")
        assert session.created_at == session.last_used_at == tx.now
        assert (owner, actor.username) == (alice, "alice")
        assert sessions.find(tx, f"{secret}x") is None

    await db.write(unit)


async def test_only_a_hash_of_the_secret_is_kept(db: Database) -> None:
    def unit(tx: Tx) -> None:
        secret = sessions.begin(tx, account(tx, "alice").id, browser="")
        assert len(secret) == 43
        assert secret not in str(tx.all(sa.select(table)))

    await db.write(unit)


@pytest.mark.parametrize(("hours", "works"), [(14 * 24 - 1, True), (14 * 24, False)])
async def test_an_idle_session_runs_out(db: Database, hours: int, works: bool) -> None:  # noqa: FBT001 a column of the table
    def unit(tx: Tx) -> None:
        alice = account(tx, "alice")
        secret = sessions.begin(tx, alice.id, browser="")
        later(tx, hours=hours)
        assert (sessions.find(tx, secret) is not None) is works
        assert bool(sessions.of_account(tx, alice.id)) is works

    await db.write(unit)


async def test_use_keeps_a_session_but_not_for_ever(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = account(tx, "alice")
        secret = sessions.begin(tx, alice.id, browser="")
        for _ in range(5):
            found = sessions.find(later(tx, days=11), secret)
            assert found is not None
            sessions.touch(tx, found[0].id)
        assert sessions.find(later(tx, days=5), secret) is None
        assert sessions.of_account(tx, alice.id) == []

    await db.write(unit)


async def test_what_has_run_out_is_dropped_when_somebody_signs_in(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice, bob = account(tx, "alice"), account(tx, "bob")
        sessions.begin(tx, alice.id, browser="")
        sessions.begin(later(tx, days=14), bob.id, browser="")
        assert [row.account_id for row in tx.all(sa.select(table))] == [bob.id]

    await db.write(unit)


async def test_one_session_ends_for_its_owner_only(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice, bob = account(tx, "alice"), account(tx, "bob")
        secret = sessions.begin(tx, alice.id, browser="")
        found = sessions.find(tx, secret)
        assert found is not None
        assert not sessions.end(tx, found[0].id, account_id=bob.id)
        assert sessions.find(tx, secret) is not None
        assert sessions.end(tx, found[0].id, account_id=alice.id)
        assert sessions.find(tx, secret) is None
        assert not sessions.end(tx, found[0].id, account_id=alice.id)

    await db.write(unit)


async def test_all_others_end_and_those_of_other_people_stay(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice, bob = account(tx, "alice"), account(tx, "bob")
        secrets = [sessions.begin(later(tx, seconds=1), alice.id, browser=f"{n}") for n in range(3)]
        of_bob = sessions.begin(tx, bob.id, browser="")
        found = sessions.of_account(tx, alice.id)
        assert [session.browser for session in found] == ["2", "1", "0"]
        assert sessions.end_others(tx, alice.id, kept=found[1].id) == 2
        assert [sessions.find(tx, secret) is not None for secret in secrets] == [False, True, False]
        assert sessions.end_others(tx, alice.id) == 1
        assert sessions.of_account(tx, alice.id) == []
        assert sessions.find(tx, of_bob) is not None

    await db.write(unit)
