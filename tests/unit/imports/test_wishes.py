from __future__ import annotations

from datetime import timedelta

from fediverse_node.actors.model import Actor
from fediverse_node.imports import wishes
from fediverse_node.imports.model import GivenUp, Wish, WishKind
from fediverse_node.storage.database import Database
from tests.fixtures.outbox import TurnedClock

LEASE = timedelta(minutes=10)


async def claimed(db: Database) -> list[Wish]:
    return await db.write(lambda tx: wishes.claim(tx, limit=9, lease=LEASE))


async def add(db: Database, who: Actor, *handles: str, kind: WishKind = "follow") -> int:
    return await db.write(lambda tx: wishes.add(tx, who.id, kind, [(handle, True) for handle in handles]))


async def test_wishes_come_one_after_the_other_at_a_gentle_pace(
    db: Database, clock: TurnedClock, alice: Actor
) -> None:
    assert await add(db, alice, "@a@x.example", "@b@x.example") == 2
    assert await add(db, alice, "@c@x.example", kind="block") == 1
    order = []
    for _ in range(3):
        [wish] = await claimed(db)
        order.append((wish.kind, wish.handle))
        await db.write(lambda tx: wishes.done(tx, wish))  # noqa: B023 awaited within its turn
        assert await claimed(db) == []
        clock.turn(seconds=wishes.PACE.total_seconds())
    assert order == [("follow", "@a@x.example"), ("follow", "@b@x.example"), ("block", "@c@x.example")]
    assert await db.read(wishes.next_due) is None


async def test_the_same_wish_waits_once(db: Database, alice: Actor) -> None:
    assert await add(db, alice, "@a@x.example") == 1
    assert await add(db, alice, "@a@x.example") == 0
    assert await db.read(lambda tx: wishes.waiting(tx, alice.id)) == {"follow": 1}


async def test_what_is_under_way_is_nobody_elses_until_its_time_is_over(
    db: Database, clock: TurnedClock, alice: Actor
) -> None:
    await add(db, alice, "@a@x.example")
    assert len(await claimed(db)) == 1
    assert await claimed(db) == []
    clock.turn(minutes=10)
    assert len(await claimed(db)) == 1


async def test_what_was_put_off_comes_again_and_counts(
    db: Database, clock: TurnedClock, alice: Actor
) -> None:
    await add(db, alice, "@a@x.example")
    [wish] = await claimed(db)
    await db.write(lambda tx: wishes.put_off(tx, wish, timedelta(hours=3)))
    clock.turn(hours=2)
    assert await claimed(db) == []
    clock.turn(hours=1)
    assert [each.attempts for each in await claimed(db)] == [1]


async def test_what_was_given_up_is_shown_until_the_list_is_brought_again(db: Database, alice: Actor) -> None:
    await add(db, alice, "@a@x.example")
    [wish] = await claimed(db)
    await db.write(lambda tx: wishes.give_up(tx, wish, "Nobody has this handle."))
    lost = await db.read(lambda tx: wishes.given_up(tx, alice.id, limit=9))
    assert lost == [GivenUp(kind="follow", handle="@a@x.example", problem="Nobody has this handle.")]
    assert await db.read(lambda tx: wishes.waiting(tx, alice.id)) == {}
    assert await add(db, alice, "@a@x.example") == 1
    assert await db.read(lambda tx: wishes.given_up(tx, alice.id, limit=9)) == []


async def test_one_kind_can_be_withdrawn(db: Database, alice: Actor) -> None:
    await add(db, alice, "@a@x.example")
    await add(db, alice, "@a@x.example", kind="mute")
    await db.write(lambda tx: wishes.withdraw(tx, alice.id, "follow"))
    assert await db.read(lambda tx: wishes.waiting(tx, alice.id)) == {"mute": 1}
