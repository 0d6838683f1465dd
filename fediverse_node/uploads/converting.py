"""Makes films and sounds out of what was sent, one after the other, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import BinaryIO, Final

from fediverse_node.kernel.errors import Conflict, NodeError, NotNow, NotValid
from fediverse_node.storage.turns import work_until_stopped
from fediverse_node.uploads import jobs
from fediverse_node.uploads.intake import Sent, Uploads
from fediverse_node.uploads.model import Job

log = logging.getLogger(__name__)

#: Seconds between two looks that nobody asked for.
EVERY: Final = 30.0
_LOST: Final = "The file is not there any more. Send it again."


class Converter:
    """Works through the queue of a node. Several at once do no harm: each job is one's own."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set. What is under way then is begun anew by whoever comes after."""
        await work_until_stopped(self._uploads.db, jobs.BELL, stop, self._turn)

    async def run_once(self) -> bool:
        """Make one. Gives whether there was one."""
        db = self._uploads.db
        if not await db.read(jobs.has_open):
            return False
        job = await db.write(jobs.claim)
        if job is None:
            return False
        try:
            await self._make(job)
        except NotNow as error:
            log.warning("uploads.put_off", extra={"upload": job.id, "reason": error.detail or str(error)})
            await db.write(partial(jobs.release, job_id=job.id))
            return False
        except asyncio.CancelledError:
            await db.write(partial(jobs.release, job_id=job.id))
            raise
        return True

    async def _make(self, job: Job) -> None:
        folder = self._uploads.folder
        refusal = None
        try:
            with await asyncio.to_thread(self._opened, job) as source:
                sent = Sent(description=job.description, focus=job.focus, making=job.making)
                await self._uploads.add(job.account_id, source, sent, job=job)
        except Conflict:
            log.info("uploads.not_wanted", extra={"upload": job.id})
        except NotNow:
            raise
        except NodeError as error:
            refusal = str(error)
            log.info("uploads.refused", extra={"upload": job.id, "reason": error.detail or refusal})
        if refusal is not None:
            await self._uploads.db.write(partial(jobs.refuse, job_id=job.id, refusal=refusal))
        await asyncio.to_thread(folder.delete, [job.name])

    def _opened(self, job: Job) -> BinaryIO:
        try:
            return self._uploads.folder.path(job.name).open("rb")
        except FileNotFoundError as error:
            raise NotValid(_LOST) from error

    async def _turn(self) -> float:
        try:
            return 0.0 if await self.run_once() else EVERY
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and films still wait.
            log.exception("uploads.turn_failed")
        return EVERY
