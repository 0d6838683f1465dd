"""Who may fetch now: only so many at once, and of these only a few from one server.

A page of faces asks one server for fifty files at once, so those beyond the bound wait; a server that sends
a byte a second holds its own places only.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fediverse_node.kernel.errors import NotNow


class Turns:
    """Turns of one node.

    Args:
        at_once: downloads at once.
        from_one: of these, from one server.
        waiting: downloads that may wait; more are told to come back.
        seconds: how long one waits.
    """

    def __init__(self, *, at_once: int, from_one: int, waiting: int, seconds: float) -> None:
        self._all = asyncio.Semaphore(at_once)
        self._from_one = from_one
        self._hosts: dict[str, asyncio.Semaphore] = {}
        self._interested: Counter[str] = Counter()
        self._waiting = waiting
        self._seconds = seconds

    @asynccontextmanager
    async def take(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it while the context lasts.

        Raises:
            NotNow: too many wait already, or no turn came in time.
        """
        if self._waiting <= 0:
            raise NotNow("Too many files are being fetched.", retry_after=10)
        # The server's own bound first: whoever waits for a slow one must not hold a place of all.
        own = self._hosts.setdefault(host, asyncio.Semaphore(self._from_one))
        self._interested[host] += 1
        try:
            await self._wait(own)
            try:
                await self._wait(self._all)
                try:
                    yield
                finally:
                    self._all.release()
            finally:
                own.release()
        finally:
            self._interested -= Counter([host])
            if host not in self._interested:
                del self._hosts[host]

    async def _wait(self, turn: asyncio.Semaphore) -> None:
        self._waiting -= 1
        try:
            async with asyncio.timeout(self._seconds):
                await turn.acquire()
        except TimeoutError:
            raise NotNow("Too many files are being fetched.", retry_after=10) from None
        finally:
            self._waiting += 1
