"""The worker that fulfils wishes: finds who is meant, and does what a click of theirs would do."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Final

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.lookup import lookup
from fediverse_node.federation.outbox import block as blocking
from fediverse_node.federation.outbox import follow as following
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.imports import wishes
from fediverse_node.imports.model import Wish
from fediverse_node.kernel.errors import NodeError, NotNow
from fediverse_node.storage.turns import work_until_stopped

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=10)
#: Seconds after which the worker looks for work without being woken.
LOOK_EVERY: Final = 60.0
#: Seconds to wait when the database refuses (a full disk, a lost connection).
_TROUBLE: Final = 5.0
_AT_ONCE: Final = 5
#: When somebody whose server does not answer is looked for again.
_WAITS: Final = (timedelta(minutes=10), timedelta(hours=3), timedelta(hours=24))


class WishWorker:
    """Fulfils wishes until it is told to stop. One for each process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._db = desk.db

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set. What is under way then is begun again next time."""
        await work_until_stopped(self._db, wishes.BELL, stop, self._turn)

    async def run_once(self) -> int:
        """Fulfil whatever is due, and give how many wishes that was. For tests and tools."""
        count = 0
        while found := await self._db.write(lambda tx: wishes.claim(tx, limit=_AT_ONCE, lease=LEASE)):
            count += len(found)
            for wish in found:
                await self._settle(wish)
        return count

    async def _turn(self) -> float:
        try:
            await self.run_once()
            due_at = await self._db.read(wishes.next_due)
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
            log.exception("imports.turn_failed")
            return _TROUBLE
        return LOOK_EVERY if due_at is None else min((due_at - self._db.clock()).total_seconds(), LOOK_EVERY)

    async def _settle(self, wish: Wish) -> None:
        try:
            await self._fulfil(wish)
        except NotNow as error:
            await self._put_off(wish, str(error))
        except NodeError as error:
            problem = str(error)
            log.info("imports.given_up", extra={"kind": wish.kind, "reason": f"{error.detail}"[:300]})
            await self._db.write(lambda tx: wishes.give_up(tx, wish, problem))
        else:
            await self._db.write(lambda tx: wishes.done(tx, wish))

    async def _put_off(self, wish: Wish, problem: str) -> None:
        if wish.attempts >= len(_WAITS):
            await self._db.write(lambda tx: wishes.give_up(tx, wish, problem))
        else:
            await self._db.write(lambda tx: wishes.put_off(tx, wish, _WAITS[wish.attempts]))

    async def _fulfil(self, wish: Wish) -> None:
        actor = await self._db.read(lambda tx: actors.by_id(tx, wish.actor_id))
        if actor is None or not actor.active or actor.moved_to is not None:
            return  # nobody wishes for it any more
        target = await lookup(self._desk.discovery, wish.handle)
        if not isinstance(target, Actor):
            return
        match wish.kind:
            case "follow":
                await following.follow(self._desk, actor, target.id)
            case "block":
                await blocking.block(self._desk, actor, target.id)
            case "mute":
                await blocking.mute(self._desk, actor, target.id, notifications=wish.notifications)
