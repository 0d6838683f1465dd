"""Somebody takes everything along from one server to another: what comes along, and who hears of it."""

from __future__ import annotations

from pathlib import Path

from fediverse_node.archive.arrive import Wanted, arrive
from fediverse_node.archive.contents import Desk
from fediverse_node.archive.pack import pack_to
from fediverse_node.archive.worker import WishWorker
from fediverse_node.consent import queries as ledger
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.follows import queries as follows
from fediverse_node.posts import lists
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.two_nodes.conftest import World

EVERY = ("public", "unlisted", "private", "direct")


def accept_all(tx: Tx, actor_id: int) -> None:
    """Whoever was asked said yes."""
    for _, target_id in follows.wanted_page(tx, actor_id, Page()):
        found = follows.find(tx, actor_id, target_id)
        assert found is not None
        follows.accept(tx, found)


async def test_everything_comes_along_and_nobody_hears_of_it(world: World, tmp_path: Path) -> None:
    alpha, beta, alice, carol = world.alpha, world.beta, world.alice, world.carol
    for each in (world.dave, world.bob):
        await alice.call("POST", f"v1/accounts/{await alice.find(each.handle)}/follow")
    await world.settled()
    await alpha.node.db.write(lambda tx: accept_all(tx, alice.person.actor.id))
    drafts = [
        Draft(text="Use this for training", training_use=True),
        Draft(text="For few", visibility="private"),
    ]
    for draft in drafts:
        await publish(alpha.desk, alice.person.actor, draft)
    await world.settled()
    heard = len(world.elsewhere.received)
    before = await beta.node.db.read(deliveries.counts)

    archive = tmp_path / "alice.zip"
    await pack_to(alpha.node.db, Desk(actor=alice.person.actor, addresses=alpha.addresses), archive)
    with archive.open("rb") as file:
        arrived = await arrive(beta.desk, carol.person.actor, file, Wanted(name=archive.name))
    assert arrived.taken is not None
    assert (arrived.taken.posts, arrived.taken.refused) == (2, ())
    await world.settled()
    assert await beta.node.db.read(deliveries.counts) == before
    assert len(world.elsewhere.received) == heard

    db, who = beta.node.db, carol.person.actor
    taken = await db.read(lambda tx: lists.by_actor(tx, who.id, Page(), visibilities=EVERY))
    there = await alpha.node.db.read(
        lambda tx: lists.by_actor(tx, alice.person.actor.id, Page(), visibilities=EVERY)
    )
    assert [(post.visibility, post.content_html) for post in taken] == [
        (post.visibility, post.content_html) for post in there
    ]
    # Archives say whole seconds.
    assert [post.published_at for post in taken] == [
        post.published_at.replace(microsecond=0) for post in there
    ]
    assert await db.read(lambda tx: ledger.of_actor(tx, who.uri, Page())) == []
    async with beta.http.get(taken[-1].uri, headers={"Accept": "application/activity+json"}) as answer:
        assert (await answer.json())["contentUsage"] == "train-ai=n"

    await world.later(minutes=1)
    assert await WishWorker(beta.desk).run_once() == 2
    await world.settled()
    rows = await db.read(lambda tx: follows.wanted_page(tx, who.id, Page()))
    assert len(rows) == 2
    assert [each["actor"] for each in await world.elsewhere.receives("Follow", 2)] == [alice.uri, who.uri]
