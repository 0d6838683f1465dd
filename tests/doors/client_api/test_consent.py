"""What a person decided about the use of their posts, with the receipts: theirs alone."""

from __future__ import annotations

from tests.doors.client_api.conftest import Client

CONSENT = "/api/fediverse_node/v1/consent"


async def test_a_person_sees_what_they_decided_with_the_receipts(alice: Client, bob: Client) -> None:
    first = await alice.write("One", training_use="yes")
    second = await alice.write("Two", training_use="yes")
    edited = await alice.call("PUT", f"/api/v1/statuses/{first['id']}", json={"status": "One more"})
    assert edited.status == 200

    lines = await alice.ok(CONSENT)

    assert [(line["kind"], line["uri"], line["receipt_status"]) for line in lines] == [
        ("supersede", first["uri"], "active"),
        ("grant", second["uri"], "active"),
        ("grant", first["uri"], "withdrawn"),
    ]
    for line in lines:
        assert line["receipt"]["id"] == line["receipt_url"]
        assert line["receipt"]["logIndex"] == line["log_index"]
        assert len(bytes.fromhex(line["log_salt"])) == 32
    assert await bob.ok(CONSENT) == []


async def test_the_list_is_paged_and_filtered(alice: Client, bob: Client) -> None:
    posts = [await alice.write(f"Number {number}", training_use="yes") for number in range(3)]
    await alice.call("DELETE", f"/api/v1/statuses/{posts[0]['id']}")

    page = await alice.get(CONSENT, limit="1")
    older = await alice.ok(CONSENT, max_id=page.body[0]["id"])

    assert page.body[0]["kind"] == "erase"
    assert page.body[0]["receipt"] is None
    assert 'rel="next"' in page.headers["Link"]
    assert [line["kind"] for line in older] == ["grant"] * 3
    assert [line["receipt_status"] for line in older] == ["active", "active", "erased"]
    assert len(await alice.ok(CONSENT, kind="erase")) == 1
    assert [line["uri"] for line in await alice.ok(CONSENT, status_id=posts[1]["id"])] == [posts[1]["uri"]]
    assert (await alice.get(CONSENT, kind="perhaps")).status == 422
    assert (await bob.get(CONSENT, status_id=posts[1]["id"])).status == 404


async def test_nobody_else_sees_it(anybody: Client) -> None:
    assert (await anybody.get(CONSENT)).status == 401
