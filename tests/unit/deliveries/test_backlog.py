from __future__ import annotations

from datetime import datetime, timedelta

from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import backlog, claims
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.deliveries.model import Outcome, State, StoredActivity
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock, member


async def store(db: Database, actor: Actor, *hosts: str, post_id: int = 1, document: bytes = b"{}") -> None:
    def unit(tx: Tx) -> None:
        id_ = tx.new_id()
        activity = StoredActivity(
            id=id_,
            uri=f"https://here.example/activities/{id_}",
            actor_id=actor.id,
            type="Create",
            post_id=post_id,
            public=True,
            document=document,
            created_at=tx.now,
        )
        deliveries.store(tx, activity)
        deliveries.address(tx, activity, [(f"https://{host}/inbox", host, tx.now) for host in hosts])

    await db.write(unit)


async def end(db: Database, host: str, state: State, *, due_at: datetime | None = None) -> None:
    def unit(tx: Tx) -> None:
        ids = [id_ for id_, row in backlog.page(tx, host=host, state="waiting", limit=100)]
        claims.record(
            tx,
            [
                Outcome(envelope_id=id_, state=state, due_at=due_at, status=503, error=None, milliseconds=1)
                for id_ in ids
            ],
        )

    await db.write(unit)


async def again(db: Database, **how: object) -> set[str]:
    return await db.write(lambda tx: backlog.try_again(tx, 1, **how))  # type: ignore[arg-type]  # as written


async def due(db: Database) -> list[str]:
    return sorted({envelope.host for envelope in await db.write(lambda tx: claims.candidates(tx, limit=99))})


async def test_what_waits_is_counted_by_host_with_the_oldest(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    first = clock.now
    await store(db, alice, "a.example", "b.example")
    clock.turn(minutes=5)
    await store(db, alice, "a.example", "c.example")
    await end(db, "c.example", "delivered")
    found = await db.read(backlog.by_host)
    assert {host: (mail.letters, mail.oldest) for host, mail in found.items()} == {
        "a.example": (2, first),
        "b.example": (1, first),
    }
    everything = await db.read(backlog.waiting)
    assert everything is not None
    assert (everything.letters, everything.oldest) == (3, first)
    assert await db.read(lambda tx: backlog.overdue(tx, first + timedelta(minutes=1))) == 2


async def test_with_nothing_waiting_there_is_no_backlog(db: Database) -> None:
    assert await db.read(backlog.waiting) is None
    assert await db.read(backlog.by_host) == {}


async def test_letters_are_listed_by_host_and_state_the_newest_first(db: Database, alice: Actor) -> None:
    for _ in range(3):
        await store(db, alice, "a.example", "b.example")
    await end(db, "b.example", "failed")
    page = await db.read(lambda tx: backlog.page(tx, host="a.example", limit=2))
    assert [row.host for _, row in page] == ["a.example"] * 2
    rest = await db.read(lambda tx: backlog.page(tx, host="a.example", below=page[-1][0], limit=2))
    assert len(rest) == 1
    failed = await db.read(lambda tx: backlog.page(tx, state="failed", limit=9))
    assert {row.host for _, row in failed} == {"b.example"}


async def test_what_was_given_up_or_waits_is_due_now_and_what_arrived_is_not(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    await store(db, alice, "failed.example", "waiting.example", "there.example", "leased.example")
    await end(db, "failed.example", "failed")
    await end(db, "waiting.example", "waiting", due_at=clock.now + timedelta(hours=8))
    await end(db, "there.example", "delivered")
    await db.write(
        lambda tx: claims.lease(
            tx,
            [envelope.id for envelope in claims.candidates(tx, limit=9)],
            clock.now + timedelta(minutes=1),
        )
    )
    assert await due(db) == []
    assert await again(db) == {"failed.example", "waiting.example"}
    assert await due(db) == ["failed.example", "waiting.example"]


async def test_only_what_is_asked_for_is_tried(db: Database, alice: Actor, clock: TurnedClock) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    await store(db, alice, "a.example", "b.example", "c.example")
    await store(db, bob, "bob.example")
    await store(db, alice, "other.example", post_id=2)
    await store(db, alice, "withdrawn.example", document=b"")
    for host in ("a", "b", "c", "bob", "other", "withdrawn"):
        await end(db, f"{host}.example", "failed")
    assert await again(db, actor_id=alice.id, host="a.example") == {"a.example"}
    assert await again(db, actor_id=alice.id, tried_before=clock.now) == set()
    assert await again(db, actor_id=alice.id, without={"c.example"}) == {"a.example", "b.example"}
    assert await due(db) == ["a.example", "b.example"]


async def test_what_stands_before_it_in_its_line_goes_first(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    await store(db, alice, "a.example", post_id=2)
    await store(db, alice, "a.example", post_id=1)
    await end(db, "a.example", "waiting", due_at=clock.now + timedelta(hours=8))
    assert await due(db) == []
    assert await again(db) == {"a.example"}
    [first] = await db.write(lambda tx: claims.candidates(tx, limit=9))
    rows = await db.read(lambda tx: deliveries.trace(tx, 2))
    assert rows[0].next_try == clock.now
    assert first.attempts == 1
