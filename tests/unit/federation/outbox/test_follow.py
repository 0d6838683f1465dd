from __future__ import annotations

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.follow import accept, follow, reject, unfollow
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.notifications import queries as notifications
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from tests.fixtures import rooms
from tests.fixtures.outbox import member, sent
from tests.fixtures.rooms import note, stranger


async def told(db: Database, actor: Actor) -> list[str]:
    return [each.type for each in await db.read(lambda tx: notifications.page(tx, actor.id, Page()))]


async def test_following_elsewhere_asks_and_waits(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob"))
    asked = await follow(desk, alice, bob.id)
    assert asked.state == "pending"
    assert await follow(desk, alice, bob.id) == asked
    [(document, inboxes)] = await sent(db)
    assert inboxes == {bob.inbox}
    assert (document["type"], document["id"]) == ("Follow", asked.uri)
    assert (document["actor"], document["object"], document["to"]) == (alice.uri, bob.uri, [bob.uri])
    await unfollow(desk, alice, bob.id)
    await unfollow(desk, alice, bob.id)
    [_, (undone, inboxes)] = await sent(db)
    assert inboxes == {bob.inbox}
    assert undone["type"] == "Undo"
    assert undone["object"] == {name: value for name, value in document.items() if name != "@context"}
    assert await db.read(lambda tx: follows.find(tx, alice.id, bob.id)) is None


async def test_following_somebody_here_needs_no_letter(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    post = await db.write(lambda tx: note(tx, bob).id)
    made = await follow(desk, alice, bob.id)
    assert made.state == "accepted"
    assert await told(db, bob) == ["follow"]
    assert [entry.id for entry in await db.read(lambda tx: home.page(tx, alice.id, Page()))] == [post]
    await unfollow(desk, alice, bob.id)
    assert await told(db, bob) == []
    assert await db.read(lambda tx: home.page(tx, alice.id, Page())) == []
    assert await sent(db) == []


async def test_somebody_here_who_approves_by_hand_is_asked(db: Database, desk: Desk, alice: Actor) -> None:
    def setting(tx: Tx) -> Actor:
        bob = member(tx, "bob")
        actors.change(tx, bob.id, {"manually_approves": True})
        note(tx, bob)
        return bob

    bob = await db.write(setting)
    assert (await follow(desk, alice, bob.id)).state == "pending"
    assert await told(db, bob) == ["follow_request"]
    assert await db.read(lambda tx: home.page(tx, alice.id, Page())) == []
    await accept(desk, bob, alice.id)
    await accept(desk, bob, alice.id)
    assert await told(db, bob) == ["follow"]
    assert len(await db.read(lambda tx: home.page(tx, alice.id, Page()))) == 1
    await reject(desk, bob, alice.id)
    assert await told(db, bob) == []
    assert await db.read(lambda tx: home.page(tx, alice.id, Page())) == []
    assert await sent(db) == []


@pytest.mark.parametrize("type_", ["Accept", "Reject"])
async def test_a_request_from_elsewhere_is_answered_with_itself_inside(
    db: Database, desk: Desk, alice: Actor, type_: str
) -> None:
    def setting(tx: Tx) -> Actor:
        bob = stranger(tx, "bob")
        rooms.follow(tx, bob, alice, accepted=False)
        return bob

    bob = await db.write(setting)
    asked = await db.read(lambda tx: follows.find(tx, bob.id, alice.id))
    assert asked is not None
    await (accept if type_ == "Accept" else reject)(desk, alice, bob.id)
    [(document, inboxes)] = await sent(db)
    assert inboxes == {bob.inbox}
    assert (document["type"], document["actor"]) == (type_, alice.uri)
    assert document["object"] == {"id": asked.uri, "type": "Follow", "actor": bob.uri, "object": alice.uri}
    now = await db.read(lambda tx: follows.find(tx, bob.id, alice.id))
    assert (now.state if now else None) == ("accepted" if type_ == "Accept" else None)


async def test_a_follower_can_be_removed_later(db: Database, desk: Desk, alice: Actor) -> None:
    def setting(tx: Tx) -> Actor:
        bob = stranger(tx, "bob")
        rooms.follow(tx, bob, alice)
        return bob

    bob = await db.write(setting)
    await reject(desk, alice, bob.id)
    [(document, _)] = await sent(db)
    assert document["type"] == "Reject"
    assert await db.read(lambda tx: follows.find(tx, bob.id, alice.id)) is None


async def test_what_cannot_be_followed_or_answered_is_refused(db: Database, desk: Desk, alice: Actor) -> None:
    def setting(tx: Tx) -> Actor:
        gone = stranger(tx, "gone")
        actors.change(tx, gone.id, {"deleted_at": tx.now})
        return gone

    gone = await db.write(setting)
    with pytest.raises(NotValid):
        await follow(desk, alice, alice.id)
    for target in (gone.id, 1):
        with pytest.raises(NotFound):
            await follow(desk, alice, target)
        with pytest.raises(NotFound):
            await accept(desk, alice, target)
        with pytest.raises(NotFound):
            await reject(desk, alice, target)
    assert await sent(db) == []
