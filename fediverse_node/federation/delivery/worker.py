"""The worker: claims, commits, signs, sends, records. See the package for the whole story."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Literal

from fediverse_node.activitystreams.vocabulary import ACTIVITY_JSON
from fediverse_node.actors import retired
from fediverse_node.deliveries import claims
from fediverse_node.deliveries.model import Envelope
from fediverse_node.federation.delivery.comparing import Comparing
from fediverse_node.federation.delivery.queue import BELL
from fediverse_node.federation.delivery.retry import Answer, outcome_of
from fediverse_node.federation.delivery.slots import SLOW_AFTER, Slots
from fediverse_node.federation.delivery.telling import Change, tell
from fediverse_node.federation.delivery.turn import Chance, Claimed, Finished, claim, settle
from fediverse_node.federation.signing.habits import Habits
from fediverse_node.federation.signing.keys import KeyRing
from fediverse_node.federation.signing.ways import NOT_UNDERSTOOD, Knock, kind_of, order
from fediverse_node.kernel.errors import NodeError, NotNow
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.errors import Unreachable
from fediverse_node.outbound.limits import retry_after
from fediverse_node.peers.model import Signing
from fediverse_node.signatures.base import HttpMessage
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Exchanges that run at once.
SLOTS = 128
#: Seconds to gather outcomes before they are recorded together.
GATHER = 0.02
#: Seconds after which the worker looks for work without being woken.
LOOK_EVERY = 15.0
#: Seconds for exchanges to end after the worker was asked to stop.
DRAIN = 25.0
#: Seconds to wait when the database refuses a turn (a full disk, a lost connection).
_TROUBLE = 2.0
_SIGNERS = 2
_SIGNED_TOGETHER = 8
#: Activities whose bytes are kept between turns: one post goes to many inboxes.
_DOCUMENTS = 256
_HEADERS = {"Content-Type": ACTIVITY_JSON}


@dataclass(slots=True)
class _Exchange:
    envelope: Envelope
    started: float | None = None
    task: asyncio.Task[None] | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Letter:
    message: HttpMessage
    knocks: tuple[Knock, ...]


@dataclass(frozen=True, slots=True)
class _Signed:
    """A letter with the signature for its first knock."""

    letter: _Letter
    signature: Mapping[str, str]


class DeliveryWorker:
    """Sends what is in the post until it is told to stop. One for each process.

    Args:
        db: where the envelopes are.
        outbound: the guarded client.
        alone: no other process works on this database, so every lease found at the start is void.
        slots: exchanges that run at once.
        slow_after: seconds after which an exchange counts as slow.
        chance: for the jitter of retries.
    """

    def __init__(
        self,
        db: Database,
        outbound: Outbound,
        *,
        alone: bool,
        slots: int = SLOTS,
        slow_after: float = SLOW_AFTER,
        chance: Chance = random.random,
    ) -> None:
        self._db = db
        self._outbound = outbound
        self._alone = alone
        self._slow_after = slow_after
        self._chance = chance
        self._slots = Slots(slots)
        self._keys = KeyRing(db)
        self._habits = Habits(db)
        self._comparing = Comparing(db)
        self._documents: dict[int, bytes] = {}
        self._running: dict[int, _Exchange] = {}
        self._finished: list[Finished] = []
        self._unused: list[int] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Work until *stop* is set, then let what is on its way arrive: at most `DRAIN` seconds."""
        wake = self._db.bell(BELL)
        self._wake = wake
        with ThreadPoolExecutor(_SIGNERS, thread_name_prefix="signer") as self._signers:
            with suppress(NotNow):  # a disk that is full: leases run out by themselves
                if self._alone:
                    await self._db.write(claims.release_all)
                await self._db.write(retired.forget_old)
            async with asyncio.TaskGroup() as group:
                self._group = group
                watcher = group.create_task(_ring_on(stop, wake))
                while not stop.is_set():
                    await self._work(stop, wake)
                await self._drain(wake)
                watcher.cancel()
        self._db.silence(BELL, wake)

    async def _work(self, stop: asyncio.Event, wake: asyncio.Event) -> None:
        wake.clear()
        try:
            claimed = await self._turn()
        except Exception:
            # The outermost loop: a full disk or a lost connection passes, and the worker is still here.
            log.exception("delivery.turn_failed")
            await _wait(stop, _TROUBLE)
            return
        await self._load_keys({envelope.actor_id for envelope in claimed.envelopes})
        ready = [exchange for envelope in claimed.envelopes if (exchange := self._admit(envelope))]
        for first in range(0, len(ready), _SIGNED_TOGETHER):
            self._group.create_task(self._begin(ready[first : first + _SIGNED_TOGETHER]))
        if claimed.more and self._slots.free:
            return  # hosts that can take no more stood before others in the queue
        await _wait(wake, self._patience(claimed.next_due))
        if self._finished and self._running and not stop.is_set():
            await asyncio.sleep(GATHER)

    async def _turn(self, *, claiming: bool = True) -> Claimed:
        finished, unused = self._finished, self._unused
        self._finished, self._unused = [], []
        plan, known, chance = self._slots.copy(), set(self._documents), self._chance

        def unit(tx: Tx) -> tuple[Claimed, list[Change]]:
            changes = settle(tx, finished, chance)
            if unused:
                claims.release(tx, unused)
            # Another copy, because a transaction may have to run twice.
            return claim(tx, plan.copy(), known) if claiming else Claimed(), changes

        try:
            claimed, changes = await self._db.write(unit)
        except BaseException:
            self._finished[:0], self._unused[:0] = finished, unused
            raise
        tell(changes, self._db.tallies)
        self._documents.update(claimed.documents)
        in_use = {exchange.envelope.activity_id for exchange in self._running.values()}
        in_use.update(envelope.activity_id for envelope in claimed.envelopes)
        for activity_id in list(self._documents)[: max(len(self._documents) - _DOCUMENTS, 0)]:
            if activity_id not in in_use:
                del self._documents[activity_id]
        return claimed

    async def _load_keys(self, actor_ids: set[int]) -> None:
        if actor_ids:
            await self._habits.look()
        for actor_id in actor_ids:
            with suppress(NodeError):  # the exchange asks again and records what is wrong
                await self._keys.key_of(actor_id, "rsa")

    def _admit(self, envelope: Envelope) -> _Exchange | None:
        if envelope.id in self._running or any(item.envelope.id == envelope.id for item in self._finished):
            return None  # its lease ran out early: a clock that jumped, or a machine that slept
        if not self._slots.take(envelope.host, envelope.id):
            self._unused.append(envelope.id)  # its host has turned slow while it was being claimed
            return None
        exchange = _Exchange(envelope)
        self._running[envelope.id] = exchange
        return exchange

    async def _begin(self, exchanges: list[_Exchange]) -> None:
        """Sign for some exchanges in one hop to another thread, which would cost as much for one."""
        try:
            letters = [await self._letter(exchange.envelope) for exchange in exchanges]
            signing = partial(_sign, letters, self._db.clock())
            signed = await asyncio.get_running_loop().run_in_executor(self._signers, signing)
        except Exception:
            # As in `_exchange`: whatever went wrong here, these letters are tried again and the rest goes on.
            log.exception("delivery.signing_failed")
            signed = [Answer(error="an error on our side", refused=True)] * len(exchanges)
        for exchange, letter in zip(exchanges, signed, strict=True):
            exchange.task = self._group.create_task(self._exchange(exchange, letter))

    async def _letter(self, envelope: Envelope) -> _Letter | Answer:
        document = self._documents.get(envelope.activity_id, b"")
        if not document:
            return Answer(error="withdrawn before it was sent", void=True)
        try:
            knocks = await self._knocks(envelope)
            target, authority, scheme = _destination(envelope.inbox)
            more = await self._comparing.headers(envelope, document)
        except NodeError as error:
            return Answer(error=error.detail or str(error), refused=True)
        message = HttpMessage(
            method="POST",
            target=target,
            authority=authority,
            scheme=scheme,
            headers=(*_HEADERS.items(), *more.items()),
            body=document,
        )
        return _Letter(message, knocks)

    async def _knocks(self, envelope: Envelope) -> tuple[Knock, ...]:
        """In which ways to sign for *envelope*, the likeliest first."""
        ways = order(self._habits.of(envelope.host))
        knocks = [
            Knock(way=way, key=await self._keys.key_of(envelope.actor_id, kind_of(way))) for way in ways
        ]
        former = await self._keys.farewell_of(envelope.actor_id, envelope.activity_id)
        if former is not None:
            # The old key vouches for the new one; whoever has already seen the new one believes only that.
            knocks.insert(0, Knock(way="cavage", key=former))
        return tuple(knocks)

    async def _exchange(self, exchange: _Exchange, letter: _Signed | Answer) -> None:
        envelope, loop = exchange.envelope, asyncio.get_running_loop()
        exchange.started = started = loop.time()
        timer = loop.call_later(self._slow_after, self._turned_slow, envelope.id)
        way: Signing | None = None
        try:
            answer, way = (letter, None) if isinstance(letter, Answer) else await self._send(envelope, letter)
        except asyncio.CancelledError:
            if not exchange.cut:
                raise
            answer = Answer(error="cut short: too many slow servers at once")
        except Exception:
            # The outermost frame of an exchange: a mistake of ours must not end the worker.
            log.exception("delivery.exchange_failed", extra={"host": envelope.host})
            answer = Answer(error="an error on our side", refused=True)
        finally:
            timer.cancel()
        seconds = loop.time() - started
        del self._running[envelope.id]
        well = answer.status < 500 if answer.status is not None else answer.refused or answer.void
        self._slots.give_back(envelope.id, well=well, seconds=seconds)
        self._cut_excess()
        self._count(answer, seconds)
        self._finished.append(Finished(envelope=envelope, answer=answer, seconds=seconds, way=way))
        self._wake.set()
        log.debug(
            "delivery.attempted",
            extra={"host": envelope.host, "status": answer.status, "error": answer.error},
        )

    def _count(self, answer: Answer, seconds: float) -> None:
        outcome = outcome_of(answer)
        self._db.tallies.count("deliveries", outcome)
        self._db.tallies.observe("delivery_seconds", seconds, outcome)

    async def _send(self, envelope: Envelope, signed: _Signed) -> tuple[Answer, Signing | None]:
        """Send it, signed in another way where the first was not understood; with the way that was accepted.

        A later knock counts only when it opens the door: what it breaks on says nothing of the letter.
        """
        first, *others = signed.letter.knocks
        answer = await self._knock(envelope, signed.letter, signed.signature)
        if answer.status not in NOT_UNDERSTOOD:
            return answer, first.way if answer.accepted else None
        for knock in others:
            signing = partial(knock.sign, signed.letter.message, self._db.clock())
            signature = await asyncio.get_running_loop().run_in_executor(self._signers, signing)
            again = await self._knock(envelope, signed.letter, signature)
            if again.accepted:
                return again, knock.way
        return answer, None

    async def _knock(self, envelope: Envelope, letter: _Letter, signature: Mapping[str, str]) -> Answer:
        async def signed(*_: object) -> Mapping[str, str]:
            return signature

        try:
            response = await self._outbound.post(
                envelope.inbox, letter.message.body, headers=dict(letter.message.headers), sign=signed
            )
        except Unreachable as error:
            return Answer(error=error.detail or str(error))
        except NodeError as error:
            return Answer(error=error.detail or str(error), refused=True)
        patience = retry_after(response.headers, self._db.clock()) if response.status >= 400 else None
        return Answer(status=response.status, retry_after=patience)

    def _turned_slow(self, envelope_id: int) -> None:
        self._slots.turned_slow(envelope_id)
        self._cut_excess()

    def _cut_excess(self) -> None:
        for key in self._slots.excess():
            exchange = self._running.get(key) if isinstance(key, int) else None
            if exchange is None or exchange.task is None:
                continue
            # A task that is cancelled before its first step never runs, and would not give its slot back.
            if exchange.started is not None and not exchange.cut:
                exchange.cut = True
                exchange.task.cancel()

    def _patience(self, next_due: datetime | None) -> float:
        if next_due is None:
            return LOOK_EVERY
        return min(max((next_due - self._db.clock()).total_seconds(), 0.0), LOOK_EVERY)

    async def _drain(self, wake: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + DRAIN
        while self._running and (left := deadline - loop.time()) > 0:
            wake.clear()
            await _wait(wake, left)
        for exchange in list(self._running.values()):
            self._unused.append(exchange.envelope.id)
            if exchange.task is not None:
                exchange.task.cancel()
        try:
            await self._turn(claiming=False)
        except NotNow:
            log.warning("delivery.last_turn_failed", extra={"unrecorded": len(self._finished)})


def _sign(letters: list[_Letter | Answer], now: datetime) -> list[_Signed | Answer]:
    return [
        letter if isinstance(letter, Answer) else _Signed(letter, letter.knocks[0].sign(letter.message, now))
        for letter in letters
    ]


@lru_cache(maxsize=4096)
def _destination(inbox: str) -> tuple[str, str, Literal["https", "http"]]:
    """Target, authority and scheme of an inbox: the parts of its address that are signed.

    Raises:
        NotValid: no address that can be sent to.
    """
    message = HttpMessage.to("POST", inbox)
    return message.target, message.authority, message.scheme


async def _ring_on(stop: asyncio.Event, wake: asyncio.Event) -> None:
    await stop.wait()
    wake.set()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
