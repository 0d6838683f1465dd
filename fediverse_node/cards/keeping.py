"""Looks at the pages that posts link to: when somebody reads such a post for the first time, and once.

The request says nothing of the post: no `Referer`, no signature, the same `User-Agent` for all. It waits for
some seconds that nobody can foresee, because a post is read on many servers in the moment it arrives.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from urllib.parse import urljoin

import msgspec

from fediverse_node.actors import queries as actors
from fediverse_node.cards import queries, reading
from fediverse_node.cards.model import Card, Page
from fediverse_node.kernel.errors import NodeError, NotNow
from fediverse_node.kernel.text import parse_handle
from fediverse_node.outbound.client import Outbound
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Bytes of a page that are read, and of an oEmbed document.
MAX_HTML: Final = 1 << 20
MAX_OEMBED: Final = 64 << 10
#: How long a card is good for; how long there is none where there was nothing, or nobody answered.
GOOD_FOR: Final = timedelta(days=14)
NOTHING_FOR: Final = timedelta(days=3)
SILENT_FOR: Final = timedelta(hours=2)
#: What nobody asked for that long after it expired is forgotten.
KEPT_FOR: Final = timedelta(days=60)
#: Pages looked at at once, and addresses that wait; what comes beyond is wanted again at the next reading.
AT_ONCE: Final = 4
WAITING: Final = 500
#: The longest pause before a page is looked at, in seconds.
JITTER: Final = 6.0
_ACCEPT: Final = "text/html, application/xhtml+xml"
_HTML: Final = ("text/html", "application/xhtml+xml")


class Cards:
    """The previews of one node. `of` is safe to call from any thread; the rest belongs to the loop.

    Args:
        enabled: whether pages are looked at; without, there are no previews.
        jitter: the longest pause before a page is looked at, in seconds.
    """

    def __init__(
        self, db: Database, outbound: Outbound, *, enabled: bool = True, jitter: float = JITTER
    ) -> None:
        self._db = db
        self._outbound = outbound
        self._enabled = enabled
        self._jitter = jitter
        self._wanted: deque[str] = deque()
        self._under_way: set[str] = set()
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def of(self, tx: Tx, urls: Iterable[str]) -> dict[str, Card]:
        """The cards of those of *urls* that have one. What is not known, or was long ago, is looked at soon.

        One statement; none where there is no link.
        """
        asked = set(urls)
        if not asked or not self._enabled:
            return {}
        found = queries.by_urls(tx, asked)
        for url in asked:
            card = found.get(url)
            if card is None or card.expires_at <= tx.now:
                self._want(url)
        return {url: card for url, card in found.items() if card.page is not None}

    async def run(self, stop: asyncio.Event) -> None:
        """Look at what is wanted until *stop* is set; what is under way then is cut short."""
        woken = asyncio.Event()
        self._running = asyncio.get_running_loop(), woken
        try:
            async with asyncio.TaskGroup() as group:
                looking = [group.create_task(self._work(woken)) for _ in range(AT_ONCE)]
                await stop.wait()
                for each in looking:
                    each.cancel()
        finally:
            self._running = None

    async def run_once(self) -> int:
        """Look at everything that is wanted now, without a pause. Gives how many pages that were."""
        count = 0
        while self._wanted:
            await self._look(self._wanted.popleft())
            count += 1
        return count

    def _want(self, url: str) -> None:
        if url in self._under_way or len(self._wanted) >= WAITING:
            return
        self._under_way.add(url)
        self._wanted.append(url)
        running = self._running
        if running is not None:
            loop, woken = running
            loop.call_soon_threadsafe(woken.set)

    async def _work(self, woken: asyncio.Event) -> None:
        while True:
            if not self._wanted:
                woken.clear()
                await woken.wait()
                continue
            url = self._wanted.popleft()
            # No secret: it only spreads the visits of many servers.
            await asyncio.sleep(random.uniform(0, self._jitter))  # noqa: S311
            try:
                await self._look(url)
            except Exception:
                # The outermost loop: a database that is away for a moment must not end previews for good.
                log.exception("card.failed")

    async def _look(self, url: str) -> None:
        try:
            page, good_for = await self._page(url)
        except NodeError as error:
            page, good_for = None, SILENT_FOR if isinstance(error, NotNow) else NOTHING_FOR
            log.info("card.none", extra={"why": type(error).__name__})
        try:
            await self._db.write(lambda tx: _keep(tx, url, page, good_for))
        finally:
            self._under_way.discard(url)

    async def _page(self, url: str) -> tuple[Page | None, timedelta]:
        answer = await self._outbound.get(url, accept=_ACCEPT, limit=MAX_HTML, cut=True)
        if answer.status != 200:
            later = answer.status >= 500 or answer.status == 429
            return None, SILENT_FOR if later else NOTHING_FOR
        content_type = answer.headers.get("Content-Type", "")
        if content_type.partition(";")[0].strip().lower() not in _HTML:
            return None, NOTHING_FOR
        # In a thread: a MiB of somebody else's HTML takes some tens of milliseconds.
        found = await asyncio.to_thread(_read, answer.body, content_type)
        page = reading.page_of(found, answer.url)
        if found.oembed is not None and (page is None or page.image is None or not page.author):
            page = reading.joined(page, await self._oembed(urljoin(answer.url, found.oembed)))
        return page, GOOD_FOR if page is not None else NOTHING_FOR

    async def _oembed(self, url: str) -> Page | None:
        try:
            answer = await self._outbound.get(url, accept="application/json", limit=MAX_OEMBED)
        except NodeError:
            return None  # the page itself has answered, and that is enough
        return reading.oembed_of(answer.body, answer.url) if answer.status == 200 else None


def _read(body: bytes, content_type: str) -> reading.Found:
    return reading.look(reading.text_of(body, content_type))


def _keep(tx: Tx, url: str, page: Page | None, good_for: timedelta) -> None:
    known = queries.by_urls(tx, [url]).get(url)
    if page is None and known is not None and good_for == SILENT_FOR:
        page = known.page  # it does not answer at the moment: what it said last stays
    elif page is not None and page.creator is not None:
        handle = parse_handle(page.creator)
        person = actors.by_handle(tx, handle.name, handle.host) if handle and handle.host else None
        page = msgspec.structs.replace(page, author_id=person.id if person is not None else None)
    queries.keep(tx, url, page, until=tx.now + good_for)
    queries.forget_old(tx, tx.now - KEPT_FOR)
