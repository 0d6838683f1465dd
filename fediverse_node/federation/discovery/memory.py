"""What one process remembers of what it asked: bounded in size and in time, and gone when it stops."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from fediverse_node.kernel.clock import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """At most *size* values, the least used forgotten first, each for *seconds*."""

    def __init__(self, *, size: int, seconds: float, clock: Clock) -> None:
        self._size = size
        self._span = timedelta(seconds=seconds)
        self._clock = clock
        self._values: OrderedDict[K, tuple[V, datetime]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """What is remembered under *key*, or None."""
        found = self._values.get(key)
        if found is None:
            return None
        if found[1] <= self._clock():
            del self._values[key]
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, *, seconds: float | None = None) -> None:
        """Remember *value*, for *seconds* when given."""
        span = self._span if seconds is None else timedelta(seconds=seconds)
        self._values[key] = (value, self._clock() + span)
        self._values.move_to_end(key)
        while len(self._values) > self._size:
            self._values.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget *key*."""
        self._values.pop(key, None)

    def drop_where(self, unwanted: Callable[[V], bool]) -> None:
        """Forget every value that *unwanted* says yes to."""
        for key in [key for key, (value, _) in self._values.items() if unwanted(value)]:
            del self._values[key]

    def __len__(self) -> int:
        return len(self._values)


class Allowance:
    """*count* times in any *seconds*; None for *count* allows everything."""

    def __init__(self, *, count: int | None, seconds: float, clock: Clock) -> None:
        self._count = count
        self._span = timedelta(seconds=seconds)
        self._clock = clock
        self._taken: deque[datetime] = deque()

    def take(self) -> bool:
        """Use one, if there is one left."""
        if self._count is None:
            return True
        now = self._clock()
        while self._taken and self._taken[0] <= now - self._span:
            self._taken.popleft()
        if len(self._taken) >= self._count:
            return False
        self._taken.append(now)
        return True


class OneAtATime(Generic[K, V]):
    """Lets those who ask for the same thing at the same time share one answer."""

    def __init__(self) -> None:
        self._running: dict[K, asyncio.Future[V]] = {}

    async def run(self, key: K, work: Callable[[], Awaitable[V]]) -> V:
        """The outcome of *work*, or of the work already under way for *key*, error or not."""
        while (running := self._running.get(key)) is not None:
            await asyncio.wait([running])
            if not running.cancelled():
                return running.result()
            # Whoever asked first went away; the next in line asks.
        running = asyncio.get_running_loop().create_future()
        self._running[key] = running
        try:
            value = await work()
        except asyncio.CancelledError:
            running.cancel()
            raise
        except BaseException as error:
            running.set_exception(error)
            running.exception()  # it is raised here; nobody else need have waited for it
            raise
        else:
            running.set_result(value)
            return value
        finally:
            del self._running[key]
