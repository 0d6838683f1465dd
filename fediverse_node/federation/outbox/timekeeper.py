"""The worker that publishes what was scheduled, once its time has come.

A scheduled post goes from its row in the very transaction that publishes it: whatever is killed in between,
and however many workers look at once, it appears once. What cannot be published any more (what it answers is
gone, or a picture) stays in its author's list and says why.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Final

from fediverse_node.actors import queries as actors
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.publish import publish
from fediverse_node.federation.outbox.scheduling import read_back, take
from fediverse_node.kernel.errors import Conflict, NodeError, NotAllowed, NotNow
from fediverse_node.scheduled import queries as scheduled
from fediverse_node.scheduled.model import Scheduled
from fediverse_node.storage.turns import work_until_stopped
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Seconds after which it looks without being woken: a process may die between commit and ring.
LOOK_EVERY: Final = 60.0
#: Seconds to wait after a turn that failed as a whole.
AFTER_FAILURE: Final = 15.0
#: When a post is tried again that could not be published for a reason that passes.
PUT_OFF: Final = timedelta(minutes=5)
#: Posts that one look takes up.
AT_ONCE: Final = 50


class _Taken(Exception):
    """Another worker published it, or its author took it back or moved it."""


class Timekeeper:
    """Publishes scheduled posts until it is told to stop. One for each process that has workers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def run(self, stop: asyncio.Event) -> None:
        """Publish whatever is due until *stop* is set."""
        await work_until_stopped(self._desk.db, scheduled.BELL, stop, self._turn)

    async def run_once(self) -> int:
        """Publish whatever is due now. Gives how many posts appeared."""
        done = 0
        while due := await self._desk.db.read(lambda tx: scheduled.due(tx, most=AT_ONCE)):
            for each in due:
                done += await self._try(each)
        return done

    async def _turn(self) -> float:
        try:
            await self.run_once()
            upcoming = await self._desk.db.read(scheduled.next_due)
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
            log.exception("scheduled.turn_failed")
            return AFTER_FAILURE
        if upcoming is None:
            return LOOK_EVERY
        return min((upcoming - self._desk.db.clock()).total_seconds(), LOOK_EVERY)

    async def _try(self, due: Scheduled) -> bool:
        try:
            await self._publish(due)
        except _Taken:
            return False
        except NotNow:
            await self._desk.db.write(lambda tx: scheduled.put_off(tx, due, tx.now + PUT_OFF))
            return False
        except NodeError as error:
            why = str(error)
            await self._desk.db.write(lambda tx: scheduled.fail(tx, due, why))
            log.info("scheduled.failed", extra={"scheduled": due.id, "why": type(error).__name__})
            return False
        except Exception:
            # The outermost frame of one post: what is wrong with it must not keep the rest from appearing.
            log.exception("scheduled.not_published", extra={"scheduled": due.id})
            await self._desk.db.write(lambda tx: scheduled.put_off(tx, due, tx.now + PUT_OFF))
            return False
        log.info("scheduled.published", extra={"scheduled": due.id})
        return True

    async def _publish(self, due: Scheduled) -> None:
        author = await self._desk.db.read(lambda tx: actors.by_id(tx, due.actor_id))
        if author is None or not author.active:
            raise NotAllowed("This account was suspended when the post should have appeared.")
        await publish(self._desk, author, read_back(due.draft), alongside=lambda tx: _take(tx, due))


def _take(tx: Tx, due: Scheduled) -> None:
    try:
        take(tx, due)
    except Conflict as error:
        raise _Taken from error
