from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from fediverse_node.actors import errands
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries.tables import activities, envelopes
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.edit import Edit, edit
from fediverse_node.federation.outbox.follow import follow as begin_to_follow
from fediverse_node.federation.outbox.move import add_alias, cancel_move, move, remove_alias
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.react import boost
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import Conflict, NotAllowed, NotFound, NotValid
from fediverse_node.storage.database import Database
from tests.fakes.remote_server import RemoteActor, RemoteServer
from tests.fixtures.outbox import TurnedClock, member, sent
from tests.fixtures.rooms import follow, person, stranger


@pytest.fixture
async def there() -> AsyncIterator[RemoteServer]:
    async with RemoteServer() as server:
        yield server


@pytest.fixture
async def new(there: RemoteServer, db: Database, desk: Desk) -> RemoteActor:
    await db.write(lambda tx: person(tx, desk.addresses.domain))
    return there.add_actor("alice")


async def read(db: Database, actor: Actor) -> Actor:
    found = await db.read(lambda tx: actors.by_id(tx, actor.id))
    assert found is not None
    return found


async def test_an_account_moves_with_its_followers(
    db: Database, desk: Desk, alice: Actor, new: RemoteActor
) -> None:
    new.extra["alsoKnownAs"] = [alice.uri]
    carol = await db.write(lambda tx: member(tx, "carol"))
    await db.write(lambda tx: follow(tx, stranger(tx, "bob"), alice))
    await db.write(lambda tx: follow(tx, carol, alice))
    after = await move(desk, alice, new.uri)
    assert after.moved_to == new.uri
    (update, to_followers), (document, inboxes), (asked, _) = await sent(db)
    assert (update["type"], update["object"]["movedTo"]) == ("Update", new.uri)
    assert (document["type"], document["object"], document["target"]) == ("Move", alice.uri, new.uri)
    assert "proof" in document
    assert to_followers == inboxes == {"https://there.example/inbox"}
    assert (asked["type"], asked["actor"], asked["object"]) == ("Follow", carol.uri, new.uri)
    assert await db.read(lambda tx: follows.find(tx, carol.id, alice.id)) is None


async def test_who_moves_away_says_yes_to_training_no_longer(
    db: Database, desk: Desk, alice: Actor, new: RemoteActor
) -> None:
    new.extra["alsoKnownAs"] = [alice.uri]
    await move(desk, alice, new.uri)
    due = await db.write(lambda tx: errands.claim(tx, limit=9, lease=timedelta(minutes=1)))
    assert (alice.id, "lapse") in {(each.actor_id, each.kind) for each in due}


async def test_an_account_that_moved_speaks_no_more_and_can_still_be_edited_and_read(
    db: Database, desk: Desk, alice: Actor, new: RemoteActor
) -> None:
    new.extra["alsoKnownAs"] = [alice.uri]
    post = await publish(desk, alice, Draft(text="Before"))
    gone = await move(desk, alice, new.uri)
    with pytest.raises(NotAllowed, match="has moved"):
        await publish(desk, gone, Draft(text="After"))
    with pytest.raises(NotAllowed, match="has moved"):
        await boost(desk, gone, post.id)
    edited = await edit(desk, gone, post.id, Edit(text="Corrected"))
    assert "Corrected" in edited.content_html


async def test_the_new_account_must_name_the_old_one(
    db: Database, desk: Desk, alice: Actor, new: RemoteActor
) -> None:
    with pytest.raises(NotValid, match="does not say"):
        await move(desk, alice, new.uri)
    assert (await read(db, alice)).moved_to is None
    assert await sent(db) == []
    # Added over there a moment later; what was fetched a moment ago does not count.
    new.extra["alsoKnownAs"] = [alice.uri]
    assert (await move(desk, alice, new.uri)).moved_to == new.uri


async def test_an_account_that_moved_is_no_new_home(desk: Desk, alice: Actor, new: RemoteActor) -> None:
    new.extra.update(alsoKnownAs=[alice.uri], movedTo="https://third.example/users/alice")
    with pytest.raises(NotValid, match="not in use"):
        await move(desk, alice, new.uri)


async def test_nobody_moves_to_themselves(desk: Desk, alice: Actor) -> None:
    with pytest.raises(NotValid):
        await move(desk, alice, "@alice@here.example")


async def test_an_account_moves_once_in_thirty_days(
    db: Database, desk: Desk, alice: Actor, new: RemoteActor, there: RemoteServer, clock: TurnedClock
) -> None:
    new.extra["alsoKnownAs"] = [alice.uri]
    third = there.add_actor("third", alsoKnownAs=[alice.uri])
    moved = await move(desk, alice, new.uri)
    with pytest.raises(Conflict, match="already"):
        await move(desk, moved, third.uri)
    await db.write(lambda tx: actors.change(tx, alice.id, {"moved_to": None}))
    clock.turn(days=29)
    with pytest.raises(Conflict, match="thirty days"):
        await move(desk, alice, third.uri)
    clock.turn(days=2)
    assert (await move(desk, alice, third.uri)).moved_to == third.uri


async def test_a_move_by_mistake_is_taken_back(
    db: Database, desk: Desk, alice: Actor, new: RemoteActor, clock: TurnedClock
) -> None:
    new.extra["alsoKnownAs"] = [alice.uri]
    await db.write(lambda tx: follow(tx, stranger(tx, "bob"), alice))
    gone = await move(desk, alice, new.uri)
    back = await cancel_move(desk, gone)
    assert back.moved_to is None
    *_, (document, inboxes) = await sent(db)
    assert (document["type"], "movedTo" in document["object"]) == ("Update", False)
    assert inboxes == {"https://there.example/inbox"}
    rows = await db.read(
        lambda tx: tx.all(
            sa.select(activities.c.type, activities.c.public, envelopes.c.state)
            .join_from(activities, envelopes)
            .order_by(activities.c.id)
        )
    )
    assert [tuple(row) for row in rows] == [
        ("Update", True, "waiting"),
        ("Move", False, "failed"),
        ("Update", True, "waiting"),
    ]
    assert (await publish(desk, back, Draft(text="Here again"))).content_html == "<p>Here again</p>"
    with pytest.raises(Conflict, match="has not moved"):
        await cancel_move(desk, back)
    with pytest.raises(Conflict, match="thirty days"):
        await move(desk, back, new.uri)
    clock.turn(days=31)
    assert (await move(desk, back, new.uri)).moved_to == new.uri


async def test_a_neighbour_can_be_the_new_home(db: Database, desk: Desk, alice: Actor) -> None:
    dora = await db.write(lambda tx: member(tx, "dora"))
    carol = await db.write(lambda tx: member(tx, "carol"))
    await db.write(lambda tx: follow(tx, carol, alice))
    await db.write(lambda tx: follow(tx, dora, alice))
    await add_alias(desk, dora, "@alice@here.example")
    await move(desk, alice, "@dora@here.example")
    found = await db.read(lambda tx: follows.find(tx, carol.id, dora.id))
    assert found is not None
    assert found.state == "accepted"
    assert await db.read(lambda tx: follows.find(tx, dora.id, dora.id)) is None


async def test_aliases_are_added_and_removed(
    db: Database, desk: Desk, alice: Actor, new: RemoteActor
) -> None:
    named = await add_alias(desk, alice, new.uri)
    assert named.also_known_as == (new.uri,)
    assert (await add_alias(desk, named, new.uri)).also_known_as == (new.uri,)
    [(update, _)] = await sent(db)
    assert update["object"]["alsoKnownAs"] == [new.uri]
    assert (await remove_alias(desk, named, new.uri)).also_known_as == ()
    with pytest.raises(NotFound):
        await remove_alias(desk, await read(db, alice), new.uri)


async def test_an_alias_whose_server_is_gone_can_be_removed(db: Database, desk: Desk, alice: Actor) -> None:
    lost = "https://lost.example/users/alice"
    await db.write(lambda tx: actors.change(tx, alice.id, {"also_known_as": [lost]}))
    assert (await remove_alias(desk, await read(db, alice), lost)).also_known_as == ()


async def test_nobody_is_their_own_alias(desk: Desk, alice: Actor) -> None:
    with pytest.raises(NotValid):
        await add_alias(desk, alice, alice.uri)


async def test_following_somebody_who_pins_asks_for_their_pins(
    desk: Desk, db: Database, alice: Actor
) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob"))
    assert (await begin_to_follow(desk, alice, bob.id)).state == "pending"
