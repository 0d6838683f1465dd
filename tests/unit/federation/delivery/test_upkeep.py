from __future__ import annotations

import asyncio

from fediverse_node.deliveries import workers
from fediverse_node.federation.delivery.upkeep import Upkeep
from fediverse_node.moderation import servers
from fediverse_node.moderation.model import DomainBlock
from fediverse_node.outbound.client import Outbound
from fediverse_node.peers import queries as peers
from fediverse_node.peers.model import Peer
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fakes.remote_server import Answer, RemoteServer
from tests.fixtures.outbox import TurnedClock
from tests.fixtures.waiting import wait_until

SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"


def speak(there: RemoteServer, software: object) -> None:
    links = [{"rel": f"{SCHEMA}2.0", "href": f"{there.origin}/nodeinfo/2.0"}]
    there.answers["/.well-known/nodeinfo"] = Answer(document={"links": links})
    there.answers["/nodeinfo/2.0"] = Answer(document={"software": software})


async def software(db: Database, host: str) -> str | None:
    peer = await db.read(lambda tx: peers.by_host(tx, host))
    assert peer is not None
    return peer.software


async def test_a_process_says_that_it_is_there_and_that_it_goes(db: Database, outbound: Outbound) -> None:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(Upkeep(db, outbound, curious=False).run(stop))
        await wait_until("a sign of life", lambda: db.read(workers.alive))
        stop.set()
    assert await db.read(workers.alive) == {}


async def test_servers_are_asked_what_they_run_in_the_background(
    db: Database, outbound: Outbound, clock: TurnedClock
) -> None:
    async with RemoteServer() as there:
        await db.write(lambda tx: peers.save(tx, Peer(host=there.domain, last_success_at=tx.now)))
        upkeep = Upkeep(db, outbound, scheme="http", curious=True)
        speak(there, {"name": "mastodon", "version": "4.6.0"})
        await upkeep.take_turn(0)
        assert await software(db, there.domain) is None
        await upkeep.take_turn(1)
        assert await software(db, there.domain) == "mastodon 4.6.0"
        speak(there, {"name": "other"})
        await upkeep.take_turn(11)
        assert await software(db, there.domain) == "mastodon 4.6.0"
        clock.turn(days=8)
        await upkeep.take_turn(21)
        assert await software(db, there.domain) == "other"


async def test_a_server_that_is_shut_out_is_not_asked(
    db: Database, outbound: Outbound, clock: TurnedClock
) -> None:
    async with RemoteServer() as there:

        def unit(tx: Tx) -> None:
            peers.save(tx, Peer(host=there.domain, last_success_at=tx.now))
            servers.save(tx, DomainBlock(domain="127.0.0.1", severity="suspend"))

        await db.write(unit)
        speak(there, {"name": "mastodon"})
        await Upkeep(db, outbound, scheme="http", curious=True).take_turn(1)
        assert await software(db, there.domain) is None
