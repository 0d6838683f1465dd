"""What a process does for its operator now and then: say that it is there, tidy up, and learn who is who."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from functools import partial
from typing import Final

from fediverse_node.deliveries import claims, links, workers
from fediverse_node.federation.discovery.software import software_of
from fediverse_node.moderation.policy import policy
from fediverse_node.outbound.client import Outbound
from fediverse_node.peers import overview
from fediverse_node.peers import queries as peers
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Seconds between two signs of life: a few fit into `workers.SILENT`.
EVERY: Final = 60.0
#: Every how many of them it is tidied up, and some servers are asked what they run.
_TIDY_EVERY: Final = 60
_ASK_EVERY: Final = 10
#: How many servers are asked at once, one after the other: a week holds a thousand times as many.
_ASKED_AT_ONCE: Final = 5


class Upkeep:
    """Runs beside the workers of one process until it is told to stop.

    Args:
        scheme: of other servers' addresses, `http` in a lab.
        curious: whether other servers may be asked what they run.
    """

    def __init__(self, db: Database, outbound: Outbound, *, scheme: str = "https", curious: bool) -> None:
        self._db = db
        self._outbound = outbound
        self._scheme = scheme
        self._curious = curious
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._started_at = db.clock()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set, then say that this process is not there any more."""
        turn = 0
        while not stop.is_set():
            try:
                await self.take_turn(turn)
            except Exception:
                # The outermost loop: a full disk or a lost connection passes, and this is still here.
                log.exception("upkeep.turn_failed")
            turn += 1
            try:
                async with asyncio.timeout(EVERY):
                    await stop.wait()
            except TimeoutError:
                continue
        await self._db.write(lambda tx: workers.leave(tx, self._name))

    async def take_turn(self, turn: int) -> None:
        """What is due at *turn*, counted from 0."""
        await self._db.write(lambda tx: workers.note(tx, self._name, self._started_at))
        if turn % _TIDY_EVERY == 0:
            forgotten = await self._db.write(_tidy)
            if forgotten:
                log.info("delivery.breakers_expired", extra={"count": forgotten})
        if self._curious and turn % _ASK_EVERY == 1:
            await self._ask()

    async def _ask(self) -> None:
        for host in await self._db.write(_whom_to_ask):
            found = await software_of(self._outbound, host, scheme=self._scheme)
            if found is not None:
                await self._db.write(partial(peers.note_software, host=host, software=found))


def _tidy(tx: Tx) -> int:
    links.forget_old(tx)
    return overview.forget_unused(tx, claims.waiting_hosts(tx))


def _whom_to_ask(tx: Tx) -> list[str]:
    rules = policy(tx)
    asked = overview.to_ask(tx, limit=_ASKED_AT_ONCE)
    return [host for host in asked if not rules.is_shut_out(f"https://{host}/")]
