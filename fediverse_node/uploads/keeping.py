"""Keeps the files in order: what was deleted goes, what belongs to no post goes, what nobody noted goes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from fediverse_node.storage.database import Database
from fediverse_node.storage.folder import Folder
from fediverse_node.storage.turns import work_in_turns
from fediverse_node.uploads import jobs, queries
from fediverse_node.uploads.model import UNATTACHED_FOR

log = logging.getLogger(__name__)

#: Seconds between two rounds that nobody asked for.
EVERY: Final = 60.0
#: Rounds between two that also compare files with rows.
THOROUGH: Final = 60
#: Pictures in one transaction.
BATCH: Final = 200


class Keeper:
    """Goes through the pictures of a node until it is told to stop. Several at once do no harm."""

    def __init__(self, db: Database, folder: Folder) -> None:
        self._db = db
        self._folder = folder
        self._rounds = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set: at once, now and then, and whenever pictures were deleted."""
        await work_in_turns(self._db, queries.BELL, stop, self._turn, every=EVERY)

    async def run_once(self, *, thorough: bool = False) -> int:
        """One round. Gives how many pictures went.

        Args:
            thorough: also look for files without a row: of a process that was killed.
        """
        before = self._db.clock() - UNATTACHED_FOR
        if await self._db.read(lambda tx: queries.has_unattached(tx, before)):
            await self._db.write(lambda tx: queries.remove_unattached(tx, before))
        gone = 0
        while some := await self._db.read(lambda tx: queries.removed(tx, limit=BATCH)):
            # The files first: what breaks off in between is done again.
            await asyncio.to_thread(self._folder.delete, [name for each in some for name in each.names])
            await self._db.write(partial(queries.forget, ids=[each.id for each in some]))
            gone += len(some)
        gone += await self._drop_jobs()
        if gone:
            log.info("uploads.removed", extra={"uploads": gone})
        if thorough:
            await self._sweep()
        return gone

    async def _turn(self) -> bool:
        thorough = self._rounds % THOROUGH == 0
        self._rounds += 1
        try:
            await self.run_once(thorough=thorough)
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and files still have to go.
            log.exception("uploads.turn_failed")
        return False

    async def _drop_jobs(self) -> int:
        """What nothing becomes of any more goes, with what was sent."""
        gone = 0
        while late := await self._db.read(lambda tx: jobs.out_of_date(tx, limit=BATCH)):
            await asyncio.to_thread(self._folder.delete, [job.name for job in late])
            await self._db.write(partial(jobs.forget, job_ids=[job.id for job in late]))
            gone += len(late)
        return gone

    async def _sweep(self) -> None:
        found = await asyncio.to_thread(lambda: list(self._folder.strays()))
        for start in range(0, len(found), BATCH):
            some = found[start : start + BATCH]
            names = [path.name for path in some]
            noted = await self._db.read(partial(queries.named, names=names))
            strays = [path for path in some if self._folder.is_unfinished(path) or path.name not in noted]
            await asyncio.to_thread(_delete, strays)


def _delete(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
