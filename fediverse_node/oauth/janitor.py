"""Tidies up after people and apps now and then: sessions, half sign-ins, codes, tokens, apps."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from fediverse_node.accounts import tidying as accounts
from fediverse_node.oauth import tidying
from fediverse_node.oauth.tidying import Patience
from fediverse_node.storage.database import Database
from fediverse_node.storage.turns import work_in_turns

log = logging.getLogger(__name__)

#: Seconds between two rounds.
EVERY: Final = 3600.0
#: Never rung: nothing here is urgent.
BELL: Final = "oauth.janitor"


class Janitor:
    """Goes its rounds until it is told to stop. Several at once do no harm."""

    def __init__(self, db: Database, patience: Patience) -> None:
        self._db = db
        self._patience = patience

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set: at once, and each hour."""
        await work_in_turns(self._db, BELL, stop, self._turn, every=EVERY)

    async def run_once(self) -> tuple[int, int]:
        """One round. Gives how many tokens ended for want of use, and how many rows were deleted."""
        patience, db = self._patience, self._db
        ended = gone = 0
        while some := await db.write(lambda tx: tidying.end_unused(tx, patience)):
            ended += some
        while some := await db.write(lambda tx: tidying.forget_ended(tx, patience)):
            gone += some
        gone += await db.write(accounts.forget_run_out)
        if ended or gone:
            log.info("sign_in.tidied", extra={"ended": ended, "deleted": gone})
        return ended, gone

    async def _turn(self) -> bool:
        try:
            await self.run_once()
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and this is still here.
            log.exception("sign_in.tidying_failed")
        return False
