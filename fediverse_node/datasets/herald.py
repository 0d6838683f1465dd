"""The worker that tells users of the dataset what was taken back, until each of them has heard it.

A user has a place in the consent log up to which they have been told; what ended after it is sent, in order,
and the place moves when they say that they have it. So nothing is left out, a letter may come twice (whoever
gets it knows each line by its `seq`), and of several workers one tells.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec

from fediverse_node.actors import local
from fediverse_node.actors.addresses import Addresses
from fediverse_node.datasets import users
from fediverse_node.datasets.model import User
from fediverse_node.datasets.users import Told
from fediverse_node.federation.delivery.retry import GIVE_UP, wait_after
from fediverse_node.federation.signing.keys import KeyRing
from fediverse_node.kernel.errors import NodeError
from fediverse_node.outbound.client import Outbound, Response, Sign
from fediverse_node.outbound.limits import retry_after
from fediverse_node.receipts import issue
from fediverse_node.receipts import queries as receipts
from fediverse_node.receipts.ending import line_of
from fediverse_node.signatures import rfc9421
from fediverse_node.signatures.base import HttpMessage, SigningKey
from fediverse_node.storage.database import Database
from fediverse_node.storage.turns import work_in_turns
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Seconds after which the worker looks for work without being woken.
LOOK_EVERY: Final = 30.0
#: Users who are told at once.
AT_ONCE: Final = 8
#: Lines of one letter.
LINES: Final = 1000
#: How long a letter may take until another worker takes it for lost. No exchange takes that long.
LEASE: Final = timedelta(minutes=5)
#: An address that says it is gone is asked again for so long before it is believed.
CONFIRM_GONE: Final = timedelta(days=2)
_ASK_GONE_AGAIN: Final = timedelta(hours=12)
_GONE: Final = 410
_JSON_LINES: Final = "application/jsonl; charset=utf-8"


class Herald:
    """Tells users until it is told to stop. Several at once do no harm.

    Args:
        chance: for the jitter of retries, 0 to 1.
    """

    def __init__(
        self,
        db: Database,
        outbound: Outbound,
        addresses: Addresses,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._db = db
        self._outbound = outbound
        self._addresses = addresses
        self._keys = KeyRing(db)
        self._chance = chance

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set."""
        await work_in_turns(self._db, issue.BELL, stop, self._turn, every=LOOK_EVERY)

    async def run_once(self) -> int:
        """Tell some of those who are to be told something now. Gives how many letters were sent."""
        # Asked first without a place in the queue of writers: mostly there is nothing to tell.
        newest = await self._db.read(_news)
        if newest is None:
            return 0
        claiming = partial(users.claim, newest=newest, lease=LEASE, limit=AT_ONCE)
        found = await self._db.write(claiming)
        async with asyncio.TaskGroup() as group:
            for user in found:
                group.create_task(self._tell(user))
        return len(found)

    async def _turn(self) -> bool:
        try:
            return await self.run_once() > 0
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
            log.exception("dataset.telling_failed")
        return False

    async def _tell(self, user: User) -> None:
        ended = await self._db.read(partial(receipts.endings, after=user.told, limit=LINES))
        lines = [line_of(each, self._addresses) for each in ended]
        body = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        told = await self._send(user, body, up_to=ended[-1].log_index)
        await self._db.write(partial(users.record, told=told))
        log.info(
            "dataset.told", extra={"user": user.id, "answer": told.answer, "up_to": told.up_to or user.told}
        )

    async def _send(self, user: User, body: bytes, *, up_to: int) -> Told:
        try:
            answer = await self._outbound.post(
                user.webhook or "", body, headers={"Content-Type": _JSON_LINES}, sign=await self._signer()
            )
        except NodeError as error:
            return _failed(user, self._db.clock(), error.detail or str(error), chance=self._chance())
        return _judged(user, answer, self._db.clock(), up_to=up_to, chance=self._chance())

    async def _signer(self) -> Sign:
        server = await self._db.read(lambda tx: local.instance_actor(tx, self._addresses))
        assert server is not None, "every node has its own actor"
        key = await self._keys.key_of(server.id, "ed25519")

        async def sign(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
            named = (("Content-Type", headers["Content-Type"]),)
            message = HttpMessage.to(method, url, headers=named, body=body)
            return await asyncio.to_thread(_signed, message, key, self._db.clock())

        return sign


def _judged(user: User, answer: Response, now: datetime, *, up_to: int, chance: float) -> Told:
    """What an answer means for what is sent next."""
    if 200 <= answer.status < 300:
        return Told(user_id=user.id, up_to=up_to, due_at=now, answer=str(answer.status))
    if answer.status == _GONE:
        since = user.gone_since or now
        ended = now - since >= CONFIRM_GONE
        due = now + _ASK_GONE_AGAIN
        return Told(user_id=user.id, up_to=None, due_at=due, gone_since=since, ended=ended, answer="410")
    patience = retry_after(answer.headers, now)
    return _failed(user, now, str(answer.status), chance=chance, patience=patience)


def _failed(user: User, now: datetime, why: str, *, chance: float, patience: float | None = None) -> Told:
    wait = wait_after(user.attempts + 1, chance=chance)
    if patience is not None:
        wait = max(wait, timedelta(seconds=patience))
    ended = user.failing_since is not None and now - user.failing_since >= GIVE_UP
    return Told(user_id=user.id, up_to=None, due_at=now + wait, ended=ended, answer=why)


def _signed(message: HttpMessage, key: SigningKey, now: datetime) -> dict[str, str]:
    return dict(rfc9421.sign(message, key, now=now))


def _news(tx: Tx) -> int | None:
    """The last place at which something ended, where somebody is to be told of it; None else."""
    found = receipts.last_endings(tx, 1)
    return found[0].log_index if found and users.anybody_due(tx, found[0].log_index) else None
