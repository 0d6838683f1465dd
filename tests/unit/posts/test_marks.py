from __future__ import annotations

from fediverse_node.posts import liked, marks, pins, reactions
from fediverse_node.posts import queries as posts
from fediverse_node.posts.marks import NO_MARKS, Marks
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import boost, note, person


async def test_each_mark_is_told_from_the_others_and_from_those_of_somebody_else(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, carol = person(tx, "alice"), person(tx, "carol")
        loved, passed_on, pinned, kept = (note(tx, alice) for _ in range(4))
        asked = [loved.id, passed_on.id, pinned.id, kept.id]
        reactions.favourite(tx, loved.id, carol.id, "https://here.example/likes/1")
        repeated = boost(tx, carol, passed_on)
        pins.pin(tx, carol.id, pinned.id)
        liked.bookmark(tx, carol.id, kept.id)
        assert marks.of(tx, carol.id, asked) == Marks(
            favourited=frozenset({loved.id}),
            boosted=frozenset({passed_on.id}),
            pinned=frozenset({pinned.id}),
            bookmarked=frozenset({kept.id}),
        )
        assert marks.of(tx, alice.id, asked) == NO_MARKS
        assert marks.of(tx, carol.id, [alice.id]) == NO_MARKS
        assert repeated is not None
        posts.remove(tx, repeated, actor_uri=carol.uri)
        assert not marks.of(tx, carol.id, asked).boosted

    await db.write(story)
