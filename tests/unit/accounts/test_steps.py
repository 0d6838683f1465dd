"""Half a sign-in: for one browser, for some minutes, for a few tries."""

from __future__ import annotations

from datetime import timedelta

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import sessions, steps
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person


def begun(tx: Tx) -> tuple[int, str]:
    made = accounts.create(tx, person(tx, "alice").id, password_hash="a hash")
    return made.id, steps.begin(tx, made.id, "a hash")


async def test_a_step_is_tried_five_times(db: Database) -> None:
    # OAU-17
    def unit(tx: Tx) -> None:
        who, secret = begun(tx)
        assert steps.stands(tx, secret)
        assert [steps.attempt(tx, secret) for _ in range(6)] == [who] * 5 + [None]
        assert not steps.stands(tx, secret)
        assert steps.attempt(tx, f"{secret}x") is None

    await db.write(unit)


async def test_it_ends_with_time_with_success_and_with_another_password(db: Database) -> None:
    def unit(tx: Tx) -> None:
        who, secret = begun(tx)
        now = tx.now
        tx.now = now + steps.LIFETIME - timedelta(seconds=1)
        assert steps.attempt(tx, secret) == who
        tx.now = now + steps.LIFETIME
        assert steps.attempt(tx, secret) is None
        tx.now = now
        accounts.set_password(tx, who, "another hash")
        assert steps.attempt(tx, secret) is None
        accounts.set_password(tx, who, "a hash")
        assert steps.attempt(tx, secret) == who
        assert steps.end(tx, secret)
        assert not steps.end(tx, secret), "somebody else came first"

    await db.write(unit)


async def test_whoever_is_signed_out_everywhere_is_not_half_signed_in(db: Database) -> None:
    def unit(tx: Tx) -> None:
        who, secret = begun(tx)
        sessions.end_others(tx, who)
        assert not steps.stands(tx, secret)

    await db.write(unit)
