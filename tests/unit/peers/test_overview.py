from __future__ import annotations

from datetime import timedelta

from fediverse_node.peers import overview, queries
from fediverse_node.peers.model import Peer
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock


def down(tx: Tx, host: str) -> Peer:
    probe_at = tx.now + timedelta(hours=6)
    peer = Peer(
        host=host, breaker="open", failures=9, failing_since=tx.now, probe_at=probe_at, probe_delay=21600
    )
    queries.save(tx, peer)
    return peer


async def found(db: Database, host: str) -> Peer:
    peer = await db.read(lambda tx: queries.by_host(tx, host))
    assert peer is not None
    return peer


async def test_what_is_known_of_a_failing_host_expires_eight_days_after_it_was_used_last(
    db: Database, clock: TurnedClock
) -> None:
    await db.write(lambda tx: [down(tx, host) for host in ("old.example", "busy.example")])
    clock.turn(days=7, hours=23)
    await db.write(lambda tx: down(tx, "new.example"))
    assert await db.write(lambda tx: overview.forget_unused(tx, ["busy.example"])) == 0
    clock.turn(hours=2)
    assert await db.write(lambda tx: overview.forget_unused(tx, ["busy.example"])) == 1
    old = await found(db, "old.example")
    assert (old.breaker, old.failures, old.failing_since, old.probe_at) == ("closed", 0, None, None)
    assert (await found(db, "busy.example")).breaker == "open"
    assert (await found(db, "new.example")).breaker == "open"
    assert await db.read(overview.count_open) == 2


async def test_a_probe_can_be_made_at_once(db: Database, clock: TurnedClock) -> None:
    await db.write(lambda tx: [down(tx, host) for host in ("a.example", "b.example")])
    await db.write(lambda tx: overview.probe_now(tx, ["a.example", "unknown.example"]))
    assert (await found(db, "a.example")).probe_at == clock.now
    assert (await found(db, "b.example")).probe_at == clock.now + timedelta(hours=6)


async def test_a_server_that_answers_is_asked_once_a_week_what_it_runs(
    db: Database, clock: TurnedClock
) -> None:
    def unit(tx: Tx) -> None:
        queries.save(tx, Peer(host="a.example", last_success_at=tx.now))
        queries.save(tx, Peer(host="b.example", last_success_at=tx.now))
        queries.save(tx, Peer(host="never.example"))
        down(tx, "down.example")

    await db.write(unit)
    assert await db.write(lambda tx: overview.to_ask(tx, limit=1)) == ["a.example"]
    assert await db.write(lambda tx: overview.to_ask(tx, limit=5)) == ["b.example"]
    assert await db.write(lambda tx: overview.to_ask(tx, limit=5)) == []
    clock.turn(days=7, seconds=1)
    assert await db.write(lambda tx: overview.to_ask(tx, limit=5)) == ["a.example", "b.example"]


async def test_those_with_trouble_come_first(db: Database) -> None:
    def unit(tx: Tx) -> None:
        queries.save(tx, Peer(host="a.example"))
        down(tx, "z.example")

    await db.write(unit)
    peers = await db.read(lambda tx: overview.everyone(tx, limit=10))
    assert [peer.host for peer in peers] == ["z.example", "a.example"]
