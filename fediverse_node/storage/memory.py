"""What one process keeps of small tables that nearly every request asks and hardly anybody changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from fediverse_node.storage.values import Kind, Values

T = TypeVar("T")

#: How long something may be out of date where another process changed it, in seconds.
KEEP_SECONDS = 5.0


class Memory:
    """Values by the name of the bell that is rung when they change, and values made of rows.

    Safe to use from any thread.

    Args:
        clock: seconds that only ever grow.
    """

    __slots__ = ("_made", "_rung", "_values", "clock")

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._rung: dict[str, float] = {}
        self._values: dict[str, tuple[float, Any]] = {}
        self._made: dict[Kind[Any], Values[Any]] = {}

    def values(self, kind: Kind[T]) -> Values[T]:
        """What is kept of *kind*."""
        return self._made.get(kind) or self._made.setdefault(kind, Values(kind))

    def forget(self, bell: str) -> None:
        """*bell* was rung: read again."""
        self._rung[bell] = self.clock()
        self._values.pop(bell, None)

    def recall(self, bell: str) -> Any:
        """What is kept under *bell*; None when that is nothing, or too old."""
        entry = self._values.get(bell)
        return None if entry is None or entry[0] <= self.clock() else entry[1]

    def keep(self, bell: str, value: Any, *, began: float) -> None:
        """Keep what a transaction read that began at *began*, unless the bell was rung since."""
        if began > self._rung.get(bell, -1.0):
            self._values[bell] = (self.clock() + KEEP_SECONDS, value)
