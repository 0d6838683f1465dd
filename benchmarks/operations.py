"""What is measured. Each function makes its load, lets the node work, and gives a figure."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from benchmarks.engines import Engine
from benchmarks.process import NodeProcess
from benchmarks.remote import KEY_PAIRS, JsonDict, Somebody, World
from benchmarks.rows import Village
from benchmarks.table import Figure
from benchmarks.wire import Listener, Reply, request, send_all
from fediverse_node.activitystreams.vocabulary import ACTIVITY_JSON
from fediverse_node.web import cursors

#: Connections the load comes over.
CONNECTIONS = 16
#: Parts in which each measurement is made. Somebody else uses the machine during some of them.
ROUNDS = 4
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What every measurement needs.

    Attributes:
        count: operations of one kind; fewer where a kind is expensive or its subjects run out.
        world: what the other servers know; `listener` answers for it.
        hanging: servers that take what they are sent and never answer.
    """

    node: NodeProcess
    village: Village
    world: World
    listener: Listener
    hanging: Listener
    engine: Engine
    count: int

    @property
    def inbox(self) -> str:
        """The shared inbox."""
        return f"{self.node.place.origin}/inbox"

    def get(self, target: str, accept: str, *, token: str = "") -> bytes:
        """A request for *target*."""
        headers = [("Host", self.node.place.domain), ("Accept", accept), ("User-Agent", "benchmark")]
        if token:
            headers.append(("Authorization", f"Bearer {token}"))
        return request("GET", target, headers)

    async def measure(
        self,
        operation: str,
        requests: Sequence[bytes],
        *,
        budget: float | None,
        status: int = 200,
        deliveries: int = 0,
        per: int = 1,
    ) -> Figure:
        """Send *requests* in `ROUNDS` parts; the figure is that of the round that was disturbed least.

        With *deliveries*, each request causes so many requests to the other servers, which are waited
        for and paid for. With *per*, it stands for so many operations.

        Raises:
            RuntimeError: one of the requests was not answered with *status*.
        """
        size = max(len(requests) // ROUNDS, 1)
        rounds = [
            await self._round(requests[first : first + size], status=status, deliveries=deliveries)
            for first in range(0, size * min(ROUNDS, len(requests)), size)
        ]
        used, wall, database = min(rounds)
        return Figure(
            operation=operation,
            value=used * 1000 / (size * per),
            database=database * 1000 / (size * per) if self.engine.apart else None,
            count=size * per * len(rounds),
            per_second=size * per / wall,
            budget=budget,
        )

    async def _round(
        self, requests: Sequence[bytes], *, status: int, deliveries: int
    ) -> tuple[float, float, float]:
        """CPU seconds of the node, wall seconds, and CPU seconds of the database server."""
        expected = self.listener.received + deliveries * len(requests)
        began, used, database = time.perf_counter(), self.node.cpu_seconds(), self.engine.cpu_seconds()
        replies = await send_all("127.0.0.1", self.node.place.port, requests, connections=CONNECTIONS)
        if deliveries:
            await self.listener.until(expected, seconds=_PATIENCE)
        wall = time.perf_counter() - began
        if deliveries:
            await asyncio.sleep(0.3)  # the last of them are still being written down
        used = self.node.cpu_seconds() - used
        require(replies, status)
        return used, wall, self.engine.cpu_seconds() - database


async def creates(bench: Bench) -> list[Figure]:
    """Posts of followed people: stored, and in the reader's home."""
    authors = bench.village.authors
    letters = [
        author.letter(bench.inbox, author.create())
        for author in (authors[number % len(authors)] for number in range(bench.count))
    ]
    before = await _newest_at_home(bench)
    found = await _with_stored(bench, "inbound Create", letters)
    if await _newest_at_home(bench) == before:
        msg = "what was delivered is not in the home timeline"
        raise RuntimeError(msg)
    return found


async def _with_stored(bench: Bench, operation: str, letters: Sequence[bytes]) -> list[Figure]:
    """What each of *letters* costs, and what it leaves in the database."""
    before = bench.engine.stored()
    figure = await bench.measure(operation, letters, budget=0.9, status=202)
    after, count = bench.engine.stored(), figure.count
    size, rows = (after.size - before.size) / count, (after.rows - before.rows) / count
    return [
        figure,
        Figure(operation=f"{operation}, stored", value=size, unit="bytes", count=count),
        Figure(operation=f"{operation}, rows", value=rows, unit="rows", count=count),
    ]


async def creates_on_one_core(bench: Bench) -> list[Figure]:
    """How many of them fit into a second of one core; whoever makes the load has the others."""
    authors = bench.village.authors
    letters = [
        author.letter(bench.inbox, author.create())
        for author in (authors[number % len(authors)] for number in range(bench.count))
    ]
    with bench.node.on_one_core():
        figure = await bench.measure("inbound Create on one core", letters, budget=None, status=202)
    return [replace(figure, value=figure.per_second or 0.0, unit="per second", budget=1000, at_least=True)]


async def likes(bench: Bench) -> list[Figure]:
    """Known people like the reader's posts, each pair once."""
    letters = [author.letter(bench.inbox, author.like(post)) for author, post in _pairs(bench)]
    return await _with_stored(bench, "inbound Like", letters)


async def announces(bench: Bench) -> list[Figure]:
    """They pass them on, into the reader's home."""
    letters = [author.letter(bench.inbox, author.announce(post)) for author, post in _pairs(bench)]
    return [await bench.measure("inbound Announce", letters, budget=0.9, status=202)]


async def follows_of_known(bench: Bench) -> list[Figure]:
    """Known people follow people of ours, and are accepted."""
    pairs = product(bench.village.people, bench.village.authors)
    letters = [
        author.letter(bench.inbox, author.follow(person.uri))
        for person, author in islice(pairs, max(bench.count // 4, 1))
    ]
    return [await bench.measure("inbound Follow", letters, budget=2, status=202, deliveries=1)]


async def follows_of_unknown(bench: Bench) -> list[Figure]:
    """People we never heard of follow the reader: their actor is fetched, the Accept delivered."""
    origin = f"http://{bench.listener.domains[0]}"
    strangers = [
        Somebody(origin=origin, name=f"stranger{number}", pair=number % KEY_PAIRS)
        for number in range(max(bench.count // 4, 1))
    ]
    bench.world.people.update({stranger.name: stranger for stranger in strangers})
    letters = [each.letter(bench.inbox, each.follow(bench.village.reader.uri)) for each in strangers]
    # A fetch of the actor and a delivery for each.
    return [await bench.measure("inbound Follow, unknown", letters, budget=4, status=202, deliveries=2)]


async def actor_gets(bench: Bench) -> list[Figure]:
    """Actor documents: each for the first time, and one again and again."""
    first = [bench.get(f"/users/{each.username}", ACTIVITY_JSON) for each in bench.village.people]
    again = [first[0]] * bench.count
    return [
        await bench.measure("actor GET, made anew", first, budget=None),
        await bench.measure("actor GET", again, budget=0.2),
    ]


async def note_gets(bench: Bench) -> list[Figure]:
    """Notes: each for the first time, and one again and again."""
    first = [bench.get(f"/users/reader/posts/{id_}", ACTIVITY_JSON) for id_ in bench.village.posts[-500:]]
    return [
        await bench.measure("note GET, made anew", first, budget=None),
        await bench.measure("note GET", [first[0]] * bench.count, budget=0.2),
    ]


async def webfinger(bench: Bench) -> list[Figure]:
    """One handle, again and again."""
    target = f"/.well-known/webfinger?resource=acct:reader@{bench.node.place.domain}"
    return [await bench.measure("WebFinger", [bench.get(target, "*/*")] * bench.count, budget=0.2)]


async def home_timeline(bench: Bench) -> list[Figure]:
    """The newest page of a person with an app."""
    asked = bench.get("/api/v1/timelines/home?limit=20", "*/*", token=bench.village.reader_token)
    return [await bench.measure("home timeline of 20", [asked] * (bench.count // 2), budget=1)]


async def profiles(bench: Bench) -> list[Figure]:
    """A person's page: pages that begin at each of the posts, once each, and the first again and again."""
    ids = bench.village.posts[20:320]
    first = [bench.get(f"/@reader?page={cursors.encode('before', id_)}", "text/html") for id_ in ids]
    again = [bench.get("/@reader", "text/html")] * bench.count
    return [
        await bench.measure("profile page of 20, made anew", first, budget=2),
        await bench.measure("profile page of 20", again, budget=2),
    ]


async def _newest_at_home(bench: Bench) -> str:
    asked = bench.get("/api/v1/timelines/home?limit=1", "*/*", token=bench.village.reader_token)
    found: list[JsonDict] = json.loads((await _ask(bench, asked)).body)
    return str(found[0]["uri"])


async def _ask(bench: Bench, asked: bytes) -> Reply:
    replies = await send_all("127.0.0.1", bench.node.place.port, [asked], connections=1)
    require(replies, 200)
    return replies[0]


def _pairs(bench: Bench) -> list[tuple[Somebody, str]]:
    posts = (f"{bench.village.reader.uri}/posts/{id_}" for id_ in bench.village.posts)
    return [(author, post) for post, author in islice(product(posts, bench.village.authors), bench.count)]


def require(replies: Sequence[Reply], status: int) -> None:
    """All of *replies* have *status*.

    Raises:
        RuntimeError: one has not.
    """
    wrong = [reply for reply in replies if reply.status != status]
    if wrong:
        found = f"{wrong[0].status} {wrong[0].body[:300]!r}"
        msg = f"{len(wrong)} of {len(replies)} answers were not {status}: {found}"
        raise RuntimeError(msg)
