from __future__ import annotations

import pytest

from tests.doors.client_api.conftest import Client, form
from tests.fixtures.nodes import LiveNode

URL = "/api/v1/accounts/update_credentials"


async def test_people_change_their_profile_and_everybody_sees_it(alice: Client, anybody: Client) -> None:
    heard = await alice.call(
        "PATCH",
        URL,
        json={
            "display_name": "Alice of the roof",
            "note": "Birds, #Birds",
            "bot": True,
            "discoverable": False,
            "indexable": True,
            "fields_attributes": [{"name": "Home", "value": "https://home.example"}],
        },
    )
    assert heard.status == 200
    assert heard.body["source"]["note"] == "Birds, #Birds"
    seen = await anybody.ok(f"/api/v1/accounts/{heard.body['id']}")
    assert (seen["display_name"], seen["bot"]) == ("Alice of the roof", True)
    assert (seen["discoverable"], seen["indexable"]) == (False, True)
    assert seen["fields"][0]["name"] == "Home"
    assert 'href="https://home.example"' in seen["fields"][0]["value"]
    async with alice.node.http.get("/users/alice", headers={"Accept": "application/activity+json"}) as answer:
        document = await answer.json(content_type=None)
    assert [tag["name"] for tag in document["tag"]] == ["#Birds"]


async def test_what_is_not_sent_stays_as_it_was(alice: Client) -> None:
    before = await alice.ok("/api/v1/accounts/verify_credentials")
    heard = await alice.call("PATCH", URL, data=form({"locked": "true"}))
    assert heard.status == 200
    assert heard.body == {**before, "locked": True}


async def test_whoever_asks_to_approve_by_hand_is_asked(alpha: LiveNode, alice: Client, bob: Client) -> None:
    assert alice.person is not None
    eve = Client(node=alpha, person=await alpha.add_person("eve"))
    assert (await eve.follow(alice.person))["following"] is True
    assert (await alice.call("PATCH", URL, json={"locked": True})).status == 200
    asked = await bob.follow(alice.person)
    assert (asked["following"], asked["requested"]) == (False, True)


@pytest.mark.parametrize(
    "fields",
    [
        {"source[privacy]": "private"},
        {"fields_attributes": "x"},
        {"fields_attributes[0]": "x"},
        {"locked": "perhaps"},
        {"display_name[a]": "x"},
    ],
)
async def test_what_cannot_be_changed_here_is_refused(alice: Client, fields: dict[str, str]) -> None:
    before = await alice.ok("/api/v1/accounts/verify_credentials")
    heard = await alice.call("PATCH", URL, data=form({"note": "new", **fields}))
    assert (heard.status, list(heard.body)) == (422, ["error"])
    assert await alice.ok("/api/v1/accounts/verify_credentials") == before
    assert (await alice.call("PATCH", URL, data=form({"note": "new"}))).status == 200


async def test_what_is_no_picture_is_refused_with_a_reason(alice: Client) -> None:
    data = form({"note": "new"})
    data.add_field("avatar", b"\x89PNG", filename="me.png", content_type="image/png")
    heard = await alice.call("PATCH", URL, data=data)
    assert (heard.status, "no picture" in heard.body["error"]) == (422, True)
    data = form({"note": "new"})
    data.add_field("source", b"x", filename="me.png", content_type="image/png")
    heard = await alice.call("PATCH", URL, data=data)
    assert (heard.status, heard.body) == (422, {"error": "Files cannot be sent in this field."})
