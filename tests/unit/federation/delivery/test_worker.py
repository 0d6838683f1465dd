from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import claims
from fediverse_node.deliveries.tables import envelopes
from fediverse_node.federation.delivery import queue, turn
from fediverse_node.federation.delivery.telling import Change
from fediverse_node.federation.delivery.worker import DeliveryWorker
from fediverse_node.follows import queries as follows
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.limits import Limits
from fediverse_node.peers import queries as peers
from fediverse_node.signatures import cavage, keys
from fediverse_node.signatures.base import SignatureRefused
from fediverse_node.signatures.digest import check_digests
from fediverse_node.signatures.verify import check, peek
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Row, Tx
from tests.fakes.inbox_sink import Sink, open_sinks
from tests.fixtures.outbox import START, TurnedClock, loopback_outbound, member
from tests.fixtures.rooms import ADDRESSES, follow, stranger

Starter = Callable[[], "asyncio.Task[None]"]


def letter(actor: Actor, number: int, *, type_: str = "Create") -> dict[str, object]:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{ADDRESSES.origin}/activities/{number}",
        "type": type_,
        "actor": actor.uri,
    }


async def post_letters(db: Database, actor: Actor, inboxes: list[str], count: int = 1) -> None:
    def unit(tx: Tx) -> None:
        for _ in range(count):
            document = letter(actor, tx.new_id())
            queue.enqueue(tx, actor=actor, document=document, inboxes=inboxes, post_id=7)

    await db.write(unit)


async def rows(db: Database) -> list[Row]:
    return list(await db.read(lambda tx: tx.all(envelopes.select().order_by(envelopes.c.id))))


@asynccontextmanager
async def working(db: Database, outbound: Outbound, **options: object) -> AsyncIterator[DeliveryWorker]:
    """A worker at work; it is told to stop at the end, and has to."""
    worker = DeliveryWorker(db, outbound, alone=True, **options)  # type: ignore[arg-type]  # passed on as they are
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run(stop))
        try:
            yield worker
        finally:
            stop.set()


async def until(db: Database, condition: Callable[[list[Row]], bool]) -> list[Row]:
    """Wait for what the worker does, at most as long as a test may take."""
    async with asyncio.timeout(60):
        while not condition(found := await rows(db)):
            pass  # each look goes through another thread, so the worker has its turn
    return found


def all_done(found: list[Row]) -> bool:
    return all(row.state != "waiting" for row in found)


def tried(found: list[Row]) -> bool:
    return all(row.attempts > 0 for row in found)


async def test_a_letter_arrives_signed_with_the_authors_key_as_the_stored_bytes(
    db: Database, outbound: Outbound, alice: Actor, clock: TurnedClock
) -> None:
    sink = Sink()
    async with open_sinks(sink), working(db, outbound):
        await post_letters(db, alice, [sink.inbox])
        [row] = await until(db, all_done)
    assert (row.state, row.attempts, row.last_status, row.leased_until) == ("delivered", 1, 202, None)
    [arrived] = sink.arrived
    [key] = [key for key in await db.read(lambda tx: actors.keys_of(tx, alice.id)) if key.kind == "rsa"]
    claimed = peek(arrived.message, expected_authority=sink.host, now=clock())
    assert claimed.key_id == f"{alice.uri}#main-key"
    verified = check(claimed, arrived.message, keys.load_public(key.public_key, key.key_id))
    assert set(verified.covered) == {"(request-target)", "host", "date", "digest", "content-type"}
    assert arrived.message.header_values("content-type") == ("application/activity+json",)
    check_digests(arrived.message)


async def test_each_attempt_is_signed_anew(
    db: Database, outbound: Outbound, alice: Actor, clock: TurnedClock
) -> None:
    sink = Sink(status=500)
    async with open_sinks(sink):
        await post_letters(db, alice, [sink.inbox])
        async with working(db, outbound):
            await until(db, tried)
        clock.turn(hours=3)
        sink.status = 202
        async with working(db, outbound):
            await until(db, all_done)
    first, second = (each.message for each in sink.arrived)
    assert first.body == second.body
    cavage.peek(second, now=clock())
    with pytest.raises(SignatureRefused):
        cavage.peek(first, now=clock())
    cavage.peek(first, now=START)


async def test_healthy_hosts_do_not_wait_for_a_hanging_one(db: Database, alice: Actor) -> None:
    hanging, healthy = Sink(hanging=True), [Sink() for _ in range(5)]
    async with (
        loopback_outbound(limits=Limits(total=0.5)) as outbound,
        open_sinks(hanging, *healthy),
        working(db, outbound),
    ):
        await post_letters(db, alice, [hanging.inbox, *(sink.inbox for sink in healthy)])
        await until(db, lambda found: sum(row.state == "delivered" for row in found) == 5)
        found = await until(db, tried)
    [late] = [row for row in found if row.host == hanging.host]
    assert (late.state, late.attempts, late.last_status) == ("waiting", 1, None)
    assert "within" in late.last_error
    assert START + timedelta(seconds=24) <= late.due_at <= START + timedelta(seconds=36)
    peer = await db.read(lambda tx: peers.by_host(tx, hanging.host))
    assert peer is not None
    assert peer.failures == 1


@pytest.mark.parametrize("status", [400, 404, 405, 413, 415, 422])
async def test_an_answer_that_is_final_is_not_asked_for_again(
    db: Database, outbound: Outbound, alice: Actor, status: int
) -> None:
    sink, twin = Sink(status=status), Sink(status=500)
    async with open_sinks(sink, twin), working(db, outbound):
        await post_letters(db, alice, [sink.inbox, twin.inbox])
        found = await until(db, tried)
    assert {row.host: (row.state, row.last_status) for row in found} == {
        sink.host: ("failed", status),
        twin.host: ("waiting", 500),
    }
    peer = await db.read(lambda tx: peers.by_host(tx, sink.host))
    assert peer is not None
    assert peer.failures == 0


async def test_a_host_that_asks_for_patience_gets_it_for_everything(
    db: Database, outbound: Outbound, alice: Actor
) -> None:
    sink = Sink(status=429, headers={"Retry-After": "3600"})
    bob = await db.write(lambda tx: member(tx, "bob"))
    async with open_sinks(sink):
        await post_letters(db, alice, [sink.inbox])
        async with working(db, outbound):
            await until(db, tried)
            await post_letters(db, bob, [f"{sink.origin}/users/x/inbox"])
            found = await until(db, tried)
    assert [row.due_at for row in found] == [START + timedelta(hours=1)] * 2
    peer = await db.read(lambda tx: peers.by_host(tx, sink.host))
    assert peer is None or peer.failures == 0


async def test_a_shared_inbox_that_is_gone_leaves_the_followers_their_own(
    db: Database, outbound: Outbound, alice: Actor
) -> None:
    sink = Sink(status=410)
    async with open_sinks(sink), working(db, outbound):
        await db.write(
            lambda tx: follow(
                tx,
                stranger(tx, "bob", inbox=f"{sink.origin}/bob", shared_inbox=sink.inbox),
                alice,
            )
        )
        await post_letters(db, alice, [sink.inbox])
        await until(db, all_done)
        left = await db.read(lambda tx: follows.follower_inboxes(tx, alice.id))
        assert left == [f"{sink.origin}/bob"]
        await post_letters(db, alice, left)
        await until(db, lambda found: len(found) == 2 and all_done(found))
    assert await db.read(lambda tx: follows.follower_inboxes(tx, alice.id)) == []


async def test_letters_of_one_author_arrive_in_order_whatever_happens_between(
    db: Database, outbound: Outbound, alice: Actor, clock: TurnedClock
) -> None:
    sink = Sink()
    async with open_sinks(sink):
        await post_letters(db, alice, [sink.inbox], count=12)
        async with working(db, outbound):
            await until(db, lambda found: sum(row.state == "delivered" for row in found) > 3)
            sink.status = 500
            await until(db, lambda found: any(row.last_status == 500 for row in found))
        sink.status = 202
        clock.turn(minutes=2)
        async with working(db, outbound):
            await until(db, all_done)
    assert list(dict.fromkeys(sink.ids)) == sorted(set(sink.ids), key=lambda id_: int(id_.rpartition("/")[2]))
    assert sink.most_at_once == 1


async def test_a_line_that_waits_does_not_hold_up_another_author(
    db: Database, outbound: Outbound, alice: Actor
) -> None:
    sink = Sink(gate=asyncio.Event())
    bob = await db.write(lambda tx: member(tx, "bob"))
    assert sink.gate is not None
    async with open_sinks(sink), working(db, outbound):
        await post_letters(db, alice, [sink.inbox], count=2)
        await post_letters(db, bob, [sink.inbox])
        async with asyncio.timeout(60):
            while sink.open_now < 2:
                sink.came.clear()
                await sink.came.wait()
        assert len(sink.arrived) == 2
        sink.gate.set()
        await until(db, all_done)
    assert len(sink.arrived) == 3


async def test_slow_hosts_hold_a_quarter_of_the_slots_at_most(
    db: Database, outbound: Outbound, alice: Actor
) -> None:
    gate = asyncio.Event()
    hanging, healthy = [Sink(gate=gate) for _ in range(12)], [Sink() for _ in range(12)]

    def the_slow_are_cut_back(found: list[Row]) -> bool:
        return sum(bool(row.state == "delivered" or row.last_error is not None) for row in found) >= 20

    async with (
        open_sinks(*hanging, *healthy),
        working(db, outbound, slots=16, slow_after=0.1) as worker,
    ):
        await post_letters(db, alice, [sink.inbox for sink in (*hanging, *healthy)])
        found = await until(db, the_slow_are_cut_back)
        held = worker._slots.slow_taken
        gate.set()
    assert held == 4
    by_host = {row.host: row for row in found}
    assert all(by_host[sink.host].state == "delivered" for sink in healthy)
    cut = [row for row in found if row.last_error is not None]
    assert len(cut) == 8
    assert all("too many slow servers" in row.last_error for row in cut)


async def test_a_clock_that_jumps_sends_nothing_twice_and_the_worker_stays(
    db: Database, outbound: Outbound, alice: Actor, clock: TurnedClock
) -> None:
    gate = asyncio.Event()
    sink = Sink(gate=gate)
    async with open_sinks(sink), working(db, outbound):
        await post_letters(db, alice, [sink.inbox])
        await sink.came.wait()
        clock.turn(minutes=5)
        await db.write(lambda tx: tx.ring(queue.BELL))
        await until(db, lambda found: all(row.leased_until > clock() for row in found))
        gate.set()
        await until(db, all_done)
        await post_letters(db, alice, [sink.inbox])
        await until(db, all_done)
    assert len(sink.ids) == len(set(sink.ids)) == 2


async def test_a_process_that_died_with_letters_in_hand_loses_none(
    db: Database, outbound: Outbound, alice: Actor
) -> None:
    sink = Sink()
    await_claim = timedelta(seconds=60)

    def claimed_by_somebody_who_died(tx: Tx) -> None:
        found = claims.candidates(tx, limit=10)
        claims.lease(tx, [envelope.id for envelope in found], tx.now + await_claim)

    async with open_sinks(sink):
        await post_letters(db, alice, [sink.inbox])
        await db.write(claimed_by_somebody_who_died)
        assert await db.write(lambda tx: claims.candidates(tx, limit=10)) == []
        async with working(db, outbound):
            await until(db, all_done)
    assert len(sink.arrived) == 1


async def test_stopping_lets_what_is_on_its_way_arrive(
    db: Database, outbound: Outbound, alice: Actor
) -> None:
    sink = Sink(gate=asyncio.Event())
    assert sink.gate is not None
    async with open_sinks(sink):
        await post_letters(db, alice, [sink.inbox])
        stop = asyncio.Event()
        worker = DeliveryWorker(db, outbound, alone=True)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(worker.run(stop))
            await sink.came.wait()
            stop.set()
            await asyncio.sleep(0)
            assert not running.done()
            sink.gate.set()
        [row] = await rows(db)
    assert (row.state, row.attempts) == ("delivered", 1)


async def test_a_post_that_was_deleted_before_it_left_is_not_sent(
    db: Database, outbound: Outbound, alice: Actor
) -> None:
    from fediverse_node.deliveries import queries as deliveries  # noqa: PLC0415 only here

    sink = Sink()
    async with open_sinks(sink):
        await post_letters(db, alice, [sink.inbox])
        await db.write(lambda tx: deliveries.withdraw(tx, 7, types=("Create",)))
        await db.write(
            lambda tx: queue.enqueue(
                tx, actor=alice, document=letter(alice, 2, type_="Delete"), inboxes=[sink.inbox]
            )
        )
        async with working(db, outbound):
            await until(db, all_done)
    assert sink.ids == [f"{ADDRESSES.origin}/activities/2"]


async def test_an_inbox_we_may_not_reach_is_given_up_after_three_tries(
    db: Database, outbound: Outbound, alice: Actor, clock: TurnedClock
) -> None:
    await post_letters(db, alice, ["http://10.0.0.1/inbox"])
    for _ in range(2):
        async with working(db, outbound):
            await until(db, lambda found: found[0].due_at > clock() or all_done(found))
        clock.turn(hours=1)
    async with working(db, outbound):
        [row] = await until(db, all_done)
    assert (row.state, row.attempts) == ("failed", 3)
    assert await db.read(lambda tx: peers.by_host(tx, "10.0.0.1")) is None


async def test_the_worker_survives_a_database_that_refuses_for_a_moment(
    db: Database, outbound: Outbound, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fediverse_node.federation.delivery import worker as module  # noqa: PLC0415 to break it

    sink, real, broken = Sink(), turn.settle, [True, True]
    monkeypatch.setattr(module, "_TROUBLE", 0.01)

    def settle(*args: object) -> list[Change]:
        if args[1] and broken:
            broken.pop()
            raise OSError("no space left")
        return real(*args)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(module, "settle", settle)
    async with open_sinks(sink), working(db, outbound):
        await post_letters(db, alice, [sink.inbox])
        [row] = await until(db, all_done)
    assert row.state == "delivered"
    assert len(sink.arrived) == 1


async def test_a_mistake_of_ours_costs_one_letter_a_try_and_the_worker_nothing(
    db: Database, outbound: Outbound, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink, real, broken = Sink(), cavage.sign, [True]

    def sign(*args: object, **options: object) -> object:
        if broken:
            broken.pop()
            raise RuntimeError("no such key")
        return real(*args, **options)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(cavage, "sign", sign)
    async with open_sinks(sink), working(db, outbound):
        await post_letters(db, alice, [sink.inbox])
        [row] = await until(db, tried)
        assert (row.state, row.last_error) == ("waiting", "an error on our side")
        bob = await db.write(lambda tx: member(tx, "bob"))
        await post_letters(db, bob, [sink.inbox])
        await until(db, lambda found: sum(bool(row.state == "delivered") for row in found) == 1)
    assert len(sink.arrived) == 1
