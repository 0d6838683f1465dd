from __future__ import annotations

from fediverse_node.posts import marks, reactions
from fediverse_node.posts import queries as posts
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import note, person, stranger

LIKE = "https://there.example/likes/1"


async def test_a_favourite_counts_once_and_can_be_taken_back_once(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), stranger(tx, "bob")
        post = note(tx, alice)

        def count() -> int:
            found = posts.by_id(tx, post.id)
            assert found is not None
            return found.favourites_count

        assert reactions.favourite(tx, post.id, bob.id, LIKE)
        assert not reactions.favourite(tx, post.id, bob.id, LIKE + "again")
        assert count() == 1
        assert reactions.favourite_by_uri(tx, LIKE) == (post.id, bob.id)
        assert marks.of(tx, bob.id, [post.id]).favourited == {post.id}
        assert marks.of(tx, alice.id, [post.id]).favourited == set()
        assert reactions.unfavourite(tx, post.id, bob.id) == LIKE
        assert reactions.unfavourite(tx, post.id, bob.id) is None
        assert count() == 0

    await db.write(story)
