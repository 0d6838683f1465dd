from __future__ import annotations

from datetime import timedelta

import pytest

from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.threads import queries as threads
from tests.fixtures import rooms
from tests.fixtures.outbox import TurnedClock


def a_thread(tx: Tx) -> int:
    return rooms.note(tx, rooms.person(tx, "alice")).id


async def test_a_gap_is_asked_for_once(db: Database) -> None:
    def unit(tx: Tx) -> None:
        thread = a_thread(tx)
        assert threads.ask(tx, "replies", thread_id=thread, uri="https://there.example/1")
        assert not threads.ask(tx, "replies", thread_id=thread, uri="https://there.example/1")
        assert threads.ask(tx, "ancestors", thread_id=thread, uri="https://there.example/1")
        assert threads.waiting(tx) == 2

    await db.write(unit)


async def test_no_more_wait_than_there_is_room_for(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "MAX_WAITING", 1)

    def unit(tx: Tx) -> None:
        thread = a_thread(tx)
        assert threads.ask(tx, "replies", thread_id=thread, uri="https://there.example/1")
        assert not threads.ask(tx, "replies", thread_id=thread, uri="https://there.example/2")

    await db.write(unit)


async def test_an_allowance_is_used_up_and_comes_back_after_an_hour(db: Database, clock: TurnedClock) -> None:
    thread = await db.write(a_thread)

    assert await db.write(lambda tx: threads.take(tx, thread, "fetch", most=2))
    assert await db.read(lambda tx: threads.left(tx, thread, "fetch", most=2)) == 1
    assert not await db.write(lambda tx: threads.take(tx, thread, "fetch", most=2, count=2))
    assert await db.write(lambda tx: threads.take(tx, thread, "fetch", most=2))
    assert not await db.write(lambda tx: threads.take(tx, thread, "fetch", most=2))
    assert await db.write(lambda tx: threads.take(tx, thread, "look", most=2)), "each purpose has its own"
    clock.turn(hours=1)
    assert await db.read(lambda tx: threads.left(tx, thread, "fetch", most=2)) == 2
    assert await db.write(lambda tx: threads.take(tx, thread, "fetch", most=2))


async def test_a_claimed_job_is_not_claimed_again_until_its_lease_ends(
    db: Database, clock: TurnedClock
) -> None:
    lease = timedelta(minutes=5)

    def asking(tx: Tx) -> None:
        threads.ask(tx, "replies", thread_id=a_thread(tx), uri="https://there.example/1")

    await db.write(asking)
    (job,) = await db.write(lambda tx: threads.claim(tx, limit=4, lease=lease))
    assert await db.write(lambda tx: threads.claim(tx, limit=4, lease=lease)) == []
    clock.turn(minutes=5)
    assert await db.write(lambda tx: threads.claim(tx, limit=4, lease=lease)) == [job]
    await db.write(lambda tx: threads.put_off(tx, job, until=clock() + lease))
    assert await db.write(lambda tx: threads.claim(tx, limit=4, lease=lease)) == []
    clock.turn(minutes=5)
    (again,) = await db.write(lambda tx: threads.claim(tx, limit=4, lease=lease))
    assert again.attempts == 1
    assert await db.write(lambda tx: threads.done(tx, again))
    assert not await db.write(lambda tx: threads.done(tx, again))


async def test_a_restart_gives_every_job_back(db: Database) -> None:
    lease = timedelta(minutes=5)

    def unit(tx: Tx) -> int:
        threads.ask(tx, "replies", thread_id=a_thread(tx), uri="https://there.example/1")
        threads.claim(tx, limit=4, lease=lease)
        threads.release_all(tx)
        return len(threads.claim(tx, limit=4, lease=lease))

    assert await db.write(unit) == 1
