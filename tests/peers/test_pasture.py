"""fediverse-pasture: six actors that ask for a signature on fetches, on deliveries, on both or on none.

alice and dean ask for none, bob and emily for signed deliveries, claire and frank for signed fetches too.
dean, emily and frank have no `preferredUsername`, so nobody can be shown who they are: they are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.fixtures.apps import App, JsonDict
from tests.fixtures.nodes import running_node
from tests.fixtures.waiting import wait_until
from tests.peers.processes import PeerProcess

PASTURE = "fediverse-pasture"
FINDABLE = ("alice", "bob", "claire")
HIDDEN = ("dean", "emily", "frank")
#: What a GET of the actor, and a POST to the inbox, get that are not signed.
MODES = {
    "alice": (200, 202),
    "bob": (200, 401),
    "claire": (401, 401),
    "dean": (200, 202),
    "emily": (200, 401),
    "frank": (401, 401),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasture:
    """Its door for the tests."""

    http: aiohttp.ClientSession
    origin: str

    def actor(self, name: str) -> str:
        return f"{self.origin}/{name}"

    async def ask(self, path: str, **params: str) -> Any:
        async with self.http.get(f"{self.origin}/control/{path}", params=params) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def tell(self, path: str, **fields: Any) -> JsonDict:
        async with self.http.post(f"{self.origin}/control/{path}", json=fields) as answer:
            assert answer.status == 200, await answer.text()
            found: JsonDict = await answer.json()
            return found

    async def verdicts(self, uri: str) -> dict[str, tuple[bool, bool]]:
        """By actor, whether its verifier could read our actor, and post to our inbox, as that one does."""
        found = await self.ask("verify", uri=uri)
        result = found["result"]
        assert result.pop("webfinger"), found["messages"]
        return {name: (each["get_actor"], each["post_inbox"]) for name, each in result.items()}

    async def got(self, kind: str, *, by: str) -> JsonDict:
        """Wait for an activity in one of the inboxes."""

        async def look() -> JsonDict | None:
            found = await self.ask("received")
            return next((each for each in found if (each["type"], each["actor"]) == (kind, by)), None)

        return await wait_until(f"a {kind} to reach the pasture", look)


@pytest.fixture
async def field(pasture: PeerProcess, http: aiohttp.ClientSession) -> Pasture:
    return Pasture(http=http, origin=pasture.said["origin"])


@pytest.mark.peers(PASTURE, "discover")
async def test_its_verifier_finds_our_actor_in_every_mode_and_our_inbox_asks_for_signatures(
    field: Pasture, alice: App
) -> None:
    # alice and dean do not sign and are turned away. emily and frank sign, and have no name to be known by.
    assert await field.verdicts(alice.uri) == {
        "alice": (True, False),
        "bob": (True, True),
        "claire": (True, True),
        "dean": (True, False),
        "emily": (True, False),
        "frank": (True, False),
    }


@pytest.mark.peers(PASTURE, "secure mode")
async def test_in_secure_mode_its_verifier_finds_our_actor_where_it_signs(
    field: Pasture, database_url: str
) -> None:
    settings = {"FEDIVERSE_NODE_FEDERATION__SECURE_MODE": "true"}
    async with running_node(database_url, name="closed", settings=settings) as node:
        person = await node.add_person("alice")
        assert await field.verdicts(person.actor.uri) == {
            "alice": (False, False),
            "bob": (True, True),
            "claire": (True, True),
            "dean": (False, False),
            "emily": (False, False),
            "frank": (False, False),
        }


@pytest.mark.peers(PASTURE, "secure mode")
@pytest.mark.parametrize(("name", "modes"), MODES.items(), ids=list(MODES))
async def test_each_asks_strangers_for_the_signatures_it_wants(
    field: Pasture, name: str, modes: tuple[int, int]
) -> None:
    unsigned = {"type": "EchoRequest", "actor": f"{field.origin}/nobody"}
    async with (
        field.http.get(field.actor(name)) as got,
        field.http.post(f"{field.actor(name)}/inbox", json=unsigned) as sent,
    ):
        assert (got.status, sent.status) == modes


@pytest.mark.peers(PASTURE, "discover")
@pytest.mark.parametrize("name", HIDDEN)
async def test_an_actor_without_a_name_is_not_shown(field: Pasture, alice: App, name: str) -> None:
    found = await alice.call("GET", "v2/search", q=field.actor(name), resolve="true", type="accounts")
    assert found["accounts"] == []


@pytest.mark.peers(PASTURE, "follow", "accept")
@pytest.mark.parametrize("name", FINDABLE)
async def test_a_follow_of_ours_is_signed_well_enough_for_each(field: Pasture, alice: App, name: str) -> None:
    there = await alice.find(field.actor(name))
    await alice.call("POST", f"v1/accounts/{there}/follow")
    follow = await field.got("Follow", by=alice.uri)
    assert follow["object"] == field.actor(name)

    accept = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{field.actor(name)}/accepts/{follow['id'].rpartition('/')[2]}",
        "type": "Accept",
        "actor": field.actor(name),
        "object": follow["id"],
    }
    sent = await field.tell(f"{name}/send", inbox=f"{alice.uri}/inbox", activity=accept)
    assert sent["status"] == 202

    async def followed() -> bool:
        relations = await alice.call("GET", "v1/accounts/relationships", **{"id[]": there})
        return bool(relations[0]["following"])

    await alice.sees(f"that {name} accepted", followed)


@pytest.mark.peers(PASTURE, "note", "mention")
@pytest.mark.parametrize("name", FINDABLE)
async def test_a_mention_of_theirs_arrives_from_each(field: Pasture, alice: App, name: str) -> None:
    sent = await field.tell(f"{name}/note", text=f"<p>Hello from {name}</p>", to=alice.uri)
    assert sent["accepted"]

    async def told() -> JsonDict | None:
        return next((each["status"] for each in await alice.told("mention")), None)

    status = await alice.sees("the mention", told)
    assert status["uri"] == sent["object"]
    assert f"Hello from {name}" in status["content"]
