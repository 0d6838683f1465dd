"""The worker that catches up: gaps in conversations are filled, lists of followers are compared.

Nobody waits for it, so it does little at a time and gives way to everything else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from fediverse_node.federation.discovery.conversation import Completing, Hosts
from fediverse_node.federation.inbox import synchronising
from fediverse_node.federation.inbox.model import Inbox, Surroundings, open_inbox
from fediverse_node.follows import checks
from fediverse_node.follows.checks import FollowerCheck
from fediverse_node.kernel.errors import NodeError, NotNow
from fediverse_node.storage.tx import Tx
from fediverse_node.threads import queries as threads
from fediverse_node.threads.model import ThreadJob

log = logging.getLogger(__name__)

#: Jobs that run at once.
SLOTS = 4
LEASE = timedelta(minutes=15)
#: When a job is tried again; after the last it is given up. Nothing is lost by that but completeness.
RETRIES = (timedelta(minutes=10), timedelta(hours=1))
#: Seconds after which the worker looks for work without being woken.
LOOK_EVERY = 30.0
#: Seconds for running jobs to end after the worker was asked to stop; the rest is done next time.
DRAIN = 5.0
_TROUBLE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """A claimed job of either kind, and what to tell its room."""

    name: str
    attempts: int
    work: Callable[[], Awaitable[None]]
    done: Callable[[Tx], object]
    put_off: Callable[[Tx, datetime], None]


class CatchUpWorker:
    """Does the jobs of the threads room and the follower checks until it is told to stop."""

    def __init__(self, node: Surroundings, inbox: Inbox | None = None) -> None:
        self._inbox = inbox or open_inbox(node)
        self._db = node.db
        self._hosts = Hosts(node.clock)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set."""
        bells = {name: self._db.bell(name) for name in (threads.BELL, checks.BELL)}
        if self._db.sole_writer:
            with suppress(NotNow):  # a disk that is full: leases run out by themselves
                await self._db.write(_release_all)
        try:
            while not stop.is_set():
                for bell in bells.values():
                    bell.clear()
                if not await self._turn(stop):
                    await _first_of([stop, *bells.values()], LOOK_EVERY)
        finally:
            for name, bell in bells.items():
                self._db.silence(name, bell)

    async def run_once(self) -> int:
        """Do whatever is due, and give how many jobs that was. For tests and tools."""
        count = 0
        while claimed := await self._db.write(self._claim):
            count += len(claimed)
            for task in claimed:
                await self._do(task)
        return count

    async def _turn(self, stop: asyncio.Event) -> bool:
        """One handful of jobs. False when there was nothing to do."""
        try:
            claimed = await self._db.write(self._claim)
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
            log.exception("catching_up.turn_failed")
            await _first_of([stop], _TROUBLE)
            return True
        if not claimed:
            return False
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(self._do(task)) for task in claimed]
            stopped = group.create_task(stop.wait())
            for task in running:
                await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                await asyncio.wait(running, timeout=DRAIN)
            for each in (*running, stopped):
                each.cancel()
        return True

    def _claim(self, tx: Tx) -> list[_Task]:
        found = [self._conversation(job) for job in threads.claim(tx, limit=SLOTS, lease=LEASE)]
        room = SLOTS - len(found)
        if room:
            found += [self._check(check) for check in checks.claim(tx, limit=room, lease=LEASE)]
        if not found:
            threads.forget_old(tx)
        return found

    def _conversation(self, job: ThreadJob) -> _Task:
        completing = Completing(discovery=self._inbox.discovery, hosts=self._hosts, job=job)
        return _Task(
            name=job.kind,
            attempts=job.attempts,
            work=completing.run,
            done=lambda tx: threads.done(tx, job),
            put_off=lambda tx, until: threads.put_off(tx, job, until=until),
        )

    def _check(self, check: FollowerCheck) -> _Task:
        return _Task(
            name="followers",
            attempts=check.attempts,
            work=lambda: synchronising.settle(self._inbox.discovery, check),
            done=lambda tx: checks.done(tx, check),
            put_off=lambda tx, until: checks.put_off(tx, check, until=until),
        )

    async def _do(self, task: _Task) -> None:
        """One job, whatever comes of it."""
        try:
            with suppress(NodeError):  # what will never work is as good as done
                try:
                    await task.work()
                except NotNow:
                    if task.attempts < len(RETRIES):
                        wait = RETRIES[task.attempts]
                        await self._db.write(lambda tx: task.put_off(tx, tx.now + wait))
                        return
            await self._db.write(task.done)
        except Exception:
            # The outermost frame of a job: it is tried again when its lease runs out.
            log.exception("catching_up.job_failed", extra={"kind": task.name})


def _release_all(tx: Tx) -> None:
    threads.release_all(tx)
    checks.release_all(tx)


async def _first_of(events: list[asyncio.Event], seconds: float) -> None:
    """Until one of *events* is set, at most so long."""
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(event.wait()) for event in events]
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
