from __future__ import annotations

from fediverse_node.posts import marks, pins
from fediverse_node.posts import queries as posts
from fediverse_node.posts.marks import Marks
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import note, person


async def test_the_newest_pin_comes_first_and_what_is_deleted_is_gone(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = person(tx, "alice")
        first, second, third = (note(tx, alice) for _ in range(3))
        assert pins.pin(tx, alice.id, first.id)
        assert pins.pin(tx, alice.id, second.id)
        assert not pins.pin(tx, alice.id, first.id)
        assert [post.id for post in pins.of_actor(tx, alice.id)] == [second.id, first.id]
        assert marks.of(tx, alice.id, [first.id, third.id]) == Marks(pinned=frozenset({first.id}))
        posts.remove(tx, second, actor_uri=alice.uri)
        assert [post.id for post in pins.of_actor(tx, alice.id)] == [first.id]
        assert pins.unpin(tx, alice.id, first.id)
        assert not pins.unpin(tx, alice.id, first.id)

    await db.write(unit)


async def test_all_pins_are_replaced_in_their_order(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice, carol = person(tx, "alice"), person(tx, "carol")
        first, second, third = (note(tx, alice) for _ in range(3))
        pins.pin(tx, alice.id, third.id)
        pins.pin(tx, carol.id, third.id)
        pins.replace(tx, alice.id, [second.id, first.id, second.id])
        assert [post.id for post in pins.of_actor(tx, alice.id)] == [second.id, first.id]
        assert [post.id for post in pins.of_actor(tx, carol.id)] == [third.id]

    await db.write(unit)
