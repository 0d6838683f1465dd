"""How often files were fetched, without a write for each: readers come back for range after range."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Final

from fediverse_node.datasets import queries
from fediverse_node.storage.database import Database

#: Seconds between two writes.
EVERY: Final = 60.0


class Downloads:
    """The downloads that one process has counted and not yet written down.

    The first is written at once, and those of the next minute together with the first after it.

    Args:
        clock: seconds that only go on.
    """

    def __init__(self, db: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._clock = clock
        self._written = clock() - EVERY
        self._counted: Counter[tuple[int, str]] = Counter()

    async def count(self, release_id: int, path: str) -> None:
        """One more time the file *path* of a release was fetched. Nobody's name is with it."""
        self._counted[release_id, path] += 1
        if self._clock() - self._written >= EVERY:
            await self.flush()

    async def flush(self) -> None:
        """Write down what is counted."""
        counted, self._counted = self._counted, Counter()
        self._written = self._clock()
        if counted:
            await self._db.write(partial(queries.count_downloads, counted=counted))
