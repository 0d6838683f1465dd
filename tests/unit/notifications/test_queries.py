from __future__ import annotations

from fediverse_node.notifications import queries as notifications
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import note, person, stranger


async def test_an_event_is_told_once_and_nobody_is_told_of_themselves(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), stranger(tx, "bob")
        post = note(tx, alice)
        assert notifications.add(tx, alice.id, "favourite", from_actor_id=bob.id, post_id=post.id)
        assert not notifications.add(tx, alice.id, "favourite", from_actor_id=bob.id, post_id=post.id)
        assert notifications.add(tx, alice.id, "follow", from_actor_id=bob.id)
        assert not notifications.add(tx, alice.id, "follow", from_actor_id=bob.id)
        assert not notifications.add(tx, alice.id, "favourite", from_actor_id=alice.id, post_id=post.id)

        found = notifications.page(tx, alice.id, Page())
        assert [event.type for event in found] == ["follow", "favourite"]
        assert [event.type for event in notifications.page(tx, alice.id, Page(), types=["follow"])] == [
            "follow"
        ]
        assert [event.type for event in notifications.page(tx, alice.id, Page(), exclude=["follow"])] == [
            "favourite"
        ]
        assert notifications.page(tx, bob.id, Page()) == []
        assert notifications.by_id(tx, alice.id, found[0].id) == found[0]
        assert notifications.by_id(tx, bob.id, found[0].id) is None

        notifications.remove_for_post(tx, post.id)
        notifications.remove(tx, alice.id, "follow", from_actor_id=bob.id)
        assert notifications.page(tx, alice.id, Page()) == []

    await db.write(story)
