from __future__ import annotations

from fediverse_node.relays import queries as relays
from fediverse_node.relays.model import Relay
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures import rooms
from tests.fixtures.outbox import TurnedClock


def a_relay(tx: Tx, name: str = "relay") -> Relay:
    there = rooms.stranger(tx, name, type="Application")
    relay = Relay(
        id=tx.new_id(),
        actor_id=there.id,
        follow_uri=f"https://here.example/activities/{tx.new_id()}",
        state="pending",
        created_at=tx.now,
    )
    assert relays.add(tx, relay)
    return relay


async def test_a_relay_is_asked_once(db: Database) -> None:
    def unit(tx: Tx) -> None:
        relay = a_relay(tx)
        assert not relays.add(tx, relay)
        assert relays.listing(tx) == [relay]
        assert relays.by_actor(tx, relay.actor_id) == relay
        assert relays.by_actor(tx, relay.actor_id + 1) is None

    await db.write(unit)


async def test_only_a_relay_that_said_yes_is_active(db: Database) -> None:
    def unit(tx: Tx) -> None:
        first, second = a_relay(tx), a_relay(tx, "other")
        assert relays.active_actor_ids(tx) == []
        relays.answer(tx, first, "active")
        relays.answer(tx, second, "refused")
        assert relays.active_actor_ids(tx) == [first.actor_id]
        assert [relay.accepted_at is not None for relay in relays.listing(tx)] == [True, False]
        assert relays.remove(tx, first)
        assert not relays.remove(tx, first)
        assert relays.active_actor_ids(tx) == []

    await db.write(unit)


async def test_what_a_relay_may_bring_comes_back_after_an_hour(db: Database, clock: TurnedClock) -> None:
    relay = await db.write(a_relay)

    def brings(tx: Tx) -> bool:
        return relays.take(tx, relay, most=2)

    assert [await db.write(brings) for _ in range(3)] == [True, True, False]
    clock.turn(hours=1)
    assert [await db.write(brings) for _ in range(3)] == [True, True, False]
    await db.write(lambda tx: relays.remove(tx, relay))
    assert not await db.write(brings)
