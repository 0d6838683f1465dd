"""Fedify again: finding by handle, servers that show nothing to strangers, comparing followers (FEP-8fcf)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from fediverse_node.federation.outbox.move import add_alias
from tests.fixtures.apps import App
from tests.fixtures.nodes import LiveNode, running_node
from tests.peers.fedify_people import FedifyPerson, new_person
from tests.peers.processes import PeerProcess

FEDIFY = "@fedify/fedify"
ACTIVITY_JSON = {"Accept": "application/activity+json"}


@pytest.fixture
async def fay(fedify: PeerProcess, http: aiohttp.ClientSession) -> FedifyPerson:
    """Somebody on Fedify."""
    return await new_person(http, fedify.said["rfc9421"])


@pytest.fixture
async def bob(alpha: LiveNode) -> App:
    """Somebody else on our node."""
    return App(node=alpha, person=await alpha.add_person("bob"))


@pytest.fixture
async def closed(database_url: str) -> AsyncIterator[LiveNode]:
    """A node of ours in secure mode."""
    settings = {"FEDIVERSE_NODE_FEDERATION__SECURE_MODE": "true"}
    async with running_node(database_url, name="closed", workers=True, settings=settings) as node:
        yield node


@pytest.mark.peers(FEDIFY, "discover")
async def test_they_find_us_by_handle_in_any_case(fay: FedifyPerson, alice: App) -> None:
    for handle in (alice.handle, alice.handle.upper()):
        assert (await fay.knows(handle))["id"] == alice.uri
    assert await fay.knows(alice.handle.replace("alice", "nobody")) is None


@pytest.mark.peers(FEDIFY, "move")
async def test_follows_of_ours_come_home_when_they_move_to_us(
    fay: FedifyPerson, alice: App, bob: App
) -> None:
    await bob.follow(fay)
    await add_alias(alice.node.desk, alice.person.actor, fay.uri)
    await fay.do("move", target=alice.uri)
    await bob.sees("that the follow has moved", bob.follows(alice))
    undo = await fay.gets("Undo", actor=bob.uri, type="Follow")
    assert undo["actor"] == bob.uri
    assert await fay.followers() == []


@pytest.mark.peers(FEDIFY, "secure mode")
@pytest.mark.parametrize("first", ["rfc9421", "cavage"])
async def test_two_that_show_nothing_to_strangers_show_it_to_each_other(
    fedify: PeerProcess, http: aiohttp.ClientSession, closed: LiveNode, first: str
) -> None:
    fay = await new_person(http, fedify.said[first], secure=True)
    alice = App(node=closed, person=await closed.add_person("alice"))
    for uri in (alice.uri, fay.uri):
        async with http.get(uri, headers=ACTIVITY_JSON) as answer:
            assert answer.status == 401, uri

    await alice.follow(fay)
    assert await fay.followers() == [alice.uri]
    await fay.do("follow", target=alice.uri)
    await fay.gets("Accept", actor=alice.uri)
    post = await alice.write("Behind closed doors")
    create = await fay.gets("Create", actor=alice.uri, id=post["uri"])
    assert (await fay.signatures(create["id"]))["key"] == f"{alice.uri}#main-key"
    assert "closed doors" in (await fay.knows(post["uri"]))["content"]
    sent = await fay.do("write", text="<p>Here, too</p>")
    assert "Here, too" in (await alice.reads(sent["object"]))["content"]
    async with http.get(sent["object"], headers=ACTIVITY_JSON) as answer:
        assert answer.status == 401
    # Met for the first time by its address, so that it is fetched.
    other = await fay.do("write", text="<p>Nobody was told</p>", recipients=[])
    found = await alice.call("GET", "v2/search", q=other["object"], resolve="true", type="statuses")
    assert [each["uri"] for each in found["statuses"]] == [other["object"]]


@pytest.mark.peers(FEDIFY, "followers synchronisation")
async def test_a_follower_they_have_lost_stops_to_follow_here(
    fay: FedifyPerson, alice: App, bob: App
) -> None:
    await alice.follow(fay)
    await bob.follow(fay)
    await fay.do("forget", follower=alice.uri)
    await fay.do("write", text="<p>Who is still there?</p>", synchronize=True)

    async def ended() -> bool:
        return not (await alice.relationship(fay))["following"]

    await alice.sees("that she follows no longer", ended)
    assert (await bob.relationship(fay))["following"]
    assert (await fay.gets("Undo", actor=alice.uri))["object"]["type"] == "Follow"


@pytest.mark.peers(FEDIFY, "followers synchronisation")
async def test_our_digest_and_our_list_are_what_they_would_say(
    fedify: PeerProcess, http: aiohttp.ClientSession, fay: FedifyPerson, alice: App
) -> None:
    gus = await new_person(http, fedify.said["rfc9421"])
    elsewhere = await new_person(http, fedify.said["cavage"])
    for each in (fay, gus, elsewhere):
        await each.do("follow", target=alice.uri)
        await each.gets("Accept", actor=alice.uri)
    post = await alice.write("For friends", visibility="private")
    create = await fay.gets("Create", actor=alice.uri, id=post["uri"])
    held = await fay.signatures(create["id"])
    stated = dict(re.findall(r'(\w+)="([^"]*)"', held["synchronization"]))
    assert (stated["collectionId"], stated["digest"]) == (f"{alice.uri}/followers", held["digest"])
    assert set((await fay.knows(stated["url"]))["items"]) == {fay.uri, gus.uri}
    assert (await elsewhere.knows(stated["url"]))["items"] == [elsewhere.uri]
