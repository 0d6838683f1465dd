"""The worker that tells apps: what is new for each of them, closed, to the push service that it named.

A subscription has a place among its person's notifications up to which it was told. So nothing waits in a
queue of its own, what is too old is passed over, and after a break-down a message may come twice, never a
thousand of them. A service that does not answer is left alone for a while with all of its subscriptions.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from fediverse_node.actors.model import Actor
from fediverse_node.kernel.errors import NodeError
from fediverse_node.kernel.ids import lowest_id_at
from fediverse_node.notifications.queries import BELL
from fediverse_node.outbound.client import Outbound, Response
from fediverse_node.outbound.errors import Refused
from fediverse_node.outbound.limits import retry_after
from fediverse_node.push import choosing, keys, letter, queries
from fediverse_node.push.envelope import base64url, close
from fediverse_node.push.keys import ServerKey
from fediverse_node.push.model import Subscription
from fediverse_node.push.queries import Outcome
from fediverse_node.storage.database import Database
from fediverse_node.storage.turns import work_in_turns

log = logging.getLogger(__name__)

#: Seconds after which the worker looks for work without being woken.
LOOK_EVERY: Final = 30.0
#: Apps that are told at once.
AT_ONCE: Final = 16
#: How long telling one app may take until another worker takes it for lost.
LEASE: Final = timedelta(minutes=10)
#: How old an event may be to be told of, and how long a service keeps a message for a device that is off.
GOOD_FOR: Final = timedelta(hours=48)
#: After so long without a message that was taken, a subscription is forgotten.
GIVE_UP: Final = timedelta(days=7)
#: Waits after the first, second, … attempt that failed; the last of them again and again.
WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360))
#: Where others write, too, an id may be seen after a greater one: so long is waited for it.
SETTLING: Final = timedelta(seconds=1)
_NO_END: Final = 1 << 62

_GONE: Final = frozenset({404, 410})
#: Of the service or of the moment; everything else of the kind is said of the message.
_LATER: Final = frozenset({408, 425, 429})


class Pusher:
    """Tells apps until it is told to stop. Several at once do no harm.

    Args:
        contact: for whoever runs a push service, `mailto:` or `https:`.
        icon: the address of somebody's picture, for readers.
        chance: for the jitter of retries, 0 to 1.
        settling: how long what was written is let lie before it is told, where others write, too.
    """

    def __init__(
        self,
        db: Database,
        outbound: Outbound,
        *,
        contact: str,
        icon: Callable[[Actor], str],
        chance: Callable[[], float] = random.random,
        settling: timedelta = SETTLING,
    ) -> None:
        self._db = db
        self._outbound = outbound
        self._contact = contact
        self._icon = icon
        self._chance = chance
        self._settling = timedelta() if db.sole_writer else settling

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set."""
        await work_in_turns(self._db, BELL, stop, self._turn, every=LOOK_EVERY)

    async def run_once(self) -> int:
        """Tell some of the apps that are to be told something now. Gives how many were looked after."""
        if not await self._db.read(queries.anybody):
            return 0
        before = lowest_id_at(self._db.clock() - self._settling) if self._settling else _NO_END
        if not await self._db.read(partial(queries.anything_due, before=before)):
            return 0
        key = await self._db.read(keys.load)
        if key is None:
            return 0
        found = await self._db.write(partial(queries.claim, before=before, lease=LEASE, limit=AT_ONCE))
        async with asyncio.TaskGroup() as group:
            for subscription in found:
                group.create_task(self._tell(subscription, key, before))
        return len(found)

    async def _turn(self) -> bool:
        try:
            if self._settling:
                # What was just written is looked at once nothing older can appear any more.
                await asyncio.sleep(self._settling.total_seconds())
            return await self.run_once() > 0
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
            log.exception("push.telling_failed")
        return False

    async def _tell(self, found: Subscription, key: ServerKey, before: int) -> None:
        after = lowest_id_at(self._db.clock() - GOOD_FOR)
        news = await self._db.read(partial(choosing.news, found=found, after=after, before=before))
        if news is None:
            return
        told = found.told
        for event in news.events:
            message = letter.written(
                event, token=found.token, language=news.language, icon=self._icon(event.cause)
            )
            outcome = await self._send(found, key, message)
            if outcome is None:
                await self._db.write(partial(queries.end, subscription_id=found.id))
                return
            if outcome.attempts:
                await self._db.write(partial(queries.record, outcome=replace(outcome, told=told)))
                return
            told = event.notification.id
        done = Outcome(subscription=found, told=news.up_to, due_at=self._db.clock())
        await self._db.write(partial(queries.record, outcome=done))

    async def _send(self, found: Subscription, key: ServerKey, message: bytes) -> Outcome | None:
        """Send one message. None where the subscription is over."""
        now, to = self._db.clock(), found.recipient
        try:
            body, headers = _letter(found, key, message, self._contact, now)
            answer = await self._outbound.post(to.endpoint, body, headers=headers)
        except NodeError as error:
            return self._failed(found, error.detail or str(error), service=not isinstance(error, Refused))
        return self._judged(found, answer)

    def _judged(self, found: Subscription, answer: Response) -> Outcome | None:
        """What an answer means for the subscription (RFC 8030, 5 and 7.3)."""
        host = found.service.partition("://")[2]
        if 200 <= answer.status < 300:
            log.info("push.sent", extra={"host": host})
            return Outcome(subscription=found, told=found.told, due_at=self._db.clock())
        if answer.status in _GONE:
            log.info("push.ended", extra={"host": host, "answer": str(answer.status)})
            return None
        if answer.status >= 500 or answer.status in _LATER:
            patience = retry_after(answer.headers, self._db.clock())
            return self._failed(found, str(answer.status), service=True, patience=patience)
        return self._failed(found, str(answer.status), service=False)

    def _failed(
        self, found: Subscription, why: str, *, service: bool, patience: float | None = None
    ) -> Outcome | None:
        now = self._db.clock()
        host = found.service.partition("://")[2]
        since = found.failing_since or now
        if now - since >= GIVE_UP:
            log.info("push.ended", extra={"host": host, "answer": why})
            return None
        log.info("push.failed", extra={"host": host, "answer": why, "attempt": found.attempts + 1})
        wait = WAITS[min(found.attempts, len(WAITS) - 1)] * (0.8 + 0.4 * self._chance())
        return Outcome(
            subscription=found,
            told=found.told,
            due_at=now + max(wait, timedelta(seconds=patience or 0.0)),
            attempts=found.attempts + 1,
            failing_since=since,
            whole_service=service,
        )


def _letter(
    found: Subscription, key: ServerKey, message: bytes, contact: str, now: datetime
) -> tuple[bytes, dict[str, str]]:
    """Body and headers (RFC 8030, 5.2; RFC 8292, 3; and the drafts before them)."""
    sealed = close(message, found.recipient)
    voucher = keys.voucher(key, service=found.service, contact=contact, now=now)
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": sealed.encoding,
        "TTL": str(int(GOOD_FOR.total_seconds())),
        "Urgency": "normal",
    }
    if found.recipient.standard:
        headers["Authorization"] = f"vapid t={voucher}, k={key.public}"
    else:
        headers["Authorization"] = f"WebPush {voucher}"
        headers["Encryption"] = f"salt={base64url(sealed.salt)}"
        headers["Crypto-Key"] = f"dh={base64url(sealed.dh)};p256ecdsa={key.public}"
    return sealed.body, headers
