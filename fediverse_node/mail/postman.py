"""The worker that hands letters to the operator's mail server, and tries again while that is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from fediverse_node.kernel.email import masked
from fediverse_node.kernel.errors import NotNow, NotValid
from fediverse_node.mail import queries
from fediverse_node.mail.model import Mail
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Hands over one letter: recipient, subject, body. Raises NotNow to be asked again, NotValid never to.
Send = Callable[[str, str, str], Awaitable[None]]

#: Seconds between two looks: whoever waits for a link waits no longer than for the mail itself.
LOOK_EVERY: Final = 3.0
#: After the first failure, the second, …; the last one from then on.
_PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))


class Postman:
    """Sends until it is told to stop. One for each process that has workers."""

    def __init__(self, db: Database, send: Send) -> None:
        self._db = db
        self._send = send

    async def run(self, stop: asyncio.Event) -> None:
        """Look every now and then until *stop* is set."""
        while not stop.is_set():
            try:
                await self.run_once()
            except Exception:
                # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
                log.exception("mail.turn_failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_EVERY)

    async def run_once(self) -> int:
        """Send whatever is due now, and give how many letters were."""
        done = 0
        while (mail := await self._db.write(queries.take)) is not None:
            done += await self._deliver(mail)
        return done

    async def _deliver(self, mail: Mail) -> bool:
        to = masked(mail.recipient)
        try:
            await self._send(mail.recipient, mail.subject, mail.body)
        except NotNow as error:
            log.warning("mail.delayed", extra={"mail": mail.id, "to": to, "reason": error.detail})
            await self._again(mail)
            return False
        except NotValid as error:
            # The server said for good that it does not take this one.
            log.warning("mail.refused", extra={"mail": mail.id, "to": to, "reason": error.detail})
            await self._db.write(lambda tx: queries.sent(tx, mail.id))
            return False
        await self._db.write(lambda tx: queries.sent(tx, mail.id))
        log.info("mail.sent", extra={"mail": mail.id, "to": to})
        return True

    async def _again(self, mail: Mail) -> None:
        attempts = mail.attempts + 1
        pause = _PAUSES[min(attempts, len(_PAUSES)) - 1]
        gave_up = await self._db.write(lambda tx: _put_off(tx, mail, attempts, pause))
        if gave_up:
            log.warning("mail.given_up", extra={"mail": mail.id, "to": masked(mail.recipient)})


def _put_off(tx: Tx, mail: Mail, attempts: int, pause: timedelta) -> bool:
    """Whether it is given up instead."""
    if tx.now - mail.created_at > queries.GIVE_UP_AFTER:
        queries.sent(tx, mail.id)
        return True
    queries.put_off(tx, mail.id, attempts=attempts, until=tx.now + pause)
    return False
