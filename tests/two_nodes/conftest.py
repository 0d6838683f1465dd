"""Two nodes of ours that speak to each other, and a third server that sees what it is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from fediverse_node.arrivals import queries as arrivals
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.delivery.queue import BELL
from tests.fakes.remote_server import RemoteActor, RemoteServer
from tests.fixtures.databases import NewDatabase
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.waiting import wait_until

JsonDict = dict[str, Any]


class MovedClock:
    """The machine's time, moved forward as far as a test likes. Both nodes go by it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """What somebody does with an app on their own node."""

    node: LiveNode
    person: Person

    @property
    def handle(self) -> str:
        return f"@{self.person.actor.username}@{self.node.domain}"

    @property
    def uri(self) -> str:
        return self.person.actor.uri

    async def call(self, method: str, path: str, **fields: Any) -> Any:
        """The body of an answer, which must be a 200."""
        async with self.node.http.request(
            method,
            f"/api/{path}",
            headers=self.person.bearer,
            params=fields if method == "GET" else None,
            json=None if method == "GET" else fields,
        ) as answer:
            body = await answer.json()
            assert answer.status == 200, (method, path, body)
            return body

    async def find(self, handle: str) -> str:
        """The id that somebody has on this node, who may be met here for the first time."""
        found = await self.call("GET", "v2/search", q=handle, resolve="true", type="accounts")
        assert len(found["accounts"]) == 1, found
        id_: str = found["accounts"][0]["id"]
        return id_

    async def relationship(self, other: App) -> JsonDict:
        """How the two stand, as this node sees it."""
        known = await self.call("GET", f"v1/accounts/{await self.find(other.handle)}")
        found: list[JsonDict] = await self.call("GET", "v1/accounts/relationships", **{"id[]": known["id"]})
        return found[0]

    async def follow(self, other: App) -> None:
        """Follow, and wait until it is accepted."""
        await self.call("POST", f"v1/accounts/{await self.find(other.handle)}/follow")
        await self.sees(f"that {other.handle} accepted", self.follows(other))

    def follows(self, other: App) -> Callable[[], Any]:
        async def look() -> bool:
            return bool((await self.relationship(other))["following"])

        return look

    async def write(self, text: str, **fields: Any) -> JsonDict:
        """Publish."""
        made: JsonDict = await self.call("POST", "v1/statuses", status=text, **fields)
        return made

    async def home(self) -> dict[str, JsonDict]:
        """The home timeline, by uri."""
        page = await self.call("GET", "v1/timelines/home", limit=40)
        return {status["uri"]: status for status in page}

    async def told(self, kind: str) -> list[JsonDict]:
        """Notifications of one kind, newest first."""
        page: list[JsonDict] = await self.call("GET", "v1/notifications", **{"types[]": kind})
        return page

    async def reads(self, uri: str, **like: Any) -> JsonDict:
        """Wait until a post is at home, with these values."""

        async def look() -> JsonDict | None:
            status = (await self.home()).get(uri)
            return status if status and like.items() <= status.items() else None

        found: JsonDict = await self.sees(f"{uri} {like}", look)
        return found

    async def shows(self, uri: str) -> bool:
        """Whether this node has a post at all and shows it to this person."""
        found = await self.call("GET", f"v2/search?q={quote(uri, safe='')}")
        return bool(found["statuses"])

    async def sees(self, what: str, look: Callable[[], Any]) -> Any:
        """Wait."""
        return await wait_until(f"{self.handle} to see {what}", look)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """alice and erin live on alpha, bob and carol on beta, dave on a server that is not ours.

    erin lets people follow her by hand.
    """

    alpha: LiveNode
    beta: LiveNode
    elsewhere: RemoteServer
    clock: MovedClock
    alice: App
    erin: App
    bob: App
    carol: App
    dave: RemoteActor

    async def later(self, **how_long: float) -> None:
        """Let time pass on both nodes."""
        self.clock.ahead += timedelta(**how_long)
        for node in (self.alpha, self.beta):
            await node.node.db.write(lambda tx: tx.ring(BELL))

    async def settled(self) -> None:
        """Wait until nothing is on its way any more."""

        async def look() -> bool:
            for node in (self.alpha, self.beta):
                if await node.node.db.read(lambda tx: deliveries.counts(tx).get("waiting", 0)):
                    return False
                if await node.node.db.read(arrivals.waiting):
                    return False
            return True

        await wait_until("all mail to be delivered", look)


@pytest.fixture
async def world(new_database: NewDatabase) -> AsyncIterator[World]:
    clock = MovedClock()
    async with (
        running_node(new_database(), name="alpha", workers=True, clock=clock) as alpha,
        running_node(new_database(), name="beta", workers=True, clock=clock) as beta,
        RemoteServer("elsewhere") as elsewhere,
    ):
        yield World(
            alpha=alpha,
            beta=beta,
            elsewhere=elsewhere,
            clock=clock,
            alice=App(node=alpha, person=await alpha.add_person("alice")),
            erin=App(node=alpha, person=await alpha.add_person("erin", manually_approves=True)),
            bob=App(node=beta, person=await beta.add_person("bob")),
            carol=App(node=beta, person=await beta.add_person("carol")),
            dave=elsewhere.add_actor("dave"),
        )
