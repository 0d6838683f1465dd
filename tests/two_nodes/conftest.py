"""Two nodes of ours that speak to each other, and a third server that sees what it is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from fediverse_node.arrivals import queries as arrivals
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.delivery.queue import BELL
from tests.fakes.remote_server import RemoteActor, RemoteServer
from tests.fixtures.apps import App
from tests.fixtures.databases import NewDatabase
from tests.fixtures.nodes import LiveNode, running_node
from tests.fixtures.waiting import wait_until


class MovedClock:
    """The machine's time, moved forward as far as a test likes. Both nodes go by it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


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
