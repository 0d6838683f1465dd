from __future__ import annotations

import asyncio
from collections.abc import Callable

from fediverse_node.storage.database import Database
from fediverse_node.storage.turns import work_in_turns, work_until_stopped

NEVER = 3600.0


class Worker:
    """Counts its turns, and tells whoever waits for one of them."""

    def __init__(self, more: Callable[[int], bool] = lambda _: False) -> None:
        self.turns = 0
        self._more = more
        self._taken = asyncio.Condition()

    async def turn(self) -> bool:
        async with self._taken:
            self.turns += 1
            self._taken.notify_all()
        return self._more(self.turns)

    async def has_taken(self, count: int) -> None:
        async with asyncio.timeout(60), self._taken:
            await self._taken.wait_for(lambda: self.turns >= count)


async def test_there_is_a_turn_at_once_and_one_for_each_ring(db: Database) -> None:
    stop, worker = asyncio.Event(), Worker()
    async with asyncio.TaskGroup() as group:
        group.create_task(work_in_turns(db, "work", stop, worker.turn, every=NEVER))
        await worker.has_taken(1)
        await db.write(lambda tx: tx.ring("other"))
        await db.write(lambda tx: tx.ring("work"))
        await worker.has_taken(2)
        stop.set()
    assert worker.turns == 2


async def test_while_there_is_more_nobody_needs_to_ring(db: Database) -> None:
    stop, worker = asyncio.Event(), Worker(more=lambda turns: turns < 5)
    async with asyncio.TaskGroup() as group:
        group.create_task(work_in_turns(db, "work", stop, worker.turn, every=NEVER))
        await worker.has_taken(5)
        stop.set()
    assert worker.turns == 5


async def test_it_looks_by_itself_now_and_then(db: Database) -> None:
    stop, worker = asyncio.Event(), Worker()
    async with asyncio.TaskGroup() as group:
        group.create_task(work_in_turns(db, "work", stop, worker.turn, every=0.01))
        await worker.has_taken(3)
        stop.set()


async def test_whoever_is_told_to_stop_before_it_began_takes_no_turn(db: Database) -> None:
    stop, worker = asyncio.Event(), Worker()
    stop.set()
    await work_in_turns(db, "work", stop, worker.turn, every=NEVER)
    assert worker.turns == 0


async def test_who_is_cut_short_looks_when_it_said_when_it_is_rung_and_not_after_the_end(
    db: Database,
) -> None:
    stop, worker, waits, begun = asyncio.Event(), Worker(), [0.0, -1.0, NEVER, NEVER], asyncio.Event()

    async def turn() -> float:
        await worker.turn()
        if not waits:
            begun.set()
            await asyncio.Event().wait()  # as long as it takes
        return waits.pop(0)

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(work_until_stopped(db, "work", stop, turn))
        await worker.has_taken(3)
        await db.write(lambda tx: tx.ring("work"))
        await worker.has_taken(4)
        await db.write(lambda tx: tx.ring("work"))
        await begun.wait()
        stop.set()
    assert worker.turns == 5
