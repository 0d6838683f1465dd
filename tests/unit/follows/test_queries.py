from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.follows import queries as follows
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import follow, person, stranger


async def test_a_pending_follow_is_no_follow_until_it_is_accepted(db: Database) -> None:
    def story(tx: Tx) -> tuple[bool, bool, bool]:
        alice, bob = person(tx, "alice"), stranger(tx, "bob")
        asked = follow(tx, bob, alice, accepted=False)
        before = follows.is_following(tx, bob.id, alice.id)
        first, second = follows.accept(tx, asked), follows.accept(tx, asked)
        assert first
        assert not second
        return before, follows.is_following(tx, bob.id, alice.id), follows.is_following(tx, alice.id, bob.id)

    assert await db.write(story) == (False, True, False)


async def test_a_pair_has_one_follow(db: Database) -> None:
    def story(tx: Tx) -> bool:
        alice, bob = person(tx, "alice"), stranger(tx, "bob")
        made = follow(tx, bob, alice)
        return follows.add(tx, made)

    assert await db.write(story) is False


async def test_mail_for_followers_goes_once_to_each_server_and_only_to_active_remote_ones(
    db: Database,
) -> None:
    def story(tx: Tx) -> list[str]:
        alice = person(tx, "alice")
        for name in ("bob", "carol"):
            follow(tx, stranger(tx, name), alice)
        follow(tx, stranger(tx, "dora", domain="own.example", shared_inbox=None), alice)
        follow(tx, stranger(tx, "pending", domain="pending.example"), alice, accepted=False)
        follow(tx, person(tx, "local"), alice)
        gone = stranger(tx, "gone", domain="gone.example")
        follow(tx, gone, alice)
        actors.change(tx, gone.id, {"suspended_at": tx.now})
        return follows.follower_inboxes(tx, alice.id)

    assert sorted(await db.write(story)) == [
        "https://own.example/users/dora/inbox",
        "https://there.example/inbox",
    ]


async def test_counts_and_pages_show_accepted_follows_newest_first(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice = person(tx, "alice")
        fans = [stranger(tx, f"fan{number}") for number in range(5)]
        for fan in fans:
            follow(tx, fan, alice)
        follow(tx, stranger(tx, "pending"), alice, accepted=False)
        follow(tx, alice, fans[0])

        assert follows.counts(tx, alice.id) == (5, 1)
        first = follows.followers_page(tx, alice.id, Page(limit=3))
        rest = follows.followers_page(tx, alice.id, Page(limit=3, max_id=first[-1][0]))
        assert [actor_id for _, actor_id in first + rest] == [fan.id for fan in reversed(fans)]
        assert [actor_id for _, actor_id in follows.following_page(tx, alice.id, Page())] == [fans[0].id]
        assert len(follows.requests_page(tx, alice.id, Page())) == 1

    await db.write(story)
