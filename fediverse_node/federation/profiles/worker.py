"""The worker that runs errands about actors, one after the other. Nobody waits for any of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from fediverse_node.actors import errands
from fediverse_node.actors import queries as actors
from fediverse_node.actors.errands import Errand, ErrandKind
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.federation.profiles import farewell, featured, lapse, links
from fediverse_node.federation.profiles.lapsed import Sweep
from fediverse_node.kernel.errors import NodeError, NotNow
from fediverse_node.outbound.client import Outbound
from fediverse_node.storage.turns import work_until_stopped

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=10)
#: Seconds after which the worker looks for work without being woken.
LOOK_EVERY: Final = 60.0
#: Seconds to wait when the database refuses (a full disk, a lost connection).
_TROUBLE: Final = 5.0
_AT_ONCE: Final = 10
#: When it is tried again. People save their profile first and put the link on their page then.
_WAITS: Final[Mapping[ErrandKind, tuple[timedelta, ...]]] = {
    "links": (timedelta(minutes=10), timedelta(hours=3), timedelta(hours=24)),
    "featured": (timedelta(minutes=30), timedelta(hours=12)),
    # Letters are tried for a week; keys are needed as long.
    "farewell": (timedelta(hours=1),) * 240,
    # Needs nobody else, and is done at once.
    "lapse": (),
}


class ErrandWorker:
    """Runs errands until it is told to stop. One for each process.

    Args:
        discovery: finds what others say, and has the database.
        outbound: asks for pages, which are no documents.
    """

    def __init__(self, discovery: Discovery, outbound: Outbound) -> None:
        self._discovery = discovery
        self._db = discovery.db
        self._outbound = outbound
        self._sweep = Sweep(discovery.db)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set. What is under way then is begun again next time."""
        await work_until_stopped(self._db, errands.BELL, stop, self._turn)

    async def run_once(self) -> int:
        """Do whatever is due, and give how many errands that was. For tests and tools."""
        count = 0
        while found := await self._claim():
            count += len(found)
            for errand in found:
                await self._settle(errand)
        return count

    async def _turn(self) -> float:
        try:
            await self.run_once()
            await self._sweep.take_turn()
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
            log.exception("errands.turn_failed")
            return _TROUBLE
        return LOOK_EVERY

    async def _claim(self) -> list[Errand]:
        return await self._db.write(lambda tx: errands.claim(tx, limit=_AT_ONCE, lease=LEASE))

    async def _settle(self, errand: Errand) -> None:
        try:
            finished = await self._do(errand)
        except NotNow:
            finished = False
        except NodeError as error:
            reason = f"{error} {error.detail}"[:300]
            log.info("errands.dropped", extra={"kind": errand.kind, "reason": reason})
            finished = True
        waits = _WAITS[errand.kind]
        if finished or errand.attempts >= len(waits):
            await self._db.write(lambda tx: errands.done(tx, errand))
        else:
            await self._db.write(lambda tx: errands.put_off(tx, errand, waits[errand.attempts]))

    async def _do(self, errand: Errand) -> bool:
        """Run one. False when it should be tried again."""
        if errand.kind == "lapse":
            await lapse.end_all(self._db, errand.actor_id)
            return True
        actor = await self._db.read(lambda tx: actors.by_id(tx, errand.actor_id))
        if actor is None or (actor.active == (errand.kind == "farewell")):
            return True
        if errand.kind == "links":
            return await links.verify(self._db, self._outbound, actor, scheme=self._discovery.scheme)
        if errand.kind == "featured":
            await featured.fetch(self._discovery, actor)
            return True
        return await farewell.erase(self._db, actor)
