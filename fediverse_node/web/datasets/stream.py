"""The stream of decisions, as server-sent events: posts with their text, and what must go again.

Nothing waits in memory for a reader: each has a place in the log and reads on from there, as fast as it takes
what it is sent. One that takes nothing for too long is let go, and resumes from its place.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from fediverse_node.consent.remembered import memory_of
from fediverse_node.datasets import events, users
from fediverse_node.datasets.events import Look
from fediverse_node.kernel.errors import Conflict, NotNow, NotValid
from fediverse_node.receipts import issue
from fediverse_node.storage.tx import Tx
from fediverse_node.web.datasets.access import signals, take, user_of
from fediverse_node.web.keys import ADDRESSES, NODE

log = logging.getLogger(__name__)

#: Streams of one user.
PER_USER: Final = 2
#: Seconds after which somebody who cannot be let in may come again.
_COME_AGAIN: Final = 30.0
#: The same where the operator has to do something first.
_WHEN_MENDED: Final = 3600.0
_FROM_THE_START: Final = "-1"


@dataclass(slots=True, kw_only=True)
class Streams:
    """The open streams of one process.

    Attributes:
        most: how many there may be.
        heartbeat: seconds of silence after which a line without meaning is sent, so that nobody on the way
            takes the connection for dead, and so that we learn of it when it is.
        patience: seconds that a reader may take for what it was sent.
        stop: set when the server stops.
    """

    most: int
    heartbeat: float = 15.0
    patience: float = 30.0
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _open: Counter[int] = field(default_factory=Counter)

    @contextmanager
    def seat(self, user_id: int) -> Iterator[None]:
        """A place for one stream of a user.

        Raises:
            NotNow: all places are taken, or all of theirs.
        """
        if self._open[user_id] >= PER_USER or self._open.total() >= self.most:
            raise NotNow("There are too many streams already.", retry_after=_COME_AGAIN)
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            self._open += Counter()  # forget who has none

    @property
    def open(self) -> int:
        """How many there are."""
        return self._open.total()

    async def close(self, application: web.Application) -> None:
        """End all of them: an `on_shutdown` handler."""
        del application
        self.stop.set()


STREAMS: web.AppKey[Streams] = web.AppKey("streams", Streams)


async def stream(request: web.Request) -> web.StreamResponse:
    """`GET /datasets/stream`: from now on, or past `Last-Event-ID` (or `?since=`), a place in the log."""
    take(request)
    streams, db = request.app[STREAMS], request.app[NODE].db
    asked = _asked(request)

    memory = memory_of(request.app[NODE].config)

    def admit(tx: Tx) -> tuple[int, int]:
        user = user_of(tx, request)
        try:
            memory.require_whole(tx)
        except Conflict as error:
            # What was taken back since the backup would come as if it might be used.
            sorry = "This server is being mended: its log of decisions is older than it was. Come again."
            raise NotNow(sorry, detail=str(error), retry_after=_WHEN_MENDED) from error
        return user.id, events.newest(tx) if asked is None else asked

    user_id, after = await db.read(admit)
    with streams.seat(user_id):
        response = web.StreamResponse(
            headers={
                **signals(request),
                "Content-Type": "text/event-stream; charset=utf-8",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",  # nginx would hold events back until it has a page of them
            }
        )
        await response.prepare(request)
        bell = db.bell(issue.BELL)
        try:
            with suppress(ConnectionError):
                await _tell(request, response, user_id, after, bell)
        except TimeoutError:
            log.info("dataset.stream_cut", extra={"user": user_id})
            if request.transport is not None:
                request.transport.abort()
        finally:
            db.silence(issue.BELL, bell)
    return response


async def _tell(
    request: web.Request, response: web.StreamResponse, user_id: int, after: int, bell: asyncio.Event
) -> None:
    streams, db, addresses = request.app[STREAMS], request.app[NODE].db, request.app[ADDRESSES]
    place = after

    def look(tx: Tx) -> Look | None:
        user = users.by_id(tx, user_id)
        return events.past(tx, place, addresses) if user is not None and user.ended_at is None else None

    await _write(response, b"retry: 5000\n\n", streams.patience)
    while not streams.stop.is_set():
        bell.clear()
        found = await db.read(look)
        if found is None:
            break  # their access has ended
        place = found.after
        if found.events:
            await _write(response, events.lines(found.events), streams.patience)
        if not found.more and not await _rung(bell, streams):
            await _write(response, b":\n\n", streams.patience)
    with suppress(ConnectionError):
        await response.write_eof()


async def _write(response: web.StreamResponse, data: bytes, patience: float) -> None:
    async with asyncio.timeout(patience):
        await response.write(data)


async def _rung(bell: asyncio.Event, streams: Streams) -> bool:
    """Wait for news or for the end; False when there were none for the length of a heartbeat."""
    waiting = [asyncio.ensure_future(event.wait()) for event in (bell, streams.stop)]
    try:
        done, _ = await asyncio.wait(waiting, timeout=streams.heartbeat, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()
    return bool(done)


def _asked(request: web.Request) -> int | None:
    """The place that the reader has come to; None when they have none.

    Raises:
        NotValid: it is no number.
    """
    text = request.headers.get("Last-Event-ID") or request.query.get("since")
    if text is None or text == _FROM_THE_START:
        return None if text is None else -1
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise NotValid("Last-Event-ID is the id of the last event that you have.")
    return int(text)
