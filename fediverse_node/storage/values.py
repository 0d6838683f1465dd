"""Values made of rows: a row that is what it was the last time is the same value as the last time.

To make a post of its row takes several times as long as to read it, and most of what is read is read
again and again: the authors of a timeline, the newest posts, the key of a server that sends all day. The
row is read each time, so nothing is ever shown that is not so; only the making is saved. And whoever makes
something of a value can see by `is` that it is still the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
#: A row as the driver gives it.
Raw = Sequence[Any]

#: How many values of one kind are kept; the largest, posts, take 2 to 3 KB each.
MAX_KEPT = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Kind(Generic[T]):
    """What rows of certain columns become; the first column is an id.

    Attributes:
        make: makes a value of nothing but the row. All threads share it, so nobody may be able to change it.
    """

    make: Callable[[Any], T]


class Values(Generic[T]):
    """The values of one kind that a process keeps. Safe to use from any thread.

    When it is full it is emptied: that costs making them again once in a while, and no bookkeeping with
    each look.
    """

    __slots__ = ("_kept", "_make", "_size")

    def __init__(self, kind: Kind[T], *, size: int = MAX_KEPT) -> None:
        self._make = kind.make
        self._size = size
        self._kept: dict[Any, tuple[Raw, T]] = {}

    def of(self, raw: Raw, read: Callable[[Raw], Any]) -> T:
        """The value of a row: *raw* as the driver gives it, for `make` after *read*."""
        known = self._kept.get(raw[0])
        if known is not None and known[0] == raw:
            return known[1]
        made = self._make(read(raw))
        if len(self._kept) >= self._size:
            # A new dict, because another thread may be reading the old one.
            self._kept = {}
        self._kept[raw[0]] = (raw, made)
        return made
