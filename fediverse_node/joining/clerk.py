"""The worker that answers wishes for a new password, and clears away what nobody came back for."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import Final

from fediverse_node.accounts import queries as accounts
from fediverse_node.joining import admitting, links, queries, resetting
from fediverse_node.joining.letters import Sender
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Seconds between two looks.
LOOK_EVERY: Final = 3.0
#: Looks between two clearings: about an hour.
_CLEAR_EVERY: Final = 1200
#: An account whose address nobody confirmed goes after this, and its name is free.
UNCONFIRMED: Final = timedelta(days=7)
_AT_ONCE: Final = 100


class Clerk:
    """Works until it is told to stop. One for each process that has workers."""

    def __init__(self, db: Database, sender: Sender) -> None:
        self._db = db
        self._sender = sender

    async def run(self, stop: asyncio.Event) -> None:
        """Look every now and then until *stop* is set."""
        looks = 0
        while not stop.is_set():
            try:
                await self.answer()
                if looks % _CLEAR_EVERY == 0:
                    await self.clear()
            except Exception:
                # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
                log.exception("join.turn_failed")
            looks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY)

    async def answer(self) -> int:
        """Send links to those who wished for a new password. Gives how many wishes there were."""
        wishes = 0
        # Without a mail server nobody can wish.
        while self._sender.enabled and await self._db.read(queries.wished):
            wishes += await self._db.write(self._answer_one)
        return wishes

    async def clear(self) -> int:
        """Let go of links that have run out, and of accounts nobody confirmed. Gives how many those were."""
        return await self._db.write(_clear)

    def _answer_one(self, tx: Tx) -> bool:
        asked = queries.take_wish(tx)
        if asked is not None:
            resetting.answer(tx, self._sender, asked)
        return asked is not None


def _clear(tx: Tx) -> int:
    links.forget_old(tx)
    gone = queries.never_confirmed(tx, before=tx.now - UNCONFIRMED, most=_AT_ONCE)
    for account_id in gone:
        found = accounts.with_actor(tx, account_id)
        if found is not None:
            admitting.refuse(tx, *found)
    return len(gone)
