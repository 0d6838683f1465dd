from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import claims
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.deliveries.model import PARKED, Envelope
from fediverse_node.deliveries.tables import envelopes
from fediverse_node.federation.delivery import queue
from fediverse_node.federation.delivery import turn as module
from fediverse_node.federation.delivery.retry import Answer
from fediverse_node.federation.delivery.slots import Slots
from fediverse_node.federation.delivery.turn import Claimed, Finished, claim, settle
from fediverse_node.peers import queries as peers
from fediverse_node.peers.model import Peer
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import START, TurnedClock, member
from tests.fixtures.rooms import ADDRESSES

DOWN = Answer(error="connection refused")
FINE = Answer(status=202)


async def post(db: Database, actor: Actor, *hosts: str, count: int = 1) -> None:
    def unit(tx: Tx) -> None:
        for _ in range(count):
            queue.enqueue(
                tx,
                actor=actor,
                document={"id": f"{ADDRESSES.origin}/activities/{tx.new_id()}", "type": "Create"},
                inboxes=[f"https://{host}/inbox" for host in hosts],
            )

    await db.write(unit)


async def take(db: Database, slots: Slots | None = None) -> Claimed:
    return await db.write(lambda tx: claim(tx, (slots or Slots(64)).copy(), ()))


async def end(db: Database, found: list[Envelope], answer: Answer) -> None:
    finished = [Finished(envelope=envelope, answer=answer, seconds=0.1) for envelope in found]
    await db.write(lambda tx: settle(tx, finished, lambda: 0.5))


async def live(
    db: Database, clock: TurnedClock, answer: Callable[[str, datetime], Answer], *, until: datetime
) -> None:
    """Let the worker live in virtual time: at each moment when something is due, it takes turns."""
    while clock.now < until:
        claimed = await take(db)
        while claimed.envelopes or claimed.more:
            for envelope in claimed.envelopes:
                await end(db, [envelope], answer(envelope.host, clock.now))
            claimed = await take(db)
        if claimed.next_due is None or claimed.next_due == PARKED:
            return
        clock.now = claimed.next_due


async def states(db: Database) -> dict[str, int]:
    return await db.read(deliveries.counts)


@pytest.mark.parametrize("hours", [0.5, 5, 48, 165.6])
async def test_a_host_that_comes_back_gets_everything(
    db: Database, alice: Actor, clock: TurnedClock, hours: float
) -> None:
    back = START + timedelta(hours=hours)

    def answer(_host: str, now: datetime) -> Answer:
        return FINE if now >= back else DOWN

    bob = await db.write(lambda tx: member(tx, "bob"))
    for _ in range(4):
        await post(db, alice, "x.example")
        await post(db, bob, "x.example", "y.example")
        clock.turn(seconds=5)
    await live(db, clock, answer, until=START + timedelta(days=20))
    assert await states(db) == {"delivered": 12}
    assert clock.now - back <= timedelta(hours=24)


async def test_a_host_that_never_comes_back_is_given_up_and_asked_ever_more_rarely(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    asked: list[datetime] = []

    def answer(_host: str, now: datetime) -> Answer:
        asked.append(now)
        return DOWN

    await post(db, alice, "x.example", count=30)
    await live(db, clock, answer, until=START + timedelta(days=40))
    assert await states(db) == {"failed": 30}
    assert START + timedelta(days=7) <= clock.now <= START + timedelta(days=9)
    assert len(asked) < 80


async def test_an_open_breaker_lets_one_letter_knock(db: Database, alice: Actor, clock: TurnedClock) -> None:
    await post(db, alice, "x.example", count=3)
    bob = await db.write(lambda tx: member(tx, "bob"))
    for _ in range(5):
        claimed = await take(db)
        await end(db, claimed.envelopes, DOWN)
        clock.turn(hours=1)
    peer = await db.read(lambda tx: peers.by_host(tx, "x.example"))
    assert peer is not None
    assert (peer.breaker, peer.parked) == ("open", True)
    assert peer.probe_at is not None
    clock.now = peer.probe_at - timedelta(seconds=1)
    await post(db, bob, "x.example", "y.example", count=2)
    first = await take(db)
    assert [envelope.host for envelope in first.envelopes] == ["y.example"]
    await end(db, first.envelopes, FINE)
    second = await take(db)
    await end(db, second.envelopes, FINE)
    clock.now = peer.probe_at
    [probe] = (await take(db)).envelopes
    assert probe.host == "x.example"
    slots = Slots(64)
    slots.take(probe.host, probe.id, alone=True)
    assert (await take(db, slots)).envelopes == []
    await end(db, [probe], FINE)
    after = await db.read(lambda tx: peers.by_host(tx, "x.example"))
    assert after is not None
    assert after.breaker == "closed"
    await live(db, clock, lambda _host, _now: FINE, until=clock.now + timedelta(days=1))
    assert await states(db) == {"delivered": 7}


async def test_a_probe_that_fails_doubles_the_pause(db: Database, alice: Actor, clock: TurnedClock) -> None:
    await post(db, alice, "x.example", count=2)
    asked: list[datetime] = []

    def answer(_host: str, now: datetime) -> Answer:
        asked.append(now)
        return DOWN

    await live(db, clock, answer, until=START + timedelta(hours=30))
    pauses = [(later - sooner).total_seconds() / 60 for sooner, later in pairwise(asked)]
    assert pauses[:4] == [0.5, 2, 10, 30]
    assert pauses[4:9] == [5, 10, 20, 40, 80]


async def test_parked_mail_comes_back_in_steps(
    db: Database, alice: Actor, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "UNPARKED_AT_ONCE", 3)
    await post(db, alice, "x.example", count=10)
    for _ in range(5):
        await end(db, (await take(db)).envelopes, DOWN)
        clock.turn(hours=1)
    due: list[int] = []

    def answer(_host: str, _now: datetime) -> Answer:
        return FINE

    probe = (await take(db)).envelopes
    await end(db, probe, FINE)
    due.append(await db.read(lambda tx: claims.count_due(tx, "x.example")))
    await live(db, clock, answer, until=clock.now + timedelta(days=1))
    assert due == [3]
    assert await states(db) == {"delivered": 10}
    peer = await db.read(lambda tx: peers.by_host(tx, "x.example"))
    assert peer is not None
    assert not peer.parked


async def test_dead_hosts_in_front_of_the_queue_do_not_hide_the_healthy(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    dead = [f"dead{number}.example" for number in range(40)]
    await post(db, alice, *dead)
    await end(db, (await take(db)).envelopes, DOWN)
    clock.turn(minutes=1)
    await post(db, alice, "good.example")
    slots = Slots(8)
    claimed = await take(db, slots)
    assert "good.example" in {envelope.host for envelope in claimed.envelopes}
    assert sum(envelope.host in dead for envelope in claimed.envelopes) <= slots.slow_limit


async def test_a_letter_a_peer_cannot_digest_is_passed_after_five_tries(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    await post(db, alice, "x.example", count=2)
    for _ in range(5):
        [stuck] = (await take(db)).envelopes
        # 501 is no failure of the network, yet it counts against the host, so an answer stands between.
        await end(db, [stuck], Answer(status=429))
        clock.turn(hours=3)
    clock.now -= timedelta(hours=3)
    [second] = (await take(db)).envelopes
    assert second.id > stuck.id


async def test_outcomes_are_recorded_once_however_often_they_are_told(db: Database, alice: Actor) -> None:
    await post(db, alice, "x.example")
    [envelope] = (await take(db)).envelopes
    await end(db, [envelope], FINE)
    await end(db, [envelope], DOWN)
    [row] = await db.read(lambda tx: tx.all(envelopes.select()))
    assert (row.state, row.attempts, row.last_status) == ("delivered", 1, 202)


async def test_a_claim_that_is_undone_leaves_everything_due(db: Database, alice: Actor) -> None:
    await post(db, alice, "x.example")

    def breaks(tx: Tx) -> None:
        assert len(claim(tx, Slots(4), ()).envelopes) == 1
        raise RuntimeError("the disk is on fire")

    with pytest.raises(RuntimeError):
        await db.write(breaks)
    assert len((await take(db)).envelopes) == 1


async def test_of_a_host_that_always_answers_it_is_written_down_once_an_hour_and_of_a_failure_at_once(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    async def noted(minutes: int, answer: Answer = FINE, seconds: float = 0.1) -> Peer:
        clock.now = START + timedelta(minutes=minutes)
        await post(db, alice, "steady.example")
        finished = [
            Finished(
                envelope=envelope, answer=answer, seconds=seconds, way="cavage" if answer is FINE else None
            )
            for envelope in (await take(db)).envelopes
        ]
        await db.write(lambda tx: settle(tx, finished, lambda: 0.5))
        found = await db.read(lambda tx: peers.by_host(tx, "steady.example"))
        assert found is not None
        return found

    first = await noted(0)
    assert (first.last_success_at, first.signing) == (START, "cavage")
    assert await noted(59) == first
    assert (await noted(61)).last_success_at == START + timedelta(minutes=61)
    assert (await noted(62, seconds=3.0)).slow
    assert not (await noted(63)).slow
    assert (await noted(64, DOWN)).failures == 1
