"""A profile for people: fields, own pages, pins, where somebody moved."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Details
from fediverse_node.federation.outbox.pin import pin
from fediverse_node.federation.outbox.profile import ProfileChanges, change_profile
from fediverse_node.federation.outbox.publish import Draft, publish
from tests.fixtures.nodes import LiveNode, Person, running_node

PAGE = "https://alice.example/"


@pytest.fixture
async def node(database_url: str) -> AsyncIterator[LiveNode]:
    async with running_node(database_url) as running:
        yield running


@pytest.fixture
async def alice(node: LiveNode) -> Person:
    return await node.add_person("alice")


async def page(node: LiveNode, path: str = "/@alice") -> str:
    async with node.http.get(path, headers={"Accept": "text/html"}) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_own_pages_are_linked_both_ways_and_verified_only_when_seen(
    node: LiveNode, alice: Person
) -> None:
    fields = (("Web", PAGE), ("Tag", "#birds"))
    await change_profile(node.desk, alice.actor, ProfileChanges(fields=fields))
    text = await page(node)
    assert f'<link rel="me" href="{PAGE}">' in text
    assert f'<a rel="me nofollow noopener" href="{PAGE}">' in text
    assert text.count('rel="me') == 2
    assert f'<meta name="fediverse:creator" content="{alice.actor.handle}">' in text
    assert 'class="verified"' not in text
    details = actors.details_value(Details(verified=((PAGE, "2026-11-21T09:30:00Z"),)))
    await node.change(alice.actor, details=details)
    assert 'class="verified"' in await page(node)


async def test_pins_come_first(node: LiveNode, alice: Person) -> None:
    first = await publish(node.desk, alice.actor, Draft(text="Look at me"))
    await publish(node.desk, alice.actor, Draft(text="The newest"))
    assert (await page(node)).count("Look at me") == 1
    await pin(node.desk, alice.actor, first.id)
    text = await page(node)
    assert text.index("Look at me") < text.index("The newest")


async def test_the_page_says_where_somebody_moved(node: LiveNode, alice: Person) -> None:
    bob = await node.add_person("bob")
    assert 'class="moved"' not in await page(node)
    await node.change(alice.actor, moved_to=bob.actor.uri)
    text = await page(node)
    assert 'class="moved"' in text
    assert bob.actor.handle in text


async def test_profiles_and_posts_offer_the_way_to_ones_own_server(node: LiveNode, alice: Person) -> None:
    post = await publish(node.desk, alice.actor, Draft(text="Hello"))
    for path, uri in (("/@alice", alice.actor.uri), (f"/@alice/{post.id}", post.uri)):
        text = await page(node, path)
        assert 'action="/remote_interaction"' in text
        assert f'name="uri" value="{uri}"' in text
