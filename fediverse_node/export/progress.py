"""How far an export is: rows, how many a second, and how long the step still takes."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Rows between two lines of progress.
TELL_EVERY = 10_000


class Progress:
    """Tells lines, each about one step of the work."""

    def __init__(self, tell: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._doing, self._began, self._told = "", 0.0, 0

    def begin(self, doing: str) -> None:
        """Another step begins."""
        self._doing, self._began, self._told = doing, self._clock(), 0

    def say(self, line: str) -> None:
        """Something else that whoever waits may want to know."""
        self._tell(line)

    def at(self, rows: int, *, of: int | None = None) -> None:
        """So many *rows* are done, *of* so many in all, where that is known."""
        if rows // TELL_EVERY > self._told:
            self._told = rows // TELL_EVERY
            self._tell(f"{self._doing}: {rows:,} posts{self._pace(rows, of)}")

    def _pace(self, rows: int, of: int | None) -> str:
        elapsed = self._clock() - self._began
        if elapsed <= 0:
            return ""
        rate = rows / elapsed
        left = "" if of is None else f", {(of - rows) / rate:.0f} s left"
        return f" of {of:,}, {rate:,.0f} a second{left}" if of else f", {rate:,.0f} a second"
