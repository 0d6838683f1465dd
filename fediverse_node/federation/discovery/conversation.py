"""Completing a conversation from its origins: upwards post by post, downwards by collections of replies.

Every post is fetched from its own origin and shaped like any other; whatever lists it is only a hint. What
is stored here was published some time ago: it takes its place by that time, enters nobody's home, and
nobody is told of it.

Bounds (limits table L): 50 fetches for each conversation in an hour, 5 steps deep, 3 pages or 100 items of
a collection, and an allowance for each host.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from fediverse_node.activitystreams.documents import CollectionDoc, ObjectDoc
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read import read_collection, visibility_of
from fediverse_node.activitystreams.values import identifier, is_web_address, link, nodes
from fediverse_node.federation.discovery import keeping, objects
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.memory import Allowance, Memory
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.federation.discovery.objects import FoundPost
from fediverse_node.kernel.clock import Clock
from fediverse_node.kernel.errors import NodeError, NotNow
from fediverse_node.kernel.urls import authority_of, same_origin
from fediverse_node.moderation.policy import policy
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.search import queries as search
from fediverse_node.storage.tx import Tx
from fediverse_node.threads import queries as threads
from fediverse_node.threads.model import ThreadJob
from fediverse_node.visibility.rule import OPEN

FETCHES_PER_THREAD: Final = 50
FETCHES_PER_HOST: Final = 300
DEPTH: Final = 5
PAGES: Final = 3
ITEMS: Final = 100
#: What all steps of one climb may cost together (as `fetch.MAX_FETCHES`).
FETCHES_PER_CLIMB: Final = 10
#: What one post may cost: itself, by another address, its author and the author's handle.
_FETCHES_PER_POST: Final = 5
_HOSTS: Final = 2_000
_HOUR: Final = 3600.0


class Hosts:
    """How much each host is asked for in an hour, for conversations, by this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._allowances: Memory[str, Allowance] = Memory(size=_HOSTS, seconds=_HOUR, clock=clock)

    def take(self, url: str) -> bool:
        """Use one of what the host of *url* has left."""
        host = authority_of(url)
        allowance = self._allowances.get(host)
        if allowance is None:
            allowance = Allowance(count=FETCHES_PER_HOST, seconds=_HOUR, clock=self._clock)
            self._allowances.put(host, allowance)
        return allowance.take()


@dataclass(frozen=True, slots=True, kw_only=True)
class Completing:
    """One job at work.

    Attributes:
        members: ids that are known to be part of the conversation: what answers none of them is not stored.
        climb: what is left for steps upwards. A post that arrives may begin them, so they are bounded as
            what one activity causes is.
    """

    discovery: Discovery
    hosts: Hosts
    job: ThreadJob
    members: set[str] = field(default_factory=set)
    climb: Budget = field(default_factory=lambda: Budget(FETCHES_PER_CLIMB))

    async def run(self) -> None:
        """Fill the gap as far as the bounds allow.

        Raises:
            NotNow: the first thing that was asked for cannot be had at the moment.
        """
        if self.job.kind == "ancestors":
            await self._climb()
        else:
            await self._gather()

    async def _climb(self) -> None:
        uri: str | None = self.job.uri
        for step in range(DEPTH):
            if uri is None:
                return
            try:
                post, _ = await self._post(uri, any_post=True)
            except NotNow:
                if step == 0:
                    raise
                return
            except NodeError:
                return
            uri = post.in_reply_to_uri if post is not None and post.in_reply_to_id is None else None

    async def _gather(self) -> None:
        found = await self._fetch_post(self.job.uri)
        if found is None:
            return
        self.members.add(self.job.uri)
        waiting = deque([(found.doc, 0)])
        while waiting:
            doc, depth = waiting.popleft()
            listed, whole = await self._listed(doc)
            self.members.update(listed)
            for uri in listed:
                below = await self._below(uri)
                if below is not None and depth + 1 < DEPTH and not whole:
                    waiting.append((below, depth + 1))

    async def _below(self, uri: str) -> ObjectDoc | None:
        """Store the reply *uri*; its document when it is new here, and may have replies of its own."""
        try:
            _, doc = await self._post(uri, any_post=False)
        except NodeError:
            return None
        return doc

    async def _post(self, uri: str, *, any_post: bool) -> tuple[Post | None, ObjectDoc | None]:
        """The post *uri*: as it is here, or fetched (then with its document) and stored."""
        here, wanted = await self.discovery.db.read(lambda tx: self._look(tx, uri))
        if here is not None or not wanted:
            return here, None
        found = await self._fetch_post(uri)
        if found is None or visibility_of(found.doc.to, found.doc.cc, None) not in OPEN:
            return None, None

        def store(tx: Tx) -> Post | None:
            if not any_post and not self._is_member(tx, found.doc):
                return None
            stored = keeping.store(tx, found, in_its_time=True)
            if stored is not None:
                search.stored_late(tx, stored.id)
            return stored

        stored = await self.discovery.db.write(store)
        return stored, found.doc if stored is not None else None

    def _look(self, tx: Tx, uri: str) -> tuple[Post | None, bool]:
        """The post as it is here, and whether it may be fetched when it is not."""
        if not is_web_address(uri) or same_origin(uri, self.discovery.addresses.origin):
            return None, False
        here = posts.by_uri(tx, uri)
        gone = here is None and posts.is_gone(tx, uri)
        return here, not gone and not policy(tx).is_shut_out(uri)

    def _is_member(self, tx: Tx, doc: ObjectDoc) -> bool:
        parent = doc.in_reply_to
        return parent is not None and (parent in self.members or posts.by_uri(tx, parent) is not None)

    async def _fetch_post(self, uri: str) -> FoundPost | None:
        if not await self._may_fetch(uri):
            return None
        upwards = self.job.kind == "ancestors"
        return await objects.fetch(self.discovery, uri, self.climb if upwards else Budget(_FETCHES_PER_POST))

    async def _may_fetch(self, url: str) -> bool:
        if not is_web_address(url) or not self.hosts.take(url):
            return False

        def take(tx: Tx) -> bool:
            if policy(tx).is_shut_out(url):
                return False
            return threads.take(tx, self.job.thread_id, "fetch", most=FETCHES_PER_THREAD)

        return await self.discovery.db.write(take)

    async def _listed(self, doc: ObjectDoc) -> tuple[list[str], bool]:
        """Ids that its origin lists as replies to a post, and whether they are the whole conversation."""
        assert doc.id is not None
        context = _context(doc)
        found = await self._items(context, doc.id) if context is not None else []
        whole = bool(found)
        replies = _replies(doc)
        if not whole and replies is not None:
            found = await self._items(replies, doc.id)
        return [uri for uri in dict.fromkeys(found) if uri != doc.id][:ITEMS], whole

    async def _items(self, where: str | JsonDict, origin: str) -> list[str]:
        found: list[str] = []
        asked: set[str] = set()
        following: str | JsonDict | None = where
        for _ in range(PAGES + 1):  # the collection itself, and its pages
            if following is None or len(found) >= ITEMS:
                break
            page = await self._page(following, origin, asked)
            if page is None:
                break
            found += [uri for item in page.items if (uri := _id_of(item)) is not None]
            following = page.first_page or page.first or page.next
        return found[:ITEMS]

    async def _page(self, where: str | JsonDict, origin: str, asked: set[str]) -> CollectionDoc | None:
        """One page; None when it cannot be had, is of another server, or was read before."""
        try:
            if isinstance(where, str):
                if where in asked or not same_origin(where, origin) or not await self._may_fetch(where):
                    return None
                asked.add(where)
                where = await self.discovery.fetcher.document(where, Budget())
            return read_collection(where)
        except NodeError:
            return None


def _replies(doc: ObjectDoc) -> str | JsonDict | None:
    """Where replies to *doc* are listed: embedded as they are, else by address."""
    embedded = next(nodes(doc.raw.get("replies")), None)
    if embedded is not None and ("first" in embedded or "items" in embedded or "orderedItems" in embedded):
        return embedded
    return doc.replies


def _context(doc: ObjectDoc) -> str | None:
    """Where the conversation is listed (FEP-7888, FEP-f228), asked only of whoever began it."""
    context = link(doc.raw.get("context"))
    return context if doc.in_reply_to is None and is_web_address(context) else None


def _id_of(item: str | JsonDict) -> str | None:
    uri = item if isinstance(item, str) else identifier(item)
    return uri if is_web_address(uri) else None
