"""What the operator hears of a host, and when (security.md 4.2, rule 4)."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.federation.delivery import queue
from fediverse_node.federation.delivery.retry import Answer
from fediverse_node.federation.delivery.slots import Slots
from fediverse_node.federation.delivery.standing import standing
from fediverse_node.federation.delivery.telling import Change, tell
from fediverse_node.federation.delivery.turn import Finished, claim, settle
from fediverse_node.kernel.tallies import Tallies
from fediverse_node.peers import queries as peers
from fediverse_node.storage.database import Database
from tests.fixtures.outbox import START, TurnedClock
from tests.fixtures.rooms import ADDRESSES

DOWN = Answer(error="connection refused")
FINE = Answer(status=202)


async def post(db: Database, actor: Actor) -> None:
    await db.write(
        lambda tx: queue.enqueue(
            tx,
            actor=actor,
            document={"id": f"{ADDRESSES.origin}/activities/{tx.new_id()}", "type": "Create"},
            inboxes=["https://x.example/inbox"],
        )
    )


async def knock(db: Database, answer: Answer, *, seconds: float = 0.1) -> list[Change]:
    """Send whatever is due now."""
    claimed = await db.write(lambda tx: claim(tx, Slots(8), ()))
    finished = [Finished(envelope=each, answer=answer, seconds=seconds) for each in claimed.envelopes]
    return await db.write(lambda tx: settle(tx, finished, lambda: 0.5))


async def state(db: Database, clock: TurnedClock) -> str:
    peer = await db.read(lambda tx: peers.by_host(tx, "x.example"))
    assert peer is not None
    return standing(peer, clock.now)


async def test_a_breaker_is_reported_when_it_opens_and_when_it_closes_and_not_between(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    await post(db, alice)
    seen = []
    for _ in range(7):
        seen += await knock(db, DOWN)
        clock.turn(hours=13)
    [opened] = seen
    assert (opened.host, opened.kind) == ("x.example", "opened")
    assert await state(db, clock) == "open"
    assert [change.kind for change in await knock(db, FINE)] == ["closed"]
    assert await state(db, clock) == "healthy"


async def test_after_thirty_days_the_queue_is_emptied_and_the_operator_is_told(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    seen: list[Change] = []
    while clock.now < START + timedelta(days=33):
        await post(db, alice)
        seen += await knock(db, DOWN)
        if clock.now - START == timedelta(days=10):
            assert await state(db, clock) == "dormant"
        clock.turn(hours=12)
    assert await state(db, clock) == "forgotten"
    kinds = [change.kind for change in seen]
    assert kinds[0] == "opened"
    assert "gave-up" in kinds
    assert all(change.letters for change in seen if change.kind != "opened")
    first = next(change for change in seen if change.kind == "forgotten")
    assert first.letters > 1


async def test_a_host_that_takes_long_is_called_slow_until_it_does_not(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    for seconds, expected in ((2.5, "slow"), (0.1, "healthy")):
        await post(db, alice)
        await knock(db, FINE, seconds=seconds)
        assert await state(db, clock) == expected
    await post(db, alice)
    await knock(db, DOWN)
    assert await state(db, clock) == "failing"


def test_each_change_has_an_event_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    tallies = Tallies()
    with caplog.at_level(logging.INFO):
        tell(
            [
                Change(host="x.example", kind="opened", until=START),
                Change(host="x.example", kind="gave-up", letters=2),
                Change(host="x.example", kind="forgotten", letters=3),
                Change(host="x.example", kind="closed"),
            ],
            tallies,
        )
    assert [record.getMessage() for record in caplog.records] == [
        "delivery.breaker_opened",
        "delivery.gave_up",
        "delivery.host_forgotten",
        "delivery.breaker_closed",
    ]
    assert tallies.counts("breaker_changes") == {("open",): 1, ("closed",): 1}
