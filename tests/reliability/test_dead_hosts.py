"""Servers that are dead slow nobody else down, and miss nothing when they come back (R12, R13)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.deliveries.tables import envelopes
from fediverse_node.federation.delivery import queue, slots
from fediverse_node.federation.delivery.worker import DeliveryWorker
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.limits import Limits
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Row, Tx
from tests.fakes.inbox_sink import Sink, open_sinks
from tests.fixtures.outbox import TurnedClock, alice, clock, db, loopback_outbound, outbound
from tests.fixtures.rooms import ADDRESSES
from tests.fixtures.waiting import wait_until

__all__ = ["alice", "clock", "db", "outbound"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]  # for machines that have much else to do

#: Servers, and how many of ten are black holes.
HOSTS, DEAD_OF_TEN = 300, 3
LETTERS = 3
#: Seconds of patience with one exchange, and for all the healthy to be served: none is given up before.
PATIENCE, SERVED = 600.0, 150.0
#: Seconds after which a server counts as slow; more than usual, as none may seem so because this machine is.
SLOW = 5.0
#: Fewer than there are dead servers, which could hold all of them.
SLOTS = 64


async def post(db: Database, author: Actor, inboxes: list[str], count: int) -> list[str]:
    """*count* letters to each inbox; their ids in order."""

    def unit(tx: Tx) -> list[str]:
        made = []
        for _ in range(count):
            id_ = f"{ADDRESSES.origin}/activities/{tx.new_id()}"
            document = {"id": id_, "type": "Create", "actor": author.uri}
            queue.enqueue(tx, actor=author, document=document, inboxes=inboxes)
            made.append(id_)
        return made

    return await db.write(unit)


async def rows(db: Database) -> list[Row]:
    return list(await db.read(lambda tx: tx.all(envelopes.select())))


@asynccontextmanager
async def working(db: Database, client: Outbound) -> AsyncIterator[None]:
    worker = DeliveryWorker(db, client, alone=True, slots=SLOTS, slow_after=slots.SLOW_AFTER)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run(stop))
        try:
            yield
        finally:
            stop.set()


async def test_a_third_of_black_holes_keeps_no_healthy_server_waiting(
    db: Database, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:  # R12
    monkeypatch.setattr(slots, "SLOW_AFTER", SLOW)
    end = asyncio.Event()
    sinks = [Sink(gate=end if number % 10 < DEAD_OF_TEN else None) for number in range(HOSTS)]
    healthy = [sink for sink in sinks if sink.gate is None]
    async with loopback_outbound(limits=Limits(total=PATIENCE)) as client, open_sinks(*sinks):
        sent = await post(db, alice, [sink.inbox for sink in sinks], LETTERS)
        async with working(db, client):

            async def served() -> bool:
                return all(len(sink.arrived) >= LETTERS for sink in healthy)

            try:
                # The dead say nothing before the end, so nobody's turn comes by their being given up.
                await wait_until("every healthy server to have everything", served, seconds=SERVED)
            finally:
                end.set()
    for sink in healthy:
        assert sink.ids == sent


async def test_a_host_that_was_away_for_two_days_gets_everything_in_order(
    db: Database, outbound: Outbound, alice: Actor, clock: TurnedClock
) -> None:  # R13
    sink = Sink(status=500)
    began = clock()
    async with open_sinks(sink):
        sent = await post(db, alice, [sink.inbox], 2)
        while clock() - began < timedelta(hours=48):
            knocks = len(sink.arrived)
            due = min(row.due_at for row in await rows(db))
            clock.now = max(clock.now + timedelta(minutes=1), due)
            if clock() - began < timedelta(hours=24) and len(sent) < 12:
                sent += await post(db, alice, [sink.inbox], 1)
            async with working(db, outbound):
                await attempted(db, clock, sink, knocks)
        failures = len(sink.arrived)
        assert failures < 60, "a dead host is asked ever more rarely"

        sink.status = 202
        sink.arrived.clear()
        for _ in range(6):
            clock.turn(hours=13)
            async with working(db, outbound):
                await attempted(db, clock, sink, len(sink.arrived))
            if len(sink.arrived) >= len(sent):
                break
        found = await rows(db)
    assert {row.state for row in found} == {"delivered"}
    assert sink.ids == sent


async def attempted(db: Database, clock: TurnedClock, sink: Sink, before: int) -> None:
    """Wait until nothing is due any more that may be tried now."""

    async def look() -> bool:
        found = [row for row in await rows(db) if row.state == "waiting"]
        quiet = not any(row.leased_until for row in found)
        return quiet and (len(sink.arrived) > before or all(row.due_at > clock() for row in found))

    await wait_until("what is due to be tried", look)
