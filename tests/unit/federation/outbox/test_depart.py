from __future__ import annotations

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import local
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries.tables import envelopes
from fediverse_node.federation.outbox.depart import depart
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.profiles.worker import ErrandWorker
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import Conflict, NotFound
from fediverse_node.oauth import tokens
from fediverse_node.outbound.client import Outbound
from fediverse_node.posts import queries as posts
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock, member, sent
from tests.fixtures.rooms import follow, note, one_set_of_keys, stranger


async def test_every_server_that_ever_met_the_account_is_told(db: Database, desk: Desk, alice: Actor) -> None:
    def meet(tx: Tx) -> None:
        follow(tx, stranger(tx, "bob"), alice)
        follow(tx, alice, stranger(tx, "carol", domain="followed.example"), accepted=False)
        stranger(tx, "dora", domain="written.example", shared_inbox=None, fetched_at=tx.now)
        stranger(tx, "eve", domain="unmet.example")

    await db.write(meet)
    await publish(desk, alice, Draft(text="Hello @dora@written.example", visibility="public"))
    assert await depart(desk, alice) == 3
    document, inboxes = (await sent(db))[-1]
    assert (document["type"], document["actor"], document["object"]) == ("Delete", alice.uri, alice.uri)
    assert "proof" in document
    assert inboxes == {
        "https://there.example/inbox",
        "https://followed.example/inbox",
        "https://written.example/users/dora/inbox",
    }


async def test_what_was_still_on_its_way_stays_at_home(db: Database, desk: Desk, alice: Actor) -> None:
    await db.write(lambda tx: follow(tx, stranger(tx, "bob"), alice))
    await publish(desk, alice, Draft(text="Never mind"))
    await depart(desk, alice)
    rows = await db.read(lambda tx: tx.all(envelopes.select().order_by(envelopes.c.id)))
    assert [row.state for row in rows] == ["failed", "waiting"]


async def test_at_once_nobody_can_act_as_them_or_see_them(db: Database, desk: Desk, alice: Actor) -> None:
    account = await db.read(lambda tx: accounts.by_actor(tx, alice.id))
    assert account is not None
    token = await db.write(lambda tx: tokens.issue(tx, account.id, scopes="read", app_name="x"))
    carol = await db.write(lambda tx: member(tx, "carol"))
    await db.write(lambda tx: follow(tx, carol, alice))
    icon = {"name": "Alice", "icon": {"url": "https://here.example/a.png", "media_type": None}}
    await db.write(lambda tx: actors.change(tx, alice.id, icon))
    await depart(desk, alice)
    left = await db.read(lambda tx: actors.by_id(tx, alice.id))
    assert left is not None
    assert left.deleted_at is not None
    assert (left.name, left.icon, left.fields) == ("", None, ())
    assert await db.read(lambda tx: tokens.find(tx, token)) is None
    assert await db.read(lambda tx: follows.find(tx, carol.id, alice.id)) is None
    with pytest.raises(NotFound):
        await depart(desk, alice)


async def test_the_name_is_never_given_again(  # PRI-18
    db: Database, desk: Desk, alice: Actor
) -> None:
    # ADM-08
    await depart(desk, alice)
    for name in ("alice", "ALICE"):
        with pytest.raises(Conflict):
            await db.write(
                lambda tx, name=name: local.new_local_actor(  # type: ignore[misc]  # the loop's value is meant
                    tx, desk.addresses, name, local_keys=one_set_of_keys()
                )
            )


async def test_posts_are_erased_and_keys_go_when_the_last_letter_is_through(
    db: Database, desk: Desk, alice: Actor, outbound: Outbound, clock: TurnedClock
) -> None:
    await db.write(lambda tx: follow(tx, stranger(tx, "bob"), alice))
    written = await publish(desk, alice, Draft(text="A secret", visibility="direct"))
    many = [await db.write(lambda tx: note(tx, alice)) for _ in range(45)]
    await depart(desk, alice)
    assert await ErrandWorker(desk.discovery, outbound).run_once() == 1
    for post in (written, *many):
        assert await db.read(lambda tx, uri=post.uri: posts.by_uri(tx, uri)) is None  # type: ignore[misc]  # the loop's value
    tombstone = await db.read(lambda tx: posts.tombstone(tx, written.uri))
    assert tombstone is not None
    assert all(key.private_key for key in await db.read(lambda tx: actors.keys_of(tx, alice.id)))
    await db.write(lambda tx: tx.execute(envelopes.update().values(state="delivered")))
    clock.turn(hours=2)
    assert await ErrandWorker(desk.discovery, outbound).run_once() == 1
    assert not any(key.private_key for key in await db.read(lambda tx: actors.keys_of(tx, alice.id)))
    clock.turn(days=1)
    assert await ErrandWorker(desk.discovery, outbound).run_once() == 0
