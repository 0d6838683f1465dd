from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from fediverse_node.federation.discovery.memory import Allowance, Memory, OneAtATime


class Hands:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def test_a_memory_forgets_after_its_time() -> None:
    clock = Hands()
    memory: Memory[str, int] = Memory(size=3, seconds=10, clock=clock)
    memory.put("a", 1)
    memory.put("b", 2, seconds=30)
    clock.pass_(10)
    assert (memory.get("a"), memory.get("b")) == (None, 2)


def test_a_full_memory_forgets_what_was_used_least() -> None:
    memory: Memory[str, int] = Memory(size=2, seconds=10, clock=Hands())
    memory.put("a", 1)
    memory.put("b", 2)
    assert memory.get("a") == 1
    memory.put("c", 3)
    assert [memory.get(name) for name in "abc"] == [1, None, 3]
    assert len(memory) == 2


def test_a_memory_can_be_told_to_forget() -> None:
    memory: Memory[str, int] = Memory(size=9, seconds=10, clock=Hands())
    for name, value in (("a", 1), ("b", 2), ("c", 3)):
        memory.put(name, value)
    memory.drop("a")
    memory.drop("unknown")
    memory.drop_where(lambda value: value == 2)
    assert [memory.get(name) for name in "abc"] == [None, None, 3]


def test_an_allowance_is_given_anew_as_time_passes() -> None:
    clock = Hands()
    allowance = Allowance(count=2, seconds=60, clock=clock)
    assert [allowance.take() for _ in range(3)] == [True, True, False]
    clock.pass_(60)
    assert allowance.take()


def test_no_count_is_no_bound() -> None:
    allowance = Allowance(count=None, seconds=60, clock=Hands())
    assert all(allowance.take() for _ in range(1000))


async def test_those_who_ask_at_the_same_time_share_an_answer() -> None:
    asked, go = [], asyncio.Event()
    flights: OneAtATime[str, int] = OneAtATime()

    async def work() -> int:
        asked.append(1)
        await go.wait()
        return len(asked)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(flights.run("x", work)) for _ in range(5)]
        await asyncio.sleep(0)
        go.set()
    assert [task.result() for task in tasks] == [1] * 5
    assert await flights.run("x", work) == 2


async def test_an_error_is_shared_and_then_forgotten() -> None:
    flights: OneAtATime[str, int] = OneAtATime()

    async def fails() -> int:
        await asyncio.sleep(0)
        raise ValueError("no")

    async def works() -> int:
        return 1

    outcomes = await asyncio.gather(*(flights.run("x", fails) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(each, ValueError) for each in outcomes)
    assert await flights.run("x", works) == 1


async def test_when_the_first_goes_away_the_next_asks() -> None:
    started, flights = asyncio.Event(), OneAtATime[str, int]()

    async def hangs() -> int:
        started.set()
        await asyncio.Event().wait()
        return 0

    async def works() -> int:
        return 7

    async with asyncio.TaskGroup() as group:
        first = group.create_task(flights.run("x", hangs))
        await started.wait()
        second = group.create_task(flights.run("x", works))
        await asyncio.sleep(0)
        first.cancel()
    assert second.result() == 7
    with pytest.raises(asyncio.CancelledError):
        await first
