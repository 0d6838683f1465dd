"""Relays of the LitePub kind (FEP-ae0c): subscribing, what they bring, and what they are given."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fediverse_node.deliveries.tables import activities
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.posts import lists
from fediverse_node.posts.model import Visibility
from fediverse_node.relays import queries as relays
from fediverse_node.storage.paging import Page
from fediverse_node.web.control.routes import OPERATIONS
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import JsonDict, RemoteActor


async def command(street: Street, name: str, **arguments: Any) -> JsonDict:
    return await OPERATIONS[name](street.node.node, arguments, lambda _: None)


async def sent(street: Street, type_: str) -> list[JsonDict]:
    """Activities of *type_* that stand ready to be sent."""
    statement = activities.select().where(activities.c.type == type_).order_by(activities.c.id)
    return [json.loads(row.document) for row in await street.read(lambda tx: tx.all(statement))]


async def asked(street: Street) -> tuple[RemoteActor, JsonDict]:
    """A relay that was asked, and the Follow it got."""
    relay = street.there.add_actor("relay", type="Application")
    assert (await command(street, "relay.add", url=relay.uri))["state"] == "pending"
    return relay, (await sent(street, "Follow"))[-1]


async def subscribed(street: Street) -> RemoteActor:
    """A relay that said yes."""
    relay, follow = await asked(street)
    inbox = f"{street.node.addresses.instance_actor}/inbox"
    assert await relay.send(inbox, relay.activity("Accept", follow)) == 202
    return relay


async def state(street: Street) -> list[str]:
    return [each["state"] for each in (await command(street, "relay.list"))["relays"]]


async def public(street: Street) -> list[str]:
    found = await street.read(lambda tx: lists.public(tx, Page()))
    return [post.uri for post in found]


async def test_a_relay_is_asked_answers_and_follows_back(street: Street) -> None:
    relay, follow = await asked(street)
    ourselves = street.node.addresses.instance_actor
    assert (follow["actor"], follow["object"]) == (ourselves, relay.uri)
    assert await relay.send(street.shared, relay.follow(ourselves)) == 202
    assert [each["object"]["actor"] for each in await sent(street, "Accept")] == [relay.uri]
    assert await relay.send(street.shared, relay.activity("Accept", follow["id"])) == 202
    assert await state(street) == ["active"]


async def test_nobody_else_answers_for_a_relay(street: Street) -> None:  # OBJ-26
    relay, follow = await asked(street)
    for who, answer in (
        (street.bob, follow["id"]),
        (street.bob, follow),
        (relay, f"{street.node.addresses.origin}/activities/1"),
        (relay, {**follow, "actor": street.bob.uri, "id": f"{relay.server.origin}/1"}),
    ):
        await who.send(street.shared, who.activity("Accept", answer))
        assert await state(street) == ["pending"]
    assert await relay.send(street.shared, relay.activity("Reject", follow)) == 202
    assert await state(street) == ["refused"]


async def test_only_a_relay_may_follow_the_server(street: Street) -> None:
    await street.meet(street.bob)
    before = len(await sent(street, "Accept"))
    assert (
        await street.bob.send(street.shared, street.bob.follow(street.node.addresses.instance_actor)) == 202
    )
    assert len(await sent(street, "Accept")) == before


async def test_a_person_is_no_relay_and_none_is_asked_twice(street: Street) -> None:
    with pytest.raises(Exception, match="no relay"):
        await command(street, "relay.add", url=street.bob.uri)
    relay, _ = await asked(street)
    with pytest.raises(Exception, match="already"):
        await command(street, "relay.add", url=relay.uri)


async def test_what_a_relay_brings_is_fetched_for_the_public_timeline_only(street: Street) -> None:
    relay = await subscribed(street)
    tag = {"type": "Mention", "href": street.alice.actor.uri, "name": "@alice"}
    note = street.carol.note("<p>Far away</p>", tag=[tag])
    assert await relay.send(street.shared, relay.announce(note["id"])) == 202
    await street.work()
    stored = await street.post(note["id"])
    assert stored is not None
    assert (stored.content_html, stored.boosts_count) == ("<p>Far away</p>", 0)
    assert await public(street) == [note["id"]]
    assert (await street.home(), await street.told()) == ([], [])


async def test_who_is_no_relay_brings_nothing(street: Street) -> None:
    relay, _ = await asked(street)
    note = street.carol.note()
    for who in (relay, street.bob):
        assert await who.send(street.shared, who.announce(note["id"])) == 202
        await street.work()
        assert await street.post(note["id"]) is None
    assert street.there.asked_for(note["id"].removeprefix(street.there.origin)) == []


async def test_a_relay_brings_no_more_than_its_share(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    relay = await subscribed(street)
    monkeypatch.setattr(relays.take, "__kwdefaults__", {"most": 2})
    notes = [street.carol.note() for _ in range(3)]
    for note in notes:
        assert await relay.send(street.shared, relay.announce(note["id"])) == 202
    await street.work()
    assert [await street.post(note["id"]) is not None for note in notes] == [True, True, False]


async def test_a_post_that_not_everybody_may_see_does_not_come_by_a_relay(street: Street) -> None:  # OBJ-29
    relay = await subscribed(street)
    note = street.carol.note(to=[street.carol.followers], cc=[])
    assert await relay.send(street.shared, relay.announce(note["id"])) == 202
    await street.work()
    assert await street.post(note["id"]) is None


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
async def test_a_relay_is_given_what_is_public(street: Street, visibility: Visibility) -> None:  # PRI-03
    await subscribed(street)
    draft = Draft(text=f"Hello {street.bob.handle}", visibility=visibility)
    post = await publish(street.node.desk, street.alice.actor, draft)
    found = await sent(street, "Announce")
    if visibility != "public":
        assert found == []
        return
    assert [(each["actor"], each["object"]) for each in found] == [
        (street.node.addresses.instance_actor, post.uri)
    ]


async def test_a_relay_that_was_left_is_told_and_given_nothing(street: Street) -> None:
    relay = await subscribed(street)
    await command(street, "relay.remove", url=relay.uri)
    assert [each["object"]["type"] for each in await sent(street, "Undo")] == ["Follow"]
    assert await state(street) == []
    await publish(street.node.desk, street.alice.actor, Draft(text="Hello"))
    assert await sent(street, "Announce") == []
    with pytest.raises(Exception, match="not among"):
        await command(street, "relay.remove", url=relay.uri)
