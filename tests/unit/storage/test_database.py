"""What `db.read` and `db.write` promise, on whichever engine this run uses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from fediverse_node.peers.tables import peers
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx


def add(host: str) -> Callable[[Tx], str]:
    def unit(tx: Tx) -> str:
        tx.insert(peers, {"host": host, "created_at": tx.now, "updated_at": tx.now})
        return host

    return unit


def hosts(tx: Tx) -> set[str]:
    return {row[0] for row in tx.all(sa.select(peers.c.host))}


async def test_what_was_written_can_be_read(db: Database) -> None:
    assert await db.write(add("a.example")) == "a.example"

    assert await db.read(hosts) == {"a.example"}


async def test_a_unit_that_fails_leaves_nothing_and_spoils_nothing_for_its_neighbours(db: Database) -> None:
    def bad(tx: Tx) -> None:
        tx.insert(peers, {"host": "bad.example", "created_at": tx.now, "updated_at": tx.now})
        raise ValueError("on purpose")

    results = await asyncio.gather(
        db.write(add("a.example")),
        db.write(bad),
        db.write(add("b.example")),
        return_exceptions=True,
    )

    assert results[0] == "a.example"
    assert isinstance(results[1], ValueError)
    assert results[2] == "b.example"
    assert await db.read(hosts) == {"a.example", "b.example"}


async def test_what_went_wrong_is_said_without_what_was_written(db: Database) -> None:
    def unit(tx: Tx) -> None:
        tx.execute(sa.text("SELECT :secret FROM no_such_table").bindparams(secret="meet me at noon"))

    for way in (db.read, db.write):
        with pytest.raises(sa.exc.DBAPIError, match="no_such_table") as caught:
            await way(unit)
        assert "noon" not in str(caught.value)


async def test_a_constraint_refuses_only_the_unit_that_broke_it(db: Database) -> None:
    results = await asyncio.gather(
        *[db.write(add("same.example")) for _ in range(3)],
        return_exceptions=True,
    )

    assert sorted(type(result).__name__ for result in results) == ["IntegrityError", "IntegrityError", "str"]


async def test_a_read_cannot_write(db: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        await db.read(add("a.example"))

    assert await db.read(hosts) == set()


async def test_many_writers_at_once_all_get_through(db: Database) -> None:
    names = {f"h{number}.example" for number in range(200)}

    await asyncio.gather(*[db.write(add(name)) for name in names])

    assert await db.read(hosts) == names


async def test_a_read_sees_one_snapshot(db: Database) -> None:
    loop = asyncio.get_running_loop()
    began = asyncio.Event()

    def read_twice(tx: Tx) -> tuple[set[str], set[str]]:
        before = hosts(tx)
        loop.call_soon_threadsafe(began.set)
        asyncio.run_coroutine_threadsafe(db.write(add("late.example")), loop).result()
        return before, hosts(tx)

    before, after = await db.read(read_twice)

    assert began.is_set()
    assert before == after == set()
    assert await db.read(hosts) == {"late.example"}


async def test_a_bell_rings_after_the_commit_and_not_after_a_failure(db: Database) -> None:
    bell, other = db.bell("deliveries"), db.bell("arrivals")

    def ring(tx: Tx) -> None:
        tx.ring("deliveries")

    def ring_and_fail(tx: Tx) -> None:
        tx.ring("arrivals")
        raise ValueError("on purpose")

    await db.write(ring)
    with pytest.raises(ValueError, match="on purpose"):
        await db.write(ring_and_fail)

    await asyncio.wait_for(bell.wait(), timeout=60)
    assert not other.is_set()


async def test_what_was_accepted_is_written_before_the_database_closes(database_url: str) -> None:
    db = open_database(database_url)
    writes = [asyncio.ensure_future(db.write(add(f"h{number}.example"))) for number in range(50)]
    await asyncio.sleep(0)

    await db.close()
    await asyncio.gather(*writes)

    again = open_database(database_url)
    assert len(await again.read(hosts)) == 50
    await again.close()


async def test_insert_new_says_whether_it_was_new(db: Database) -> None:
    def twice(tx: Tx) -> tuple[bool, bool]:
        row = {"host": "a.example", "created_at": tx.now, "updated_at": tx.now}
        return tx.insert_new(peers, row), tx.insert_new(peers, row)

    assert await db.write(twice) == (True, False)


async def test_upsert_keeps_when_a_row_was_made(db: Database) -> None:
    def twice(tx: Tx) -> tuple[object, object, object]:
        first = {"host": "a.example", "software": "one", "created_at": tx.now, "updated_at": tx.now}
        tx.upsert(peers, first, key=["host"])
        made = tx.scalar(sa.select(peers.c.created_at))
        later = tx.now.replace(year=tx.now.year + 1)
        tx.upsert(peers, {**first, "software": "two", "created_at": later}, key=["host"])
        row = tx.first(sa.select(peers.c.software, peers.c.created_at))
        assert row is not None
        return made, row[0], row[1]

    made, software, created = await db.write(twice)

    assert software == "two"
    assert created == made
