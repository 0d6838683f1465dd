"""Discovery on a fresh database, with our own actor, and two other servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

import pytest

from fediverse_node.actors import local
from fediverse_node.actors.addresses import Addresses
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.model import Discovery, open_discovery
from fediverse_node.kernel.clock import system_clock
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.storage.engine import open_database
from tests.fakes.remote_server import RemoteActor, RemoteServer
from tests.fixtures.nodes import keys_for

OURS = Addresses("http://127.0.0.1:1")


@dataclass
class World:
    """Our side and theirs. `now` may be moved on."""

    discovery: Discovery
    there: RemoteServer
    elsewhere: RemoteServer
    bob: RemoteActor
    offset: timedelta

    @property
    def budget(self) -> Budget:
        return Budget()

    def later(self, **how: float) -> None:
        self.offset += timedelta(**how)


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    made: list[World] = []

    def clock() -> datetime:
        return system_clock() + (made[0].offset if made else timedelta())

    db = open_database(database_url, clock=clock)
    policy = AddressPolicy(allow_private_networks=(ip_network("127.0.0.0/8"),), allow_http=True)
    try:
        async with (
            Outbound(policy, user_agent="test", own_origin=OURS.origin) as outbound,
            RemoteServer() as there,
            RemoteServer("elsewhere") as elsewhere,
        ):
            await db.write(lambda tx: local.ensure_instance_actor(tx, OURS, keys_for("unit/instance")))
            found = open_discovery(db=db, outbound=outbound, clock=clock, addresses=OURS)
            made.append(World(found, there, elsewhere, there.add_actor("bob"), timedelta()))
            yield made[0]
    finally:
        await db.close()
