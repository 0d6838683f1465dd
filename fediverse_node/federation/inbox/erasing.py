"""The worker that erases what departed actors said: small transactions, begun anew where it stopped."""

from __future__ import annotations

import asyncio
import logging

from fediverse_node.actors import queries as actors
from fediverse_node.federation.inbox.removing import remove_post
from fediverse_node.posts import erasure
from fediverse_node.storage.database import Database
from fediverse_node.storage.turns import work_in_turns
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Posts that one transaction erases: few enough that nobody waits for it.
BATCH = 50
#: Seconds after which the worker looks for work without being woken.
LOOK_EVERY = 600.0


class Eraser:
    """Erases until it is told to stop. Several at once do no harm.

    Args:
        db: where the posts are.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set."""
        await work_in_turns(self._db, erasure.BELL, stop, self._turn, every=LOOK_EVERY)

    async def run_once(self) -> int:
        """Erase everything that is asked for, and give how many posts that was. For tests and tools."""
        total = 0
        while (erased := await self._db.write(erase_some)) is not None:
            total += erased
        return total

    async def _turn(self) -> bool:
        try:
            return await self._db.write(erase_some) is not None
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
            log.exception("erasure.turn_failed")
            return False


def erase_some(tx: Tx) -> int | None:
    """Erase a few posts of the next departed actor. Gives how many; None when nobody is left."""
    actor_id = erasure.next_actor(tx)
    if actor_id is None:
        return None
    actor = actors.by_id(tx, actor_id)
    found = erasure.left_of(tx, actor_id, limit=BATCH)
    if not found or actor is None:
        erasure.finish(tx, actor_id)
        log.info("erasure.finished", extra={"actor": actor.uri if actor else actor_id})
        return 0
    for post in found:
        remove_post(tx, post, actor_uri=actor.uri)
    return len(found)
