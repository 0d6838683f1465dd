from __future__ import annotations

from fediverse_node.posts import lists
from fediverse_node.posts.model import Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import boost, note, person, stranger


def ids(found: list[Post]) -> list[int]:
    return [post.id for post in found]


async def test_pages_run_through_a_list_without_gaps_in_either_direction(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        written = [note(tx, alice).id for _ in range(7)]
        newest_first = written[::-1]

        def page(**which: int) -> list[int]:
            return ids(lists.public(tx, Page(limit=3, **which)))

        assert page() == newest_first[:3]
        assert page(max_id=newest_first[2]) == newest_first[3:6]
        assert page(since_id=written[0]) == newest_first[:3]
        assert page(min_id=written[0]) == written[1:4][::-1]

    await db.write(story)


async def test_public_pages_hold_public_posts_that_are_neither_boosts_nor_replies(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), stranger(tx, "bob")
        here, there = note(tx, alice), note(tx, bob)
        boost(tx, bob, here)
        note(tx, bob, in_reply_to_uri=here.uri)
        for visibility in ("unlisted", "private", "direct"):
            note(tx, alice, visibility=visibility)
        assert ids(lists.public(tx, Page())) == [there.id, here.id]
        assert ids(lists.public(tx, Page(), local=True)) == [here.id]
        assert ids(lists.public(tx, Page(), local=False)) == [there.id]

    await db.write(story)


async def test_an_actors_page_leaves_out_what_was_not_asked_for(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), stranger(tx, "bob")
        plain = note(tx, alice)
        reply = note(tx, alice, in_reply_to_uri=plain.uri)
        passed_on = boost(tx, alice, note(tx, bob))
        quiet = note(tx, alice, visibility="private")
        assert passed_on is not None

        def page(*visibilities: str, **leave_out: bool) -> set[int]:
            return set(ids(lists.by_actor(tx, alice.id, Page(), visibilities=visibilities, **leave_out)))

        assert page("public") == {plain.id, reply.id, passed_on.id}
        assert page("public", "private") == {plain.id, reply.id, passed_on.id, quiet.id}
        assert page("public", boosts=False) == {plain.id, reply.id}
        assert page("public", replies=False) == {plain.id, passed_on.id}

    await db.write(story)


async def test_a_thread_is_found_upward_and_downward(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        root = note(tx, alice)
        left, right = (note(tx, alice, in_reply_to_uri=root.uri) for _ in range(2))
        leaf = note(tx, alice, in_reply_to_uri=left.uri)
        assert ids(lists.ancestors(tx, leaf.id)) == [root.id, left.id]
        assert ids(lists.ancestors(tx, root.id)) == []
        assert ids(lists.descendants(tx, root.id)) == [left.id, right.id, leaf.id]
        assert ids(lists.descendants(tx, leaf.id)) == []

    await db.write(story)


async def test_posts_that_reply_to_each_other_end(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        one = note(tx, alice)
        other = note(tx, alice, in_reply_to_uri=one.uri)
        tx.connection.exec_driver_sql(f"UPDATE posts SET in_reply_to_id = {other.id} WHERE id = {one.id}")  # noqa: S608 numbers of ours
        assert set(ids(lists.descendants(tx, one.id))) == {one.id, other.id}
        assert len(lists.ancestors(tx, one.id)) <= lists.MAX_ANCESTORS

    await db.write(story)
