from __future__ import annotations

from fediverse_node.actors.model import Actor
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from tests.fixtures.rooms import follow, note, person, stranger


def homes(tx: Tx, actor: Actor) -> list[int]:
    return [post.id for post in home.page(tx, actor.id, Page())]


async def test_a_post_reaches_its_author_and_accepted_local_followers(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob, carol, dora = (person(tx, name) for name in ("alice", "bob", "carol", "dora"))
        follow(tx, bob, alice)
        follow(tx, carol, alice, accepted=False)
        post = note(tx, alice)

        home.deliver(tx, post)
        home.deliver(tx, post)

        assert homes(tx, alice) == homes(tx, bob) == [post.id]
        assert homes(tx, carol) == homes(tx, dora) == []

    await db.write(story)


async def test_a_direct_post_reaches_only_followers_it_mentions(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob, carol = (person(tx, name) for name in ("alice", "bob", "carol"))
        for reader in (bob, carol):
            follow(tx, reader, alice)
        post = note(tx, alice, visibility="direct", mentioned=[bob])

        home.deliver(tx, post)

        assert homes(tx, bob) == [post.id]
        assert homes(tx, carol) == []

    await db.write(story)


async def test_following_brings_recent_posts_and_unfollowing_takes_them_out(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob, carol = person(tx, "alice"), stranger(tx, "bob"), stranger(tx, "carol")
        theirs = [note(tx, bob).id, note(tx, bob, visibility="private").id]
        note(tx, bob, visibility="direct")
        other = note(tx, carol)
        follow(tx, alice, carol)
        home.deliver(tx, other)

        home.backfill(tx, alice.id, bob.id)
        assert homes(tx, alice) == sorted([*theirs, other.id], reverse=True)

        home.withdraw(tx, alice.id, bob.id)
        assert homes(tx, alice) == [other.id]

    await db.write(story)


async def test_of_some_posts_it_is_known_which_are_at_home(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        mine, other = note(tx, alice), note(tx, bob)
        for post in (mine, other):
            home.deliver(tx, post)
        assert home.among(tx, alice.id, [mine.id, other.id]) == {mine.id}
        assert home.among(tx, alice.id, []) == set()

    await db.write(story)
