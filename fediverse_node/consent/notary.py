"""The worker that signs checkpoints of the log, and makes receipts for lines older than receipts."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from fediverse_node.consent import proving, queries
from fediverse_node.consent.remembered import Memory
from fediverse_node.kernel.errors import Conflict
from fediverse_node.receipts import checkpoints, issue
from fediverse_node.receipts import queries as receipts
from fediverse_node.storage.database import Database
from fediverse_node.storage.turns import work_in_turns

log = logging.getLogger(__name__)

#: Seconds after which the worker looks for work without being woken.
LOOK_EVERY = 300.0


class Notary:
    """Works until it is told to stop. Several at once do no harm.

    Args:
        db: where the ledger and the log are.
        memory: where it is kept how far the log has come.
    """

    def __init__(self, db: Database, memory: Memory | None = None) -> None:
        self._db = db
        self._memory = memory
        self._kept = -1
        self._caught_up = False

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set."""
        await work_in_turns(self._db, issue.BELL, stop, self._turn, every=LOOK_EVERY)

    async def run_once(self) -> None:
        """Do whatever is due now."""
        if not self._caught_up:
            await self._catch_up()
            self._caught_up = True
        # Asked first without a place in the queue of writers: mostly there is nothing to sign.
        if await self._db.read(checkpoints.due):
            await self._db.write(checkpoints.sign)
        if self._memory is not None:
            await self._remember(self._memory)

    async def _remember(self, memory: Memory) -> None:
        last = await self._db.read(receipts.last_checkpoint)
        if last is None or last.size == self._kept:
            return
        try:
            while news := await self._db.read(memory.news):
                await asyncio.to_thread(memory.keep, news)
        except Conflict as error:
            log.error("consent.log_behind", extra={"reason": str(error)})  # noqa: TRY400 no trace is needed
        self._kept = last.size

    async def _catch_up(self) -> None:
        """Once for each start: every line that is written now has its receipt from the beginning."""
        after = 0
        while lines := await self._db.read(partial(queries.unproved, after=after, limit=1)):
            done = await self._db.write(partial(proving.catch_up, after=lines[0].seq - 1))
            after = done if done is not None else lines[0].seq

    async def _turn(self) -> bool:
        try:
            await self.run_once()
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
            log.exception("consent.turn_failed")
        return False
