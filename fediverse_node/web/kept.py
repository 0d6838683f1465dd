"""What one process keeps of what it made: bounded in size and in time, safe to use from any thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """At most *size* values, each for *seconds*.

    When it is full it is emptied: that costs making things again once in a while, and no bookkeeping
    with each look.

    Args:
        clock: seconds that only ever grow.
    """

    def __init__(self, *, size: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._seconds = seconds
        self._clock = clock
        self._values: dict[K, tuple[float, V]] = {}

    def get(self, key: K) -> V | None:
        """What is kept under *key*, or None."""
        entry = self._values.get(key)
        return None if entry is None or entry[0] <= self._clock() else entry[1]

    def put(self, key: K, value: V) -> None:
        """Keep *value*."""
        if len(self._values) >= self._size:
            # A new dict, because another thread may be reading the old one.
            self._values = {}
        self._values[key] = (self._clock() + self._seconds, value)

    def __len__(self) -> int:
        return len(self._values)
