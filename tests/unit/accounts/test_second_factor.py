"""Codes beside the password: taken once, near their time, and by their owner alone."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts import sealing, second_factor
from fediverse_node.accounts.second_factor import STEP_SECONDS
from fediverse_node.accounts.tables import recovery_codes, second_factors
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.storage.vault import MARK, Vault
from tests.fixtures.rooms import person


def account_id(tx: Tx, name: str = "alice") -> int:
    return accounts.create(tx, person(tx, name).id, password_hash=None).id


def code(tx: Tx, secret: str, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(tx.now + timedelta(seconds=STEP_SECONDS * steps))


def set_up(tx: Tx, who: int) -> tuple[str, list[str]]:
    secret = second_factor.begin(tx, who)
    assert secret is not None
    codes = second_factor.confirm(tx, who, code(tx, secret))
    assert codes is not None
    return secret, codes


async def test_it_counts_once_a_first_code_came_back(db: Database) -> None:
    def unit(tx: Tx) -> None:
        who = account_id(tx)
        secret = second_factor.begin(tx, who)
        assert secret is not None
        assert not second_factor.is_asked(tx, who)
        assert second_factor.confirm(tx, who, "000000" if code(tx, secret) != "000000" else "1") is None
        assert second_factor.begun(tx, who) == secret
        codes = second_factor.confirm(tx, who, code(tx, secret))
        assert codes is not None
        assert len(set(codes)) == 10
        found = second_factor.of_account(tx, who)
        assert found is not None
        assert (found.since, found.recovery_codes) == (tx.now, 10)
        assert second_factor.begun(tx, who) is None
        assert second_factor.begin(tx, who) is None, "one that counts is not replaced"

    await db.write(unit)


async def test_beginning_again_replaces_what_never_counted(db: Database) -> None:
    def unit(tx: Tx) -> None:
        who = account_id(tx)
        first, second = second_factor.begin(tx, who), second_factor.begin(tx, who)
        assert first is not None
        assert second is not None
        assert second_factor.confirm(tx, who, code(tx, first)) is None or code(tx, first) == code(tx, second)

    await db.write(unit)


async def test_a_code_is_taken_once_and_none_before_it_afterwards(db: Database) -> None:
    # OAU-17
    def unit(tx: Tx) -> None:
        who = account_id(tx)
        secret, _ = set_up(tx, who)
        assert not second_factor.prove(tx, who, code(tx, secret)), "it was used to set up"
        tx.now += timedelta(seconds=STEP_SECONDS)
        assert second_factor.prove(tx, who, code(tx, secret))
        assert not second_factor.prove(tx, who, code(tx, secret))
        assert not second_factor.prove(tx, who, code(tx, secret, steps=-1))
        assert second_factor.prove(tx, who, code(tx, secret, steps=1))

    await db.write(unit)


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_clock_may_be_wrong_by_one_step(db: Database, *, steps: int, right: bool) -> None:
    def unit(tx: Tx) -> None:
        who = account_id(tx)
        secret, _ = set_up(tx, who)
        tx.now += timedelta(hours=1)
        near = {code(tx, secret, steps=each) for each in (-1, 0, 1)}
        assert second_factor.prove(tx, who, code(tx, secret, steps=steps)) is (
            right or code(tx, secret, steps=steps) in near
        )

    await db.write(unit)


async def test_a_recovery_code_is_good_once_however_it_is_written(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice, bob = account_id(tx), account_id(tx, "bob")
        _, codes = set_up(tx, alice)
        set_up(tx, bob)
        assert not second_factor.prove(tx, bob, codes[0]), "it is somebody else's"
        assert second_factor.prove(tx, alice, codes[0])
        assert not second_factor.prove(tx, alice, codes[0])
        assert second_factor.prove(tx, alice, f" {codes[1].upper().replace('-', ' ')} ")
        found = second_factor.of_account(tx, alice)
        assert found is not None
        assert found.recovery_codes == 8
        anew = second_factor.renew_recovery_codes(tx, alice)
        assert not second_factor.prove(tx, alice, codes[2])
        assert second_factor.prove(tx, alice, anew[0])
        assert codes[2] not in str(tx.all(sa.select(recovery_codes)))

    await db.write(unit)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "\udc80", "0" * 500])
async def test_what_is_no_code_is_refused(db: Database, typed: str) -> None:
    def unit(tx: Tx) -> None:
        who = account_id(tx)
        set_up(tx, who)
        assert not second_factor.prove(tx, who, typed)

    await db.write(unit)


async def test_without_it_no_code_proves_anything(db: Database) -> None:
    def unit(tx: Tx) -> None:
        who = account_id(tx)
        secret, codes = set_up(tx, who)
        assert second_factor.remove(tx, who)
        assert not second_factor.remove(tx, who)
        assert not second_factor.is_asked(tx, who)
        tx.now += timedelta(minutes=5)
        assert not second_factor.prove(tx, who, code(tx, secret))
        assert not second_factor.prove(tx, who, codes[0])

    await db.write(unit)


async def test_the_secret_is_sealed_and_bound_to_its_account(db: Database) -> None:
    db.vault = Vault([b"1" * 32])

    def unit(tx: Tx) -> None:
        alice, bob = account_id(tx), account_id(tx, "bob")
        secret, _ = set_up(tx, alice)
        set_up(tx, bob)
        stored = tx.scalar(
            sa.select(second_factors.c.private_key).where(second_factors.c.account_id == alice)
        )
        assert stored.startswith(MARK)
        assert secret not in stored
        sealing.require_open(tx)
        assert sealing.count_pending(tx) == 0

    await db.write(unit)


async def test_an_account_that_ends_leaves_nothing_of_it(db: Database) -> None:
    def unit(tx: Tx) -> None:
        who = account_id(tx)
        set_up(tx, who)
        accounts.close(tx, who)
        for table in (second_factors, recovery_codes):
            assert tx.all(sa.select(table)) == []

    await db.write(unit)
