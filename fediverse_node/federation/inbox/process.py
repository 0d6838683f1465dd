"""The worker that does what had to wait for the network: fetch without a transaction, then apply in one.

Of each signing host one job of its line runs at a time, oldest first, so that a Create and its Update
keep their order. A job that fails for now leaves the line: it waits for a third server, and what comes
behind it does not. A process that dies gives its jobs back when their leases run out.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from fediverse_node.actors import queries as actors
from fediverse_node.arrivals import queries as arrivals
from fediverse_node.arrivals.model import Job
from fediverse_node.federation.inbox.authenticate import Verified, restore
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import (
    Applied,
    Found,
    Ignored,
    Inbox,
    Outcome,
    Surroundings,
    open_inbox,
)
from fediverse_node.federation.inbox.passed_on import look_up
from fediverse_node.federation.inbox.receive import apply, receipt_of
from fediverse_node.federation.inbox.verbs import HANDLERS
from fediverse_node.kernel.errors import NodeError, NotFound, NotNow
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Jobs that run at once.
SLOTS = 16
LEASE = timedelta(seconds=180)
#: Seconds after which the worker looks for work without being woken.
LOOK_EVERY = 15.0
#: Seconds for running jobs to end after the worker was asked to stop.
DRAIN = 25.0
#: When a job is tried again; after the last it is given up. The first wait is longer than a failure
#: is remembered by `Fetcher`.
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 30, 60, 240, 720, 1440))
#: Seconds to wait when the database refuses a turn (a full disk, a lost connection).
_TROUBLE = 2.0
_HOUR = 3600.0


class InboxWorker:
    """Does the jobs of the arrivals room until it is told to stop. One for each process.

    Args:
        node: where it works.
    """

    def __init__(self, node: Surroundings, inbox: Inbox | None = None) -> None:
        self._inbox = inbox or open_inbox(node)
        self._db = node.db
        self._running: dict[asyncio.Task[None], Job] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set; jobs that run then get `DRAIN` seconds, the rest stay for next time."""
        bell = self._db.bell(arrivals.BELL)
        with suppress(NotNow):  # a disk that is full: leases run out by themselves
            if self._db.url.startswith("sqlite"):
                await self._db.write(arrivals.release_all)
            await self._db.write(arrivals.forget_old)
        try:
            async with asyncio.TaskGroup() as group:
                stopped = group.create_task(stop.wait())
                while not stop.is_set():
                    bell.clear()
                    claimed = await self._claim()
                    for job in claimed:
                        self._running[group.create_task(self._do(job))] = job
                    if not claimed or len(self._running) >= SLOTS:
                        await self._pause(bell, stopped)
                stopped.cancel()
                await self._drain()
        finally:
            self._db.silence(arrivals.BELL, bell)

    async def run_once(self) -> int:
        """Do whatever is due, and give how many jobs that was. For tests and tools."""
        count = 0
        while jobs := await self._claim():
            count += len(jobs)
            for job in jobs:
                await self._do(job)
        return count

    async def _claim(self) -> list[Job]:
        free = SLOTS - len(self._running)
        if free <= 0:
            return []
        in_line = {job.host for job in self._running.values() if job.attempts == 0}
        try:
            return await self._db.write(
                lambda tx: arrivals.claim(tx, limit=free, lease=LEASE, busy_hosts=in_line)
            )
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
            log.exception("inbox.turn_failed")
            await asyncio.sleep(_TROUBLE)
            return []

    async def _pause(self, bell: asyncio.Event, stopped: asyncio.Task[bool]) -> None:
        """Until the bell rings, a job ends, the worker is stopped, or it is time to look."""
        async with asyncio.TaskGroup() as group:
            rung = group.create_task(bell.wait())
            await asyncio.wait(
                [rung, stopped, *self._running],
                timeout=LOOK_EVERY,
                return_when=asyncio.FIRST_COMPLETED,
            )
            rung.cancel()

    async def _drain(self) -> None:
        if self._running:
            _, late = await asyncio.wait(list(self._running), timeout=DRAIN)
            unfinished = [self._running[task].id for task in late]
            for task in late:
                task.cancel()
            await self._db.write(lambda tx: arrivals.release(tx, unfinished))

    async def _do(self, job: Job) -> None:
        """One job, whatever comes of it."""
        try:
            await self._settle(job)
        except Exception:
            # The outermost frame of a job: the database refused even to note what became of it. It is
            # tried again when its lease runs out, and the worker is still here.
            log.exception("inbox.job_lost", extra={"job": job.id, "host": job.host})
        finally:
            task = asyncio.current_task()
            if task is not None:
                self._running.pop(task, None)

    async def _settle(self, job: Job) -> None:
        try:
            await self._attempt(job)
        except NotNow as error:
            trouble = error
        except NodeError as error:
            await self._give_up(job, f"{type(error).__name__}: {error} {error.detail}")
            return
        except Exception:
            # A mistake of ours: the job leaves the line, so that it stops nobody, and is tried again.
            log.exception("inbox.job_failed", extra={"job": job.id, "host": job.host})
            trouble = NotNow("Something went wrong here.", retry_after=_HOUR)
        else:
            return
        await self._put_off(job, trouble)

    async def _attempt(self, job: Job) -> None:
        signer = await self._db.read(lambda tx: actors.by_uri(tx, job.signer_uri))
        if signer is None or not signer.active:
            raise NotFound("Whoever signed this is gone.", detail=job.signer_uri)
        verified = restore(job.document, signer, own_origin=self._inbox.addresses.origin)
        fetch = Fetch(discovery=self._inbox.discovery)
        if verified.proof == "forwarded":
            answer = await look_up(verified, fetch)
            if isinstance(answer, Ignored):
                await self._db.write(lambda tx: arrivals.done(tx, job))
                return
            verified, found = answer
        else:
            found = await HANDLERS[verified.activity.type].resolve(verified, fetch)
        outcome = await self._db.write(lambda tx: self._finish(tx, job, verified, found))
        if found.actor is not None and isinstance(outcome, Applied):
            self._inbox.discovery.keyring.forget_actor(found.actor.uri)

    def _finish(self, tx: Tx, job: Job, verified: Verified, found: Found) -> Outcome:
        """The effect and the end of the job, in one."""
        if not arrivals.done(tx, job):
            return Ignored("done by another worker")
        return apply(tx, self._inbox, verified, found)

    async def _put_off(self, job: Job, error: NotNow) -> None:
        if job.attempts >= len(RETRIES):
            await self._give_up(job, f"given up: {error} {error.detail}")
            return
        wait = max(RETRIES[job.attempts], timedelta(seconds=min(error.retry_after, _HOUR)))
        reason = f"{error} {error.detail}"
        await self._db.write(lambda tx: arrivals.put_off(tx, job, until=tx.now + wait, reason=reason))

    async def _give_up(self, job: Job, reason: str) -> None:
        """Drop the job and its receipt: sent again, it is tried again."""
        log.info("inbox.dropped", extra={"host": job.host, "signer": job.signer_uri, "reason": reason[:300]})

        def unit(tx: Tx) -> None:
            arrivals.done(tx, job)
            signer = actors.by_uri(tx, job.signer_uri)
            if signer is None:
                return
            try:
                verified = restore(job.document, signer, own_origin=self._inbox.addresses.origin)
            except NodeError:
                return
            arrivals.forget(tx, *receipt_of(verified))

        await self._db.write(unit)
