"""A statement that is run by its text finds and does what SQLAlchemy would."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fediverse_node.consent.tables import consent_ledger
from fediverse_node.peers.tables import peers
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

HOSTS: sa.BindParameter[str] = sa.bindparam("hosts", expanding=True)
NAMED = sa.select(peers.c.host).where(peers.c.host.in_(HOSTS)).order_by(peers.c.host)
OTHERS = sa.select(peers.c.host).where(peers.c.host.not_in(HOSTS)).order_by(peers.c.host)
FEW = sa.select(peers.c.host).order_by(peers.c.host).limit(sa.bindparam("most", type_=sa.Integer))
FAILING = (
    sa.select(peers.c.host, peers.c.failures, peers.c.updated_at)
    .where(peers.c.failures > 0, peers.c.breaker == "closed", peers.c.host > sa.bindparam("after"))
    .order_by(peers.c.host)
    .limit(2)
)


async def prepare(db: Database) -> None:
    def unit(tx: Tx) -> None:
        for number, letter in enumerate("abcd"):
            host = f"{letter}.example"
            tx.insert(peers, {"host": host, "failures": number, "created_at": tx.now, "updated_at": tx.now})

    await db.write(unit)


def both_ways(tx: Tx, statement: sa.Select[Any], values: dict[str, Any]) -> list[tuple[Any, ...]]:
    ours = [tuple(row) for row in tx.all(statement, values)]
    assert ours == [tuple(row) for row in tx.connection.execute(statement, values)]
    return ours


@pytest.mark.parametrize("statement", [NAMED, OTHERS])
async def test_a_list_may_have_any_length(db: Database, statement: sa.Select[Any]) -> None:
    await prepare(db)
    everybody = [f"{letter}.example" for letter in "abcd"]

    def unit(tx: Tx) -> list[int]:
        return [len(both_ways(tx, statement, {"hosts": everybody[:length]})) for length in range(5)]

    found = await db.read(unit)

    assert found == ([0, 1, 2, 3, 4] if statement is NAMED else [4, 3, 2, 1, 0])


async def test_limits_differ_from_run_to_run(db: Database) -> None:
    await prepare(db)

    def unit(tx: Tx) -> list[int]:
        return [len(both_ways(tx, FEW, {"most": most})) for most in (0, 1, 3, 1, 9)]

    assert await db.read(unit) == [0, 1, 3, 1, 4]


async def test_constants_limits_and_moments_come_out_as_sqlalchemy_has_them(db: Database) -> None:
    await prepare(db)

    found = await db.read(lambda tx: both_ways(tx, FAILING, {"after": "b.example"}))

    assert [row[:2] for row in found] == [("c.example", 2), ("d.example", 3)]
    assert found[0][2].tzinfo is not None


async def test_a_row_is_read_by_name_and_by_position(db: Database) -> None:
    await prepare(db)

    row = await db.read(lambda tx: tx.first(FAILING, {"after": "b.example"}))

    assert row is not None
    assert row.host == row[0] == "c.example"


@pytest.mark.parametrize("quoted", ["it's", "100 % ?", "%s", ":name", '"; DROP TABLE peers; --', ""])
async def test_a_constant_may_hold_any_character(db: Database, quoted: str) -> None:
    def unit(tx: Tx) -> None:
        tx.insert(peers, {"host": quoted, "created_at": tx.now, "updated_at": tx.now})

    await db.write(unit)
    statement = sa.select(peers.c.host).where(peers.c.host == quoted, peers.c.failures == sa.bindparam("n"))

    assert await db.read(lambda tx: both_ways(tx, statement, {"n": 0})) == [(quoted,)]


async def test_what_the_database_refuses_is_said_without_the_values(db: Database) -> None:
    await prepare(db)
    values = {"host": "a.example", "software": "a secret"}

    def unit(tx: Tx) -> None:
        tx.insert(peers, {**values, "created_at": tx.now, "updated_at": tx.now})

    with pytest.raises(sa.exc.IntegrityError) as caught:
        await db.write(unit)

    assert "a secret" not in str(caught.value)


async def test_a_change_says_how_many_rows_it_changed(db: Database) -> None:
    await prepare(db)
    fail = peers.update().where(peers.c.failures >= sa.bindparam("least")).values(failures=9)

    assert await db.write(lambda tx: tx.change(fail, {"least": 2})) == 2
    assert await db.write(lambda tx: tx.change(fail, {"least": 99})) == 0


async def test_lists_and_truths_are_stored_and_found_as_they_were(db: Database) -> None:
    entry = {
        "kind": "grant",
        "actor_uri": "https://a.example/u",
        "object_uri": "https://a.example/p",
        "revision": "r",
        "purposes": ["train-ai", "dataset"],
        "terms_id": "t",
        "terms_sha256": "0",
        "method": "web",
    }
    chosen = sa.select(consent_ledger.c.purposes, consent_ledger.c.previous_seq).where(
        consent_ledger.c.object_uri == sa.bindparam("uri")
    )

    await db.write(lambda tx: tx.insert(consent_ledger, {**entry, "at": tx.now}))

    found = await db.read(lambda tx: both_ways(tx, chosen, {"uri": entry["object_uri"]}))
    assert found == [(["train-ai", "dataset"], None)]


async def test_many_changes_are_made_in_their_order_and_none_is_fine(db: Database) -> None:
    await prepare(db)
    change = (
        peers.update().where(peers.c.host == sa.bindparam("there")).values(failures=sa.bindparam("count"))
    )
    rows = [{"there": f"{letter}.example", "count": number} for number, letter in enumerate("abba", 10)]

    def unit(tx: Tx) -> dict[str, int]:
        tx.change_many(change, [])
        tx.change_many(change, rows)
        return {row.host: row.failures for row in tx.all(FAILING.limit(9), {"after": ""})}

    assert await db.write(unit) == {"a.example": 13, "b.example": 12, "c.example": 2, "d.example": 3}
