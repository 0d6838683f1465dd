"""Kills a sending node with `kill -9`, again and again, while it delivers; then counts what arrived.

scripts/kill-sender --kills 50 --deliveries 5000 --database sqlite

A node publishes posts through the client API and delivers them, signed, to inboxes on loopback. Each
life ends at a random moment of its delivering. At the end every post that the client was told is
published must have reached every inbox, and copies may be no more than what was on its way at a kill.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

import aiohttp
from aiohttp import web

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import local
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import queries as deliveries_room
from fediverse_node.federation.delivery.worker import SLOTS
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.oauth import tokens
from fediverse_node.storage.tx import Tx
from tests.fixtures.waiting import wait_until
from tests.reliability.node_process import NodeProcess
from tests.reliability.stores import Store, new_store

#: Inboxes, and the servers (ports) they are spread over.
INBOXES, SERVERS = 50, 10
#: The slowest answer of an inbox, in seconds.
SLOWEST = 0.03
#: For the last delivery to arrive, after the last start; longer than a lease and a first retry.
LAST_ARRIVAL_SECONDS = 180.0


@dataclass(kw_only=True)
class Report:
    """What happened.

    Attributes:
        on_their_way: requests that inboxes were answering when the node died, by life.
        copies: arrivals beyond the first of each activity at each inbox.
        lost: posts that did not reach every inbox.
        said_twice: posts with more than one Create.
        never_acknowledged: posts that arrived and that the client was never told of.
        recorded: envelopes by state, as the node itself remembers.
    """

    engine: str
    how: str
    ends: int
    posts: int
    expected: int
    arrivals: int = 0
    copies: int = 0
    most_of_one: int = 0
    on_their_way: list[int] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    said_twice: list[str] = field(default_factory=list)
    never_acknowledged: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)
    recorded: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    stops: list[tuple[int, float]] = field(default_factory=list)
    slowest_start: float = 0.0
    seconds: float = 0.0

    @property
    def broken(self) -> list[str]:
        """Which promises were not kept."""
        copies_allowed = SLOTS * self.ends if self.how == "kill" else 0
        promises = {
            "nothing is lost": not self.lost,
            "a post is said once": not self.said_twice,
            "what is sent was acknowledged": not self.never_acknowledged,
            "copies are no more than what was on its way": self.copies <= copies_allowed,
            "the node knows what arrived": self.recorded == {"delivered": self.expected},
            "the database is whole": not self.damage,
            "nothing failed inside": not self.complaints,
            "a stop ends well": all(code == 0 for code, _ in self.stops),
        }
        return [promise for promise, kept in promises.items() if not kept]


class Sink:
    """Inboxes that take everything a little slowly, check nothing, and write down what came where."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        #: (activity, its object, inbox)
        self.came: Counter[tuple[str, str, str]] = Counter()
        self.arrivals = 0
        self.open = 0
        self.ports: list[int] = []

    @property
    def distinct(self) -> int:
        """Different (activity, object, inbox)."""
        return len(self.came)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen on `SERVERS` ports."""
        application = web.Application()
        application.router.add_post("/inbox/{number}", self._take)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        for _ in range(SERVERS):
            await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.ports = [address[1] for address in runner.addresses]
        try:
            yield
        finally:
            await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        self.open += 1
        try:
            document = json.loads(await request.read())
            assert "Signature" in request.headers
            self.came[document["id"], document["object"]["id"], str(request.url)] += 1
            self.arrivals += 1
            await asyncio.sleep(self._chance.uniform(0, SLOWEST))
        finally:
            self.open -= 1
        return web.Response(status=202)


class Author:
    """A client that publishes, and does not let go before it was told so."""

    def __init__(self, node: NodeProcess, http: aiohttp.ClientSession, token: str) -> None:
        self._node, self._http, self._token = node, http, token
        self.published: list[str] = []

    async def publish_all(self, count: int, allowed: asyncio.Semaphore) -> None:
        """Publish *count* posts, one for each permission."""
        for number in range(count):
            await allowed.acquire()
            await self.publish(number)

    async def publish(self, number: int) -> None:
        """Post until it is acknowledged. The same key each time, as a careful client does."""
        key = f"post-{number}"

        async def attempt() -> str | None:
            try:
                async with self._http.post(
                    f"{self._node.origin}/api/v1/statuses",
                    json={"status": f"Post number {number}", "visibility": "public"},
                    headers={"Authorization": f"Bearer {self._token}", "Idempotency-Key": key},
                ) as answer:
                    text = await answer.text()
            except (aiohttp.ClientError, OSError):
                return None  # it was killed just now
            assert answer.status == 200, text
            uri: str = json.loads(text)["uri"]
            return uri

        self.published.append(await wait_until(f"post {number} to be acknowledged", attempt, seconds=60.0))


async def run(
    *,
    store: Store,
    folder: Path,
    ends: int,
    deliveries: int,
    how: Literal["kill", "stop"] = "kill",
    seed: int = 1,
    patient: bool = False,
) -> Report:
    """The whole thing.

    Args:
        store: a fresh database.
        folder: for logs and copies.
        ends: how many times it dies.
        deliveries: how many there are in all; a multiple of `INBOXES`.
        how: `kill` for kill -9, `stop` for SIGTERM, after which there must be no copies at all.
        seed: for the moments of death.
        patient: on PostgreSQL, wait for leases to run out instead of declaring that they have.
    """
    chance = random.Random(seed)
    posts = deliveries // INBOXES
    report = Report(engine=store.engine, how=how, ends=ends, posts=posts, expected=posts * INBOXES)
    began = time.monotonic()
    sink = Sink(chance)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(sink.listening())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        node = NodeProcess(folder, store.url, http=http)
        stack.push_async_callback(node.end)
        token = await store.write(lambda tx: _people(tx, node.origin, sink.ports))
        author = Author(node, http, token)
        allowed = asyncio.Semaphore(0)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        group.create_task(author.publish_all(posts, allowed))
        for number in range(ends):
            for _ in range(posts * number // (ends + 1), posts * (number + 1) // (ends + 1)):
                allowed.release()
            await node.start()
            await _until_some_moment(sink, posts * (number + 1) // (ends + 1) * INBOXES, chance)
            report.on_their_way.append(sink.open)
            if how == "stop":
                report.stops.append(await node.stop())
                continue
            await node.kill()
            if (damage := store.damage(folder)) is not None:
                report.damage.append(damage)
            if not patient:
                await store.run_out_leases()
        for _ in range(posts * ends // (ends + 1), posts):
            allowed.release()
        await node.start()

        async def all_there() -> bool:
            return sink.distinct >= report.expected

        await wait_until("everything to arrive", all_there, seconds=LAST_ARRIVAL_SECONDS, every=0.05)
        report.stops.append(await node.stop())
        _judge(report, sink, author)
        states = await store.write(deliveries_room.counts)
        report.recorded = states
        report.complaints = node.complaints()
        report.slowest_start = round(max(node.starts), 2)
    report.seconds = round(time.monotonic() - began, 1)
    return report


async def _until_some_moment(sink: Sink, released: int, chance: random.Random) -> None:
    """Until some of what may arrive in this life has, and a moment longer."""
    enough = chance.randint(sink.distinct, released)

    async def arrived() -> bool:
        return sink.distinct >= enough

    # Where a lease has to run out first, a life ends by the clock instead.
    with contextlib.suppress(AssertionError):
        await wait_until("some arrivals", arrived, seconds=1.5, every=0.003)
    await asyncio.sleep(chance.uniform(0, SLOWEST))


def _people(tx: Tx, origin: str, ports: list[int]) -> str:
    """Alice, whom somebody at each of the inboxes follows. Gives a token of hers."""
    alice = local.new_local_actor(tx, Addresses(origin), "alice", local_keys=local.generate_keys())
    account = accounts.create(tx, alice.id, password_hash=None)
    for number in range(INBOXES):
        there = f"http://127.0.0.1:{ports[number % len(ports)]}"
        uri = f"{there}/users/follower{number}"
        follower = Actor(
            id=tx.new_id(),
            uri=uri,
            local=False,
            type="Person",
            username=f"follower{number}",
            domain=there.removeprefix("http://"),
            inbox=f"{there}/inbox/{number}",
            followers=f"{uri}/followers",
            created_at=tx.now,
            updated_at=tx.now,
            fetched_at=tx.now,
        )
        actors.add(tx, follower)
        follow = Follow(
            id=tx.new_id(),
            follower_id=follower.id,
            target_id=alice.id,
            uri=f"{uri}#follow",
            state="accepted",
            created_at=tx.now,
            accepted_at=tx.now,
        )
        assert follows.add(tx, follow)
    return tokens.issue(tx, account.id, scopes="read write", app_name="kill-sender")


def _judge(report: Report, sink: Sink, author: Author) -> None:
    inboxes: dict[str, set[str]] = {uri: set() for uri in author.published}
    said: dict[str, set[str]] = {}
    for activity, post, inbox in sink.came:
        inboxes.setdefault(post, set()).add(inbox)
        said.setdefault(post, set()).add(activity)
    report.lost = [post for post, reached in inboxes.items() if len(reached) != INBOXES]
    report.said_twice = [post for post, activities in said.items() if len(activities) != 1]
    report.never_acknowledged = sorted(set(inboxes) - set(author.published))
    report.arrivals = sink.arrivals
    report.copies = sink.arrivals - sink.distinct
    report.most_of_one = max(sink.came.values())


def main() -> int:
    """The command. Exit code 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--deliveries", type=int, default=5000, help=f"a multiple of {INBOXES}")
    parser.add_argument(
        "--database", default="sqlite", help="sqlite, or a PostgreSQL server that lets us create databases"
    )
    parser.add_argument(
        "--stop", action="store_true", help="SIGTERM instead of kill -9: there may be no copies"
    )
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, new_store(given.database, Path(name)) as store:
        report = asyncio.run(
            run(
                store=store,
                folder=Path(name),
                ends=given.kills,
                deliveries=given.deliveries,
                how="stop" if given.stop else "kill",
                seed=given.seed,
                patient=True,
            )
        )
    print(json.dumps(asdict(report), indent=2))  # noqa: T201 this is a command
    print("broken: " + "; ".join(report.broken) if report.broken else "every promise was kept")  # noqa: T201 as above
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
