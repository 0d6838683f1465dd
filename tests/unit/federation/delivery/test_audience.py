from __future__ import annotations

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.delivery import audience
from fediverse_node.posts.model import Visibility
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import follow, person, stranger, unsaved

SHARED = "https://there.example/inbox"


async def inboxes(db: Database, alice: Actor, visibility: Visibility, *named: Actor) -> set[str]:
    def unit(tx: Tx) -> list[str]:
        addressed = tuple(actor.uri for actor in named)
        post = unsaved(tx, alice, visibility=visibility, addressed=addressed)
        return audience.of_post(tx, post, alice)

    found = await db.write(unit)
    assert len(found) == len(set(found))
    return set(found)


async def test_many_followers_of_one_server_are_one_inbox(db: Database, alice: Actor) -> None:
    await db.write(lambda tx: [follow(tx, stranger(tx, f"f{n}"), alice) for n in range(5)])
    assert await inboxes(db, alice, "public") == {SHARED}


@pytest.mark.parametrize("accepted", [True, False])
async def test_followers_only_posts_need_an_accepted_follower(
    db: Database,
    alice: Actor,
    accepted: bool,  # noqa: FBT001 a column of the table
) -> None:
    await db.write(lambda tx: follow(tx, stranger(tx, "bob"), alice, accepted=accepted))
    assert await inboxes(db, alice, "private") == ({SHARED} if accepted else set())


@pytest.mark.parametrize("column", ["suspended_at", "deleted_at", None])
async def test_nothing_goes_to_those_who_are_suspended_or_gone(
    db: Database, alice: Actor, column: str | None
) -> None:
    def setting(tx: Tx) -> Actor:
        bob = stranger(tx, "bob")
        follow(tx, bob, alice)
        if column is not None:
            actors.change(tx, bob.id, {column: tx.now})
        return bob

    bob = await db.write(setting)
    expected = {SHARED} if column is None else set()
    assert await inboxes(db, alice, "public") == expected
    assert await inboxes(db, alice, "public", bob) == expected


async def test_a_direct_post_goes_to_own_inboxes_only(db: Database, alice: Actor) -> None:
    def setting(tx: Tx) -> tuple[Actor, Actor]:
        bob, eve = stranger(tx, "bob"), stranger(tx, "eve")
        follow(tx, bob, alice)
        follow(tx, eve, alice)
        return bob, eve

    bob, eve = await db.write(setting)
    assert await inboxes(db, alice, "direct", bob) == {bob.inbox}
    assert await inboxes(db, alice, "direct", bob, eve) == {bob.inbox, eve.inbox}
    assert await inboxes(db, alice, "direct") == set()


async def test_somebody_named_in_a_followers_only_post_gets_it_at_their_own_inbox(
    db: Database, alice: Actor
) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob"))
    assert await inboxes(db, alice, "private", bob) == {bob.inbox}
    await db.write(lambda tx: follow(tx, stranger(tx, "eve"), alice))
    assert await inboxes(db, alice, "private", bob) == {SHARED}


async def test_nobody_here_is_written_to(db: Database, alice: Actor) -> None:
    def setting(tx: Tx) -> Actor:
        bob = person(tx, "bob")
        follow(tx, bob, alice)
        return bob

    bob = await db.write(setting)
    for visibility in ("public", "unlisted", "private", "direct"):
        assert await inboxes(db, alice, visibility, bob) == set()
    assert audience.of_person(bob) == []


async def test_news_about_somebody_go_to_their_followers(db: Database, alice: Actor) -> None:
    def setting(tx: Tx) -> list[str]:
        follow(tx, stranger(tx, "bob"), alice)
        stranger(tx, "eve", domain="else.example")
        return audience.of_followers(tx, alice)

    assert await db.write(setting) == [SHARED]
