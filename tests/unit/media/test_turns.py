from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from fediverse_node.kernel.errors import NotNow
from fediverse_node.media.turns import Turns


def turns(*, at_once: int = 3, from_one: int = 2, waiting: int = 2, seconds: float = 0.01) -> Turns:
    return Turns(at_once=at_once, from_one=from_one, waiting=waiting, seconds=seconds)


async def test_a_slow_server_holds_only_its_own_places() -> None:
    made = turns()
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(made.take("slow.example"))
        with pytest.raises(NotNow):
            await stack.enter_async_context(made.take("slow.example"))
        await stack.enter_async_context(made.take("quick.example"))
        with pytest.raises(NotNow):  # all places are taken
            await stack.enter_async_context(made.take("other.example"))
    async with made.take("slow.example"), made.take("slow.example"), made.take("other.example"):
        pass
    assert made._hosts == {}


async def test_those_beyond_the_bound_wait_for_their_turn() -> None:
    made, done = turns(from_one=1, waiting=9, seconds=60), []

    async def work(number: int) -> None:
        async with made.take("one.example"):
            await asyncio.sleep(0)
            done.append(number)

    await asyncio.gather(*(work(number) for number in range(5)))
    assert done == [0, 1, 2, 3, 4]


async def test_only_so_many_wait() -> None:
    made = turns(from_one=1, waiting=1, seconds=60)

    async def work() -> str:
        try:
            async with made.take("one.example"):
                await asyncio.sleep(0)
        except NotNow:
            return "no"
        return "yes"

    async with made.take("one.example"):
        waiting = [asyncio.ensure_future(work()) for _ in range(3)]
        await asyncio.sleep(0)
    assert sorted(await asyncio.gather(*waiting)) == ["no", "no", "yes"]


async def test_whoever_gives_up_leaves_the_place_to_others() -> None:
    made = turns(from_one=1, waiting=5, seconds=60)
    async with made.take("one.example"):
        waiting = asyncio.ensure_future(made.take("one.example").__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with made.take("one.example"):
        pass
    assert made._hosts == {}
