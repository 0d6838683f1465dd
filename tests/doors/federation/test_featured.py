"""Pins (OBJ-24): only the owner of a profile pins to it, and only posts of their own."""

from __future__ import annotations

from typing import Any

from fediverse_node.actors import errands
from fediverse_node.federation.profiles import featured
from fediverse_node.federation.profiles.worker import ErrandWorker
from fediverse_node.posts import pins
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import RemoteActor

JsonDict = dict[str, Any]


def with_featured(actor: RemoteActor) -> str:
    actor.extra["featured"] = f"{actor.uri}/featured"
    return str(actor.extra["featured"])


async def pinned(street: Street, whose: RemoteActor) -> list[str]:
    actor = await street.actor(whose)
    assert actor is not None
    return [post.uri for post in await street.read(lambda tx: pins.of_actor(tx, actor.id))]


async def test_a_post_is_pinned_and_taken_down(street: Street) -> None:
    target = with_featured(street.bob)
    await street.befriend(street.bob)
    note = street.bob.note()
    await street.bob.send(street.inbox, street.bob.create(note))
    add = street.bob.activity("Add", note["id"], target=target)
    assert await street.bob.send(street.inbox, add) == 202
    assert await pinned(street, street.bob) == [note["id"]]
    remove = street.bob.activity("Remove", note["id"], target=target)
    assert await street.bob.send(street.inbox, remove) == 202
    assert await pinned(street, street.bob) == []


async def test_a_post_that_is_not_here_is_fetched_from_its_origin_and_told_to_nobody(street: Street) -> None:
    target = with_featured(street.bob)
    await street.befriend(street.bob)
    note = street.bob.note()
    await street.bob.send(street.inbox, street.bob.activity("Add", note, target=target))
    assert await street.work() == 1
    assert await pinned(street, street.bob) == [note["id"]]
    assert await street.home() == []


async def test_nobody_pins_to_the_profile_of_another(street: Street) -> None:
    # OBJ-24
    target = with_featured(street.bob)
    await street.befriend(street.bob)
    await street.befriend(street.carol)
    note = street.bob.note()
    await street.bob.send(street.inbox, street.bob.create(note))
    add = street.carol.activity("Add", note["id"], target=target)
    assert await street.carol.send(street.inbox, add) == 202
    elsewhere = street.carol.activity("Add", note["id"], target="https://elsewhere.example/featured")
    assert await street.carol.send(street.inbox, elsewhere) == 403
    await street.work()
    assert await pinned(street, street.bob) == []
    assert await pinned(street, street.carol) == []


async def test_nobody_pins_what_another_said(street: Street) -> None:
    # OBJ-24
    with_featured(street.bob)
    target = with_featured(street.carol)
    await street.befriend(street.bob)
    await street.befriend(street.carol)
    known, unknown = street.bob.note(), street.bob.note()
    await street.bob.send(street.inbox, street.bob.create(known))
    assert (
        await street.carol.send(street.inbox, street.carol.activity("Add", known["id"], target=target)) == 403
    )
    await street.carol.send(street.inbox, street.carol.activity("Add", unknown["id"], target=target))
    await street.work()
    assert await pinned(street, street.carol) == []
    assert await street.post(unknown["id"]) is None


async def test_followers_is_not_a_collection_that_can_be_added_to(street: Street) -> None:
    # OBJ-24
    with_featured(street.bob)
    await street.befriend(street.bob)
    before = await street.rows()
    add = street.bob.activity("Add", street.alice.actor.uri, target=street.bob.followers)
    assert await street.bob.send(street.inbox, add) == 202
    assert await street.rows() == before


async def test_a_followers_only_post_is_not_pinned(street: Street) -> None:
    target = with_featured(street.bob)
    await street.befriend(street.bob)
    note = street.bob.note(to=[street.bob.followers], cc=[])
    await street.bob.send(street.inbox, street.bob.create(note))
    await street.bob.send(street.inbox, street.bob.activity("Add", note["id"], target=target))
    assert await street.post(note["id"]) is not None
    assert await pinned(street, street.bob) == []


async def test_the_pins_of_somebody_one_begins_to_follow_are_fetched_bounded(street: Street) -> None:
    target = with_featured(street.bob)
    bob = await street.meet(street.bob)
    notes = [street.bob.note() for _ in range(25)]
    foreign = street.carol.note()
    street.there.publish(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": target,
            "type": "OrderedCollection",
            "orderedItems": [foreign, *(note["id"] for note in notes)],
        }
    )
    path = f"/api/v1/accounts/{bob.id}/follow"
    async with street.node.http.post(path, headers=street.alice.bearer) as answer:
        assert answer.status == 200
    assert await ErrandWorker(street.node.desk.discovery, street.node.node.outbound).run_once() == 1
    found = await pinned(street, street.bob)
    assert found == [note["id"] for note in notes[:19]]
    assert await street.home() == []
    params = {"pinned": "true"}
    path = f"/api/v1/accounts/{bob.id}/statuses"
    async with street.node.http.get(path, params=params, headers=street.alice.bearer) as answer:
        assert [each["uri"] for each in await answer.json()] == found
    # Looked at again so soon, nobody is asked.
    await street.write(lambda tx: featured.want(tx, bob))
    assert await street.write(lambda tx: errands.claim(tx, limit=5, lease=featured.FRESH)) == []


async def test_what_we_pin_is_served_whole(street: Street) -> None:
    post = await street.write_post()
    hidden = await street.write_post(visibility="private")

    def unit(tx: Any) -> None:
        pins.pin(tx, street.alice.actor.id, post.id)
        pins.pin(tx, street.alice.actor.id, hidden.id)

    await street.write(unit)
    headers = {"Accept": "application/activity+json"}
    async with street.node.http.get(str(street.alice.actor.featured), headers=headers) as answer:
        found = await answer.json()
    assert found["id"] == street.alice.actor.featured
    assert found["totalItems"] == 1
    assert [item["id"] for item in found["orderedItems"]] == [post.uri]
    assert found["orderedItems"][0]["type"] == "Note"
