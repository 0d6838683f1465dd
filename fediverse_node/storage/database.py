"""`Database`: the shape both engines share, and the bells that wake workers."""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import sqlalchemy as sa

from fediverse_node.kernel.clock import Clock
from fediverse_node.kernel.ids import IdFactory
from fediverse_node.kernel.tallies import Tallies
from fediverse_node.storage.direct import Direct
from fediverse_node.storage.memory import Memory
from fediverse_node.storage.notices import Ears, Hearer
from fediverse_node.storage.tx import Tx
from fediverse_node.storage.vault import NO_VAULT, Vault

log = logging.getLogger(__name__)

T = TypeVar("T")
Unit = Callable[[Tx], T]

#: A unit of work that takes longer holds up every other writer; it is worth a line in the log.
SLOW_UNIT_SECONDS = 0.050


class Database(ABC):
    """State, reached by handing in plain functions of a `Tx`.

    Attributes:
        url: where the data is, as configured, without its password.
        engine: for Alembic and for tests. Nothing else may use it.
        commits: grows with every transaction that this process commits. While it stays the same,
            nothing that this process wrote has changed, and what was read since may be shown again.
        sole_writer: no other process writes to this database.
        tallies: what this process counts. Here, because everything that counts has a database.
        vault: seals private keys; whoever opens the database sets it before anything is asked.
        ears: who is told what happened (`Tx.tell`).
    """

    url: str
    engine: sa.Engine
    commits: int = 0
    sole_writer: bool = False
    vault: Vault

    def __init__(self, *, clock: Clock) -> None:
        self.clock = clock
        self.ids = IdFactory()
        self.tallies = Tallies()
        self.vault = NO_VAULT
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bells: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._memory = Memory()
        self.ears = Ears()

    @abstractmethod
    async def read(self, unit: Unit[T]) -> T:
        """Run *unit* in a read-only transaction that sees one snapshot."""

    @abstractmethod
    async def write(self, unit: Unit[T]) -> T:
        """Run *unit* in a transaction of its own; return only once it is durable.

        If *unit* raises, nothing it did remains, and the error is raised here.
        """

    @abstractmethod
    async def close(self) -> None:
        """Finish what was accepted, then let go of every connection and lock."""

    def remembered(self, bell: str) -> Any:
        """What `Tx.remembered` keeps under *bell*, without a transaction; None when it has to be read."""
        return self._memory.recall(bell)

    def bell(self, name: str) -> asyncio.Event:
        """An event that is set whenever a transaction that rang *name* has been committed.

        The waiter clears it. Bells only shorten waiting: whoever waits must also look by itself
        now and then, because a process may die between commit and ring.
        """
        self._loop = self._loop or asyncio.get_running_loop()
        event = asyncio.Event()
        self._bells[name].add(event)
        return event

    def silence(self, name: str, event: asyncio.Event) -> None:
        """Give back an event of `bell`."""
        self._bells[name].discard(event)

    async def listen(self, hearer: Hearer) -> None:
        """Tell *hearer* of everything that happens from now on, until `ears.deaf`.

        It is called on this loop's thread; it must not wait, nor raise.
        """
        self._loop = self._loop or asyncio.get_running_loop()
        self.ears.hear(hearer)

    def _ring(self, names: Iterable[str]) -> None:
        """Set the events. On the loop's thread only."""
        for name in names:
            self._memory.forget(name)
            for event in self._bells.get(name, ()):
                event.set()

    def _new_tx(self, connection: sa.Connection, direct: Direct | None = None) -> Tx:
        return Tx(
            connection,
            now=self.clock(),
            ids=self.ids,
            direct=direct,
            memory=self._memory,
            vault=self.vault,
            listened=self.ears.open,
        )


def run_unit(unit: Unit[T], tx: Tx) -> T:
    """Run *unit*, and say so when it was slow."""
    started = time.perf_counter()
    try:
        return unit(tx)
    finally:
        elapsed = time.perf_counter() - started
        if elapsed > SLOW_UNIT_SECONDS:
            name = getattr(unit, "__qualname__", repr(unit))
            log.warning("storage.slow_unit", extra={"unit": name, "milliseconds": round(elapsed * 1000)})
