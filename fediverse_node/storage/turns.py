"""How a worker waits for work: until a bell rings, some time has passed, or it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fediverse_node.storage.database import Database


async def work_in_turns(
    db: Database, bell_name: str, stop: asyncio.Event, turn: Callable[[], Awaitable[bool]], *, every: float
) -> None:
    """Call *turn* until *stop* is set: the first time at once.

    Args:
        db: whose bell it is.
        bell_name: what is rung when there is work (`Database.bell`).
        stop: ends the work after the turn that has begun.
        turn: does some of it; True when there is more, and the next turn follows at once.
        every: seconds after which it looks for work without being woken: a process may die between
            commit and ring.
    """
    bell = db.bell(bell_name)
    try:
        async with asyncio.TaskGroup() as group:
            stopped = group.create_task(stop.wait())
            while not stop.is_set():
                bell.clear()
                if await turn():
                    continue
                rung = group.create_task(bell.wait())
                await asyncio.wait([rung, stopped], timeout=every, return_when=asyncio.FIRST_COMPLETED)
                rung.cancel()
            stopped.cancel()
    finally:
        db.silence(bell_name, bell)


async def work_until_stopped(
    db: Database, bell_name: str, stop: asyncio.Event, turn: Callable[[], Awaitable[float]]
) -> None:
    """Call *turn* until *stop* is set, the first time at once; what is under way then is cut short.

    For workers whose turns take long and are begun again next time.

    Args:
        db: whose bell it is.
        bell_name: what is rung when there is work (`Database.bell`).
        stop: ends the work at once.
        turn: does whatever is due; gives the seconds until the next, unless the bell rings before.
    """
    bell = db.bell(bell_name)
    try:
        async with asyncio.TaskGroup() as group:
            working = group.create_task(_turns(bell, turn))
            await stop.wait()
            working.cancel()
    finally:
        db.silence(bell_name, bell)


async def _turns(bell: asyncio.Event, turn: Callable[[], Awaitable[float]]) -> None:
    while True:
        bell.clear()
        wait = await turn()
        try:
            async with asyncio.timeout(max(wait, 0.0)):
                await bell.wait()
        except TimeoutError:
            pass
