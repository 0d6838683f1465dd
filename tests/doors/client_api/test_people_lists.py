"""Lists of people, and what stands in their timelines and no longer in the home timeline."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.client_api.conftest import Client
from tests.doors.client_api.test_paging import links

URL = "/api/v1/lists"


@pytest.fixture
async def carol(alice: Client) -> Client:
    return Client(node=alice.node, person=await alice.node.add_person("carol"))


def id_of(client: Client) -> str:
    assert client.person is not None
    return str(client.person.actor.id)


async def make(client: Client, *members: Client, **fields: Any) -> str:
    heard = await client.post(URL, {"title": "friends", **fields})
    assert heard.status == 200, heard
    if members:
        ids = {"account_ids": [id_of(each) for each in members]}
        assert (await client.post(f"{URL}/{heard.body['id']}/accounts", ids)).body == {}
    return str(heard.body["id"])


async def ids_in(client: Client, timeline: str) -> list[str]:
    return [each["id"] for each in await client.ok(f"/api/v1/timelines/{timeline}")]


async def test_a_list_is_made_changed_and_forgotten(alice: Client, bob: Client) -> None:
    made = (await alice.post(URL, {"title": " friends ", "replies_policy": "none"})).body
    assert {**made, "id": ""} == {"id": "", "title": "friends", "replies_policy": "none", "exclusive": False}
    path = f"{URL}/{made['id']}"
    changed = (await alice.call("PUT", path, json={"title": "family", "exclusive": True})).body
    assert changed == {**made, "title": "family", "exclusive": True}
    assert await alice.ok(URL) == [changed] == [await alice.ok(path)]
    # It is hers alone.
    assert await bob.ok(URL) == []
    for method in ("GET", "PUT", "DELETE"):
        assert (await bob.call(method, path, json={})).status == 404
    for suffix in ("/accounts", ""):
        assert (await bob.get(f"{path}{suffix}")).status == 404
    assert (await bob.get(f"/api/v1/timelines/list/{made['id']}")).status == 404
    assert (await alice.call("DELETE", path)).body == {}
    assert (await alice.get(path)).status == 404


@pytest.mark.parametrize(
    "fields", [{}, {"title": " "}, {"title": "x" * 257}, {"title": "x", "replies_policy": "all"}]
)
async def test_what_is_no_list_is_refused(alice: Client, fields: dict[str, str]) -> None:
    assert (await alice.post(URL, fields)).status == 422


async def test_only_who_is_followed_stands_on_a_list_until_they_no_longer_are(
    alice: Client, bob: Client, carol: Client
) -> None:
    assert bob.person is not None
    assert carol.person is not None
    await alice.follow(bob.person)
    made = await make(alice, bob)
    stranger = {"account_ids": [id_of(carol)]}
    assert (await alice.post(f"{URL}/{made}/accounts", stranger)).status == 404
    await alice.follow(carol.person)
    assert (await alice.post(f"{URL}/{made}/accounts", stranger)).status == 200
    first = await alice.get(f"{URL}/{made}/accounts?limit=1")
    assert [each["acct"] for each in first.body] == ["carol"]
    rest = await alice.ok(links(first)["next"].removeprefix(alice.node.base_url))
    assert [each["acct"] for each in rest] == ["bob"]
    assert [each["id"] for each in await alice.ok(f"/api/v1/accounts/{id_of(bob)}/lists")] == [made]
    assert (await alice.call("DELETE", f"{URL}/{made}/accounts", json=stranger)).body == {}
    await alice.do(f"/api/v1/accounts/{id_of(bob)}/unfollow")
    assert await alice.ok(f"{URL}/{made}/accounts") == []


async def test_a_list_shows_its_people_and_an_exclusive_one_takes_them_out_of_the_home_timeline(
    alice: Client, bob: Client, carol: Client
) -> None:
    for each in (bob, carol):
        assert each.person is not None
        await alice.follow(each.person)
    made = await make(alice, bob)
    his, hers, own = await bob.write("from bob"), await carol.write("from carol"), await alice.write("mine")
    assert await ids_in(alice, f"list/{made}") == [his["id"]]
    assert await ids_in(alice, "home") == [own["id"], hers["id"], his["id"]]
    await alice.call("PUT", f"{URL}/{made}", json={"exclusive": True})
    assert await ids_in(alice, "home") == [own["id"], hers["id"]]
    assert await ids_in(alice, f"list/{made}") == [his["id"]]
    # What cannot be seen or is not to be heard is on no list.
    await alice.do(f"/api/v1/accounts/{id_of(bob)}/mute")
    assert await ids_in(alice, f"list/{made}") == []


async def test_which_answers_a_list_shows_its_policy_says(alice: Client, bob: Client, carol: Client) -> None:
    dora = Client(node=alice.node, person=await alice.node.add_person("dora"))
    for each in (bob, carol, dora):
        assert each.person is not None
        await alice.follow(each.person)
    made = await make(alice, bob, dora)
    by = {name: (await each.write("root"))["id"] for name, each in (("carol", carol), ("dora", dora))}
    mine = (await alice.write("root"))["id"]
    told = {
        name: (await bob.write("answer", in_reply_to_id=parent))["id"]
        for name, parent in {**by, "alice": mine}.items()
    }

    async def shown(policy: str) -> set[str]:
        await alice.call("PUT", f"{URL}/{made}", json={"replies_policy": policy})
        found = await ids_in(alice, f"list/{made}")
        return {name for name, id_ in told.items() if id_ in found}

    assert await shown("none") == {"alice"}
    assert await shown("list") == {"alice", "dora"}
    assert await shown("followed") == {"alice", "dora", "carol"}
