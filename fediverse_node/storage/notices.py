"""What happened, told to whoever listens once it is durable: a kind and ids, never what somebody wrote.

A bell says that there is something to look for; a notice says what. Nobody may rely on hearing one: a
connection between processes can break, and a process can die between commit and word. Where nobody listens
nothing is told, and nothing is kept of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

Kind = Literal[
    "update",  # a post came into homes: its id
    "status.update",  # a post was changed: its id
    "delete",  # a post was deleted: its id
    "notification",  # somebody is to be told: their id, the id of the notification
    "filters_changed",  # somebody changed their filters: their id
    "conversation",  # a conversation went on: whose it is, its id
    "notifications_merged",  # somebody took requests in: their id
    "announcement",  # the operator announced something: its id
    "announcement.reaction",  # somebody reacted, or no longer does: its id, the emoji's code points
    "announcement.delete",  # it was taken back: its id
]
#: For how long somebody in another process is taken to listen who said so.
LISTENS_SECONDS: Final = 60.0
#: How often they say so.
SAY_EVERY_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that happened. What the ids are, `Kind` says."""

    kind: Kind
    ids: tuple[int, ...]

    @property
    def text(self) -> str:
        """As it is sent to other processes."""
        return " ".join((self.kind, *map(str, self.ids)))


def parse(text: str) -> Notice | None:
    """The notice that *text* is; None where a process of another version says what this one does not know."""
    kind, *words = text.split(" ")
    if not words or not all(word.isdecimal() and word.isascii() for word in words):
        return None
    known = next((each for each in get_args(Kind) if each == kind), None)
    return None if known is None else Notice(known, tuple(int(word) for word in words))


Hearer = Callable[[Sequence[Notice]], None]


class Ears:
    """Who listens: here, and whether anybody does in another process.

    `hear` and `deaf` belong to the loop's thread; `open` may be asked by any.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._hearers: tuple[Hearer, ...] = ()
        self._elsewhere_until = float("-inf")

    @property
    def here(self) -> bool:
        """Whether anybody listens in this process."""
        return bool(self._hearers)

    @property
    def open(self) -> bool:
        """Whether there is anybody to tell."""
        return bool(self._hearers) or self._elsewhere_until > self._clock()

    def listens_elsewhere(self) -> None:
        """Somebody in another process said that they listen."""
        self._elsewhere_until = self._clock() + LISTENS_SECONDS

    def hear(self, hearer: Hearer) -> None:
        """Tell *hearer* of everything from now on, on the loop's thread; it must not wait, nor raise."""
        self._hearers = (*self._hearers, hearer)

    def deaf(self, hearer: Hearer) -> None:
        """Tell it nothing more."""
        self._hearers = tuple(each for each in self._hearers if each != hearer)

    def tell(self, notices: Sequence[Notice]) -> None:
        """Pass on what happened. On the loop's thread only."""
        for hearer in self._hearers:
            hearer(notices)
