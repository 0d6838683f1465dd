from __future__ import annotations

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.pin import pin, unpin
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.kernel.errors import NotAllowed, NotFound, NotValid
from fediverse_node.posts import pins
from fediverse_node.storage.database import Database
from tests.fixtures.outbox import member, sent
from tests.fixtures.rooms import follow, note, stranger


async def pinned(db: Database, actor: Actor) -> list[int]:
    return [post.id for post in await db.read(lambda tx: pins.of_actor(tx, actor.id))]


async def test_followers_are_told_what_is_pinned(db: Database, desk: Desk, alice: Actor) -> None:
    await db.write(lambda tx: follow(tx, stranger(tx, "bob"), alice))
    post = await db.write(lambda tx: note(tx, alice))
    await pin(desk, alice, post.id)
    await pin(desk, alice, post.id)
    await unpin(desk, alice, post.id)
    await unpin(desk, alice, post.id)
    (add, inboxes), (remove, _) = await sent(db)
    assert (add["type"], add["object"], add["target"]) == ("Add", post.uri, alice.featured)
    assert (remove["type"], remove["target"]) == ("Remove", alice.featured)
    assert "proof" in add
    assert inboxes == {"https://there.example/inbox"}


async def test_five_posts_can_be_pinned_and_the_newest_pin_comes_first(
    db: Database, desk: Desk, alice: Actor
) -> None:
    posts = [await db.write(lambda tx: note(tx, alice)) for _ in range(6)]
    for post in posts[:5]:
        await pin(desk, alice, post.id)
    with pytest.raises(NotValid, match="At most 5"):
        await pin(desk, alice, posts[5].id)
    assert await pinned(db, alice) == [post.id for post in reversed(posts[:5])]
    # What is deleted takes no place.
    await retract(desk, alice, posts[0].id)
    await pin(desk, alice, posts[5].id)
    assert (await pinned(db, alice))[0] == posts[5].id


@pytest.mark.parametrize(("local_only", "told"), [(True, []), (False, ["Add", "Remove"])])
async def test_nobody_elsewhere_hears_of_a_pin_of_what_stays_here(
    db: Database, desk: Desk, alice: Actor, *, local_only: bool, told: list[str]
) -> None:
    await db.write(lambda tx: follow(tx, stranger(tx, "bob"), alice))
    post = await db.write(lambda tx: note(tx, alice, local_only=local_only))
    await pin(desk, alice, post.id)
    assert await pinned(db, alice) == [post.id]
    await unpin(desk, alice, post.id)
    assert [document["type"] for document, _ in await sent(db)] == told


async def test_only_what_everybody_may_see_is_pinned(db: Database, desk: Desk, alice: Actor) -> None:
    post = await db.write(lambda tx: note(tx, alice, visibility="private"))
    with pytest.raises(NotValid):
        await pin(desk, alice, post.id)
    assert await sent(db) == []


async def test_only_ones_own_posts_can_be_pinned(db: Database, desk: Desk, alice: Actor) -> None:
    # OBJ-24
    carol = await db.write(lambda tx: member(tx, "carol"))
    post = await db.write(lambda tx: note(tx, carol))
    with pytest.raises(NotAllowed):
        await pin(desk, alice, post.id)
    with pytest.raises(NotFound):
        await unpin(desk, alice, 1)
    assert await pinned(db, alice) == []
