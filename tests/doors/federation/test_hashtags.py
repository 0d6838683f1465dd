"""Hashtags between servers: what comes home by one, and what is told of those on a profile."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from fediverse_node.deliveries.tables import activities
from fediverse_node.hashtags import queries as hashtags
from fediverse_node.storage.paging import Page
from fediverse_node.timelines import home
from tests.doors.federation.conftest import Street
from tests.fixtures.nodes import Person

TAG = {"type": "Hashtag", "name": "#Cats", "href": "https://remote.example/tags/cats"}


async def at_home(street: Street, person: Person) -> list[str]:
    found = await street.read(lambda tx: home.page(tx, person.actor.id, Page()))
    return [post.uri for post in found]


async def test_what_arrives_for_one_comes_home_to_whoever_follows_its_hashtag(street: Street) -> None:
    dora, ed = await street.node.add_person("dora"), await street.node.add_person("ed")
    await street.write(lambda tx: hashtags.follow(tx, dora.actor.id, "cats"))
    await street.befriend(street.bob)
    public = street.bob.note(tag=[TAG])
    private = street.bob.note(tag=[TAG], to=[street.bob.followers], cc=[])
    plain = street.bob.note()
    for note in (public, private, plain):
        assert await street.bob.send(street.shared, street.bob.create(note)) == 202
    await street.work()
    assert await at_home(street, dora) == [public["id"]]
    assert await at_home(street, ed) == []
    assert set(await at_home(street, street.alice)) == {public["id"], private["id"], plain["id"]}


async def test_what_is_passed_on_comes_home_by_its_hashtag_while_it_is_new(street: Street) -> None:
    dora = await street.node.add_person("dora")
    await street.write(lambda tx: hashtags.follow(tx, dora.actor.id, "cats"))
    await street.befriend(street.bob)
    new = street.there.publish(street.carol.note(tag=[TAG]))
    old = street.there.publish(street.carol.note(tag=[TAG], published="2020-01-02T03:04:05Z"))
    for note in (new, old):
        assert await street.bob.send(street.shared, street.bob.announce(note["id"])) == 202
    await street.work()
    assert await street.post(old["id"]) is not None
    assert await at_home(street, dora) == [new["id"]]


async def test_followers_elsewhere_are_told_what_stands_on_a_profile(street: Street) -> None:
    await street.meet(street.bob)
    path, bearer = "/api/v1/featured_tags", street.alice.bearer

    async def sent() -> list[dict[str, Any]]:
        rows = await street.read(
            lambda tx: tx.all(sa.select(activities.c.document).order_by(activities.c.id))
        )
        told = [json.loads(row[0]) for row in rows]
        return [each for each in told if each["type"] in {"Add", "Remove"}]

    async with street.node.http.post(path, json={"name": "Cats"}, headers=bearer) as answer:
        made = await answer.json()
    [told] = await sent()
    assert told["object"] == {
        "type": "Hashtag",
        "name": "#Cats",
        "href": f"{street.node.base_url}/tags/cats",
    }
    assert told["target"] == street.alice.actor.featured
    async with street.node.http.get(f"{street.alice.actor.uri}/tags") as answer:
        found = await answer.json(content_type=None)
    assert (found["totalItems"], found["items"]) == (1, [told["object"]])
    async with street.node.http.delete(f"{path}/{made['id']}", headers=bearer) as answer:
        assert answer.status == 200
    assert [each["type"] for each in await sent()] == ["Add", "Remove"]
