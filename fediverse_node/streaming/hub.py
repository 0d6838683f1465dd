"""The hub: hears what happened, has it put into words once, and says it to whom it is for.

It hears only while somebody listens; what happened is read after it is durable, in one transaction for all
that happened since the last. Nobody is waited for: whoever does not read what they are sent is let go.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from fediverse_node.kernel.errors import NotNow, NotValid
from fediverse_node.oauth import scopes, standing
from fediverse_node.storage.database import Database
from fediverse_node.storage.notices import Notice
from fediverse_node.storage.tx import Tx
from fediverse_node.streaming.channels import Channel
from fediverse_node.streaming.model import MAX_CHANNELS, Listener, Parcel, Seats

log = logging.getLogger(__name__)

#: Seconds between two looks at whether those who listen still may: revoked means gone within five (OAU-14).
CHECK_SECONDS: Final = 3.0
HEARTBEAT_SECONDS: Final = 15.0
#: What happened and was not said yet; when it is more, the oldest is never said.
MAX_WAITING: Final = 10_000
_AT_ONCE: Final = 50
#: After so many listeners everything else has its turn.
_IN_A_ROW: Final = 200
_COME_AGAIN: Final = 30

#: Puts what happened into words for those who listen: (transaction, notice, who listens to what).
Words = Callable[[Tx, Notice, Seats], Iterable[Parcel]]


class Hub:
    """Everybody who listens to this process.

    Args:
        words: what is said of a notice, and to whom.
        most: connections there may be; `per_account` and `per_address` of one person, or of one address of
            people who do not say who they are.
    """

    def __init__(self, db: Database, words: Words, *, most: int, per_account: int, per_address: int) -> None:
        self._db = db
        self._words = words
        self._most = most
        self._per_account = per_account
        self._per_address = per_address
        self._listeners: dict[Listener, None] = {}
        self._counts: Counter[int | str] = Counter()
        self._seats: dict[Channel, dict[Listener, None]] = {}
        self._seen: Seats | None = None
        self._waiting: deque[Notice] = deque(maxlen=MAX_WAITING)
        self._called = asyncio.Event()

    def __len__(self) -> int:
        """How many listen."""
        return len(self._listeners)

    async def enter(self, listener: Listener) -> None:
        """Give a connection its place; from now on everything that happens is heard.

        Raises:
            NotNow: all places are taken, or all of theirs.
        """
        key, most = self._place(listener)
        if len(self._listeners) >= self._most or self._counts[key] >= most:
            raise NotNow("There are too many streams already.", retry_after=_COME_AGAIN)
        self._counts[key] += 1
        self._listeners[listener] = None
        if len(self._listeners) == 1:
            await self._db.listen(self._hear)

    def leave(self, listener: Listener) -> None:
        """Take a connection out that was let in."""
        if listener not in self._listeners:
            return
        for channel in list(listener.channels):
            self.unsubscribe(listener, channel)
        del self._listeners[listener]
        key, _ = self._place(listener)
        self._counts[key] -= 1
        if not self._counts[key]:
            del self._counts[key]
        if not self._listeners:
            self._db.ears.deaf(self._hear)
            self._waiting.clear()

    def subscribe(self, listener: Listener, channel: Channel) -> None:
        """Let a connection listen to a channel that it may listen to.

        Raises:
            NotValid: it listens to as many as one may.
        """
        if channel not in listener.channels and len(listener.channels) >= MAX_CHANNELS:
            raise NotValid(f"One connection can listen to at most {MAX_CHANNELS} streams.")
        listener.channels[channel] = None
        self._seats.setdefault(channel, {})[listener] = None
        self._seen = None

    def unsubscribe(self, listener: Listener, channel: Channel) -> None:
        """Let it listen no more; nothing happens where it does not."""
        if channel not in listener.channels:
            return
        del listener.channels[channel]
        seats = self._seats[channel]
        del seats[listener]
        if not seats:
            del self._seats[channel]
        self._seen = None

    async def run(self, stop: asyncio.Event) -> None:
        """Say what happens, look after those who listen, and let them go when *stop* is set."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._talk()),
                group.create_task(self._every(CHECK_SECONDS, self.check)),
                group.create_task(self._every(HEARTBEAT_SECONDS, self._beat)),
            ]
            await stop.wait()
            for task in tasks:
                task.cancel()
        self.close()

    def close(self) -> None:
        """End every connection: the server stops."""
        for listener in list(self._listeners):
            listener.end("stopping")

    async def check(self) -> None:
        """Let those go whose token was revoked, or whose account ended or was suspended (OAU-14)."""
        held = {listener.token_id for listener in self._listeners if listener.token_id is not None}
        if not held:
            return
        good = await self._db.read(lambda tx: standing.standing(tx, held))
        for listener in list(self._listeners):
            if listener.token_id is not None and listener.token_id in held - good:
                listener.end("revoked")

    def _place(self, listener: Listener) -> tuple[int | str, int]:
        if listener.viewer.actor_id is None:
            return listener.address, self._per_address
        return listener.viewer.actor_id, self._per_account

    def _hear(self, notices: Sequence[Notice]) -> None:
        if len(self._waiting) + len(notices) > MAX_WAITING:
            log.warning("streaming.behind", extra={"waiting": len(self._waiting)})
        self._waiting.extend(notices)
        self._called.set()

    async def _talk(self) -> None:
        while True:
            await self._called.wait()
            self._called.clear()
            while self._waiting and self._listeners:
                # The same thing twice in one breath is said once.
                some = dict.fromkeys(
                    self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))
                )
                try:
                    await self._say(list(some))
                except Exception:
                    # The outermost loop of a worker: a database that is away for a moment must not end it.
                    log.exception("streaming.failed", extra={"kind": ""})

    async def _say(self, notices: Sequence[Notice]) -> None:
        seats = self._seen = self._seen or {
            channel: tuple({each.viewer.actor_id: each.viewer for each in listeners}.values())
            for channel, listeners in self._seats.items()
        }
        parcels = await self._db.read(lambda tx: self._worded(tx, notices, seats))
        for parcel in parcels:
            await self._hand_out(parcel)

    def _worded(self, tx: Tx, notices: Iterable[Notice], seats: Seats) -> list[Parcel]:
        parcels: list[Parcel] = []
        for notice in notices:
            try:
                parcels += self._words(tx, notice, seats)
            except Exception:
                # As in `_talk`: one thing that cannot be said must not silence all others.
                log.exception("streaming.failed", extra={"kind": notice.kind})
        return parcels

    async def _hand_out(self, parcel: Parcel) -> None:
        listeners = [each for channel in parcel.channels for each in self._seats.get(channel, ())]
        for number, listener in enumerate(listeners):
            if number % _IN_A_ROW == _IN_A_ROW - 1:
                await asyncio.sleep(0)
            meant = listener.ended is None and listener.viewer.actor_id in parcel.to
            if meant and (not parcel.scope or scopes.covers(listener.scopes, parcel.scope)):
                await listener.say(parcel)

    async def _beat(self) -> None:
        for number, listener in enumerate(list(self._listeners)):
            if number % _IN_A_ROW == _IN_A_ROW - 1:
                await asyncio.sleep(0)
            if listener.ended is None:
                await listener.keep_alive()

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except Exception:
                # As above.
                log.exception("streaming.failed", extra={"kind": ""})
