"""How each server wants to be signed for: remembered in rows, read from memory.

Only servers that want something else than everybody are in memory, so that nothing is asked of the
database for the common ones.
"""

from __future__ import annotations

import asyncio
import weakref
from datetime import datetime, timedelta

from fediverse_node.federation.signing.ways import DEFAULT
from fediverse_node.peers import signing as peers
from fediverse_node.peers.model import Signing
from fediverse_node.storage.database import Database

#: A bell only shortens waiting: so often the rows are looked at anyway.
LOOK_EVERY = timedelta(minutes=10)


class Habits:
    """What one process knows of the ways of other servers."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[str, Signing] = {}
        self._read_at: datetime | None = None
        self._changed: asyncio.Event | None = None

    async def look(self) -> None:
        """Read the rows when they have changed or it is time to."""
        if self._changed is None:
            self._changed = self._db.bell(peers.BELL)
            weakref.finalize(self, self._db.silence, peers.BELL, self._changed)
        now = self._db.clock()
        if self._read_at is None or self._changed.is_set() or now - self._read_at >= LOOK_EVERY:
            self._changed.clear()
            self._read_at = now
            self._known = await self._db.read(peers.unusual)

    def of(self, host: str) -> Signing:
        """The way to try first with *host*."""
        return self._known.get(host, DEFAULT)

    async def learn(self, host: str, way: Signing) -> None:
        """*host* accepted *way* after it had refused what was tried first. Durable when this returns."""
        await self._db.write(lambda tx: peers.note_accepted(tx, host, way))
        self._known[host] = way
