from __future__ import annotations

import pytest

from fediverse_node.activitystreams.read import read_activity
from fediverse_node.actors.model import Actor
from fediverse_node.consent import queries as ledger
from fediverse_node.deliveries import claims
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.deliveries.model import Outcome
from fediverse_node.deliveries.tables import activities
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotAllowed, NotFound
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Visibility
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock, member, sent
from tests.fixtures.rooms import follow, stranger


def deliver_everything(tx: Tx) -> None:
    found = claims.candidates(tx, limit=99)
    claims.record(
        tx,
        [
            Outcome(
                envelope_id=envelope.id,
                state="delivered",
                due_at=None,
                status=202,
                error=None,
                milliseconds=1,
            )
            for envelope in found
        ],
    )


async def test_a_deleted_post_is_gone_at_once_and_everybody_who_has_it_is_told(
    db: Database, desk: Desk, alice: Actor, clock: TurnedClock
) -> None:
    def setting(tx: Tx) -> None:
        follow(tx, stranger(tx, "bob"), alice)
        follow(tx, stranger(tx, "eve", domain="former.example"), alice)
        member(tx, "ann")

    await db.write(setting)
    post = await publish(desk, alice, Draft(text="@ann secret words", training_use=True))
    await db.write(deliver_everything)

    def eve_leaves(tx: Tx) -> None:
        [gone] = follows.at_inbox(tx, alice.id, "https://former.example/inbox")
        follows.remove(tx, gone)

    await db.write(eve_leaves)
    clock.turn(minutes=1)
    assert await retract(desk, alice, post.id) == post
    document, inboxes = (await sent(db))[-1]
    assert inboxes == {"https://there.example/inbox", "https://former.example/inbox"}
    activity = read_activity(document)
    assert (activity.type, activity.object_id, activity.actor) == ("Delete", post.uri, alice.uri)
    assert document["object"]["type"] == "Tombstone"
    assert document["object"]["formerType"] == "Note"
    assert "proof" in document
    assert await db.read(lambda tx: posts.by_id(tx, post.id)) is None
    assert await db.read(lambda tx: posts.tombstone(tx, post.uri)) is not None
    history = await db.read(lambda tx: ledger.history(tx, post.uri))
    assert [entry.kind for entry in history] == ["grant", "erase"]
    stored = await db.read(lambda tx: tx.all(activities.select()))
    assert not any(b"secret words" in row.document for row in stored)
    assert [row.type for row in stored if row.public] == ["Delete"]


async def test_what_was_not_sent_yet_stays_at_home(db: Database, desk: Desk, alice: Actor) -> None:
    await db.write(lambda tx: follow(tx, stranger(tx, "bob"), alice))
    post = await publish(desk, alice, Draft(text="too early"))
    await retract(desk, alice, post.id)
    rows = await db.read(lambda tx: deliveries.trace(tx, post.id))
    assert [(row.activity, row.state) for row in rows] == [("Create", "failed"), ("Delete", "waiting")]


async def test_who_was_told_of_the_post_is_told_no_longer(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    post = await publish(desk, alice, Draft(text="@bob"))
    kept = await publish(desk, alice, Draft(text="@bob again"))
    await retract(desk, alice, post.id)
    told = await db.read(lambda tx: notifications.page(tx, bob.id, Page()))
    assert [each.post_id for each in told] == [kept.id]


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_the_delete_of_a_closed_post_is_as_closed_as_the_post(
    db: Database, desk: Desk, alice: Actor, visibility: Visibility
) -> None:
    await publish(desk, alice, Draft(text="x", visibility=visibility))
    [(created, _)] = await sent(db)
    [row] = await db.read(lambda tx: tx.all(activities.select()))
    await retract(desk, alice, row.post_id)
    document, inboxes = (await sent(db))[-1]
    assert (document["to"], document["cc"]) == (created["to"], created["cc"])
    assert "proof" not in document
    assert inboxes == set()


async def test_only_the_author_deletes_and_only_once(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    post = await publish(desk, alice, Draft(text="mine"))
    with pytest.raises(NotAllowed):
        await retract(desk, bob, post.id)
    assert await db.read(lambda tx: posts.by_id(tx, post.id)) == post
    await retract(desk, alice, post.id)
    with pytest.raises(NotFound):
        await retract(desk, alice, post.id)
    assert len(await sent(db)) == 2
