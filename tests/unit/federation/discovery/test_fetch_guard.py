"""SSRF-01 to SSRF-10 and SSRF-23 for the key, the actor and WebFinger: nothing private is ever connected to.

How an address is judged is tested in the outbound room. Here: that each way in passes that judge, by
listening where a connection would arrive.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from fediverse_node.federation.discovery import actors, keys
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.model import Discovery, open_discovery
from fediverse_node.kernel.errors import NodeError
from fediverse_node.kernel.text import Handle
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.guard import AddressPolicy
from tests.fakes.addresses import FORBIDDEN, SPELLINGS_OF_LOOPBACK
from tests.unit.federation.discovery.conftest import OURS, World

WaysIn = dict[str, Callable[[Discovery, str], Awaitable[object]]]

WAYS_IN: WaysIn = {
    "key": lambda found, host: keys.fetch(found, f"http://{host}/users/bob#main-key", Budget()),
    "actor": lambda found, host: actors.by_uri(found, f"http://{host}/users/bob", Budget()),
    "webfinger": lambda found, host: actors.by_handle(found, Handle("bob", host), Budget()),
}


@dataclass
class Canary:
    """Listens on loopback and counts who comes."""

    port: int
    visits: int = 0


@asynccontextmanager
async def canary() -> AsyncIterator[Canary]:
    made = Canary(0)

    async def visit(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.visits += 1
        writer.close()

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


@asynccontextmanager
async def guarded(world: World) -> AsyncIterator[Discovery]:
    """Discovery whose operator allowed plain http, and no private network."""
    async with Outbound(
        AddressPolicy(allow_http=True), user_agent="test", own_origin=OURS.origin
    ) as outbound:
        opened = open_discovery(
            db=world.discovery.db, outbound=outbound, clock=world.discovery.clock, addresses=OURS
        )
        yield opened


@pytest.mark.parametrize("way_in", WAYS_IN)
async def test_no_private_address_is_connected_to(world: World, way_in: str) -> None:
    async with canary() as bird, guarded(world) as found:
        for address in FORBIDDEN:
            host = f"[{address}]" if ":" in address else address
            with pytest.raises(NodeError):
                await WAYS_IN[way_in](found, f"{host}:{bird.port}")

        assert bird.visits == 0


@pytest.mark.parametrize("way_in", WAYS_IN)
async def test_no_other_spelling_of_loopback_helps(world: World, way_in: str) -> None:
    async with canary() as bird, guarded(world) as found:
        for spelling in SPELLINGS_OF_LOOPBACK:
            with pytest.raises(NodeError):
                await WAYS_IN[way_in](found, f"{spelling}:{bird.port}")

        assert bird.visits == 0


@pytest.mark.parametrize("way_in", WAYS_IN)
async def test_the_same_way_in_connects_where_the_operator_allows_it(world: World, way_in: str) -> None:
    async with canary() as bird:
        with pytest.raises(NodeError):
            await WAYS_IN[way_in](world.discovery, f"127.0.0.1:{bird.port}")

        assert bird.visits > 0
