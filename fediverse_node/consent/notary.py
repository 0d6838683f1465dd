"""The worker that signs checkpoints of the log, and makes receipts for lines older than receipts."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from fediverse_node.consent import proving, queries
from fediverse_node.receipts import checkpoints, issue
from fediverse_node.storage.database import Database
from fediverse_node.storage.turns import work_in_turns

log = logging.getLogger(__name__)

#: Seconds after which the worker looks for work without being woken.
LOOK_EVERY = 300.0


class Notary:
    """Works until it is told to stop. Several at once do no harm.

    Args:
        db: where the ledger and the log are.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
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
