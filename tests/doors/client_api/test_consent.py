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


async def test_decisions_are_found_by_state_use_and_time(alice: Client) -> None:
    one = await alice.write("One", training_purposes=["ai-input"])
    two = await alice.write("Two", training_use="yes", licence="CC-BY-4.0")
    await alice.call("PUT", f"/api/v1/statuses/{one['id']}", json={"training_use": "no"})

    async def found(**wanted: str) -> list[tuple[str, str]]:
        return [(line["kind"], line["uri"]) for line in await alice.ok(CONSENT, **wanted)]

    assert await found(state="active") == [("grant", two["uri"])]
    assert await found(state="ended") == [("grant", one["uri"])]
    assert await found(purpose="ai-input") == [("withdraw", one["uri"]), ("grant", one["uri"])]
    assert await found(purpose="dataset", since="2026-01-01") == [("grant", two["uri"])]
    assert await found(until="2026-01-01T00:00:00Z") == []
    assert (await alice.ok(CONSENT, state="active"))[0]["licence"] == "CC-BY-4.0"
    for wrong in ({"state": "maybe"}, {"purpose": "advertising"}, {"since": "yesterday"}):
        assert (await alice.get(CONSENT, **wrong)).status == 422


async def test_decisions_are_found_by_the_words_of_ones_own_posts_and_by_licence(
    alice: Client, bob: Client
) -> None:
    one = await alice.write("Über 100% of the river", training_use="yes", licence="CC0-1.0")
    two = await alice.write("The market", spoiler_text="river_bank", training_use="no")
    await bob.write("A river of Bob's", training_use="yes")

    async def found(**wanted: str) -> list[str]:
        return [line["uri"] for line in await alice.ok(CONSENT, **wanted)]

    assert await found(q="RIVER") == [two["uri"], one["uri"]]
    assert await found(q="river über") == [one["uri"]]
    assert await found(q="100%") == [one["uri"]]
    assert await found(q="0%o") == []
    assert await found(q="river_bank") == [two["uri"]]
    assert await found(q="bob") == []
    assert await found(licence="cc0-1.0") == [one["uri"]]
    assert await found(licence="none", q="river") == [two["uri"]]
    await alice.call("DELETE", f"/api/v1/statuses/{one['id']}")
    assert await found(q="100%") == []
    for wrong in ({"licence": "mine"}, {"q": "a b c d e f g h i"}):
        assert (await alice.get(CONSENT, **wrong)).status == 422


async def test_an_author_is_named_where_they_say_so_and_the_receipt_says_it_too(alice: Client) -> None:
    async def named() -> list[tuple[str | None, str | None]]:
        return [(line["credit"], line["receipt"].get("credit")) for line in await alice.ok(CONSENT)]

    await alice.write("One", training_use="yes")
    profile = "/api/v1/accounts/update_credentials"
    changed = await alice.call("PATCH", profile, json={"training_credit": "handle"})
    assert changed.body["fediverse_node"]["training_credit"] == "handle"
    await alice.write("Two", training_use="yes")
    await alice.write("Three", training_use="yes", training_credit="name")
    await alice.write("Four", training_use="yes", training_credit="none")
    assert await named() == [(None, None), ("name", "name"), ("handle", "handle"), (None, None)]
    assert (await alice.call("PATCH", profile, json={"training_credit": "mine"})).status == 422
    changed = await alice.call("PATCH", profile, json={"training_credit": "none"})
    assert changed.body["fediverse_node"]["training_credit"] is None


async def test_many_are_taken_back_at_once(alice: Client, bob: Client) -> None:
    posts = [await alice.write(f"Number {number}", training_use="yes") for number in range(4)]
    silent = await alice.write("Never allowed")
    lines = await alice.ok(CONSENT)

    some = await alice.post(f"{CONSENT}/withdraw", {"ids": [lines[0]["id"], lines[1]["id"]]})
    assert (some.status, some.body) == (200, {"withdrawn": 2, "left": 2})
    again = await alice.post(f"{CONSENT}/withdraw", {"ids": [lines[0]["id"]]})
    assert again.body == {"withdrawn": 0, "left": 2}
    rest = await alice.post(f"{CONSENT}/withdraw", {"all": True})
    assert rest.body == {"withdrawn": 2, "left": 0}

    for post in posts:
        shown = await alice.ok(f"/api/v1/statuses/{post['id']}")
        assert shown["fediverse_node"]["training_use"] == "no"
    assert await alice.ok(CONSENT, status_id=silent["id"]) == []
    assert await bob.ok(CONSENT) == []


async def test_nobody_takes_back_what_others_decided(alice: Client, bob: Client, anybody: Client) -> None:
    await alice.write("Mine", training_use="yes")
    (line,) = await alice.ok(CONSENT)
    refused = await bob.post(f"{CONSENT}/withdraw", {"ids": [line["id"]]})
    assert refused.status == 404
    assert (await bob.post(f"{CONSENT}/withdraw", {"all": True})).body == {"withdrawn": 0, "left": 0}
    assert (await anybody.post(f"{CONSENT}/withdraw", {"all": True})).status == 401
    for unclear in ({}, {"ids": [line["id"]], "all": True}, {"ids": ["x"]}, {"ids": [line["id"]] * 101}):
        assert (await alice.post(f"{CONSENT}/withdraw", unclear)).status in {404, 422}
    assert len(await alice.ok(CONSENT, state="active")) == 1
    assert (await alice.post(f"{CONSENT}/withdraw", {"ids": [line["id"]]})).body["withdrawn"] == 1


async def test_what_was_said_is_shown_with_the_status(alice: Client, anybody: Client) -> None:
    said = {"training_purposes": ["train-ai", "ai-input"], "licence": "CC0-1.0"}
    post = await alice.write("Split", **said)
    shown = (await anybody.ok(f"/api/v1/statuses/{post['id']}"))["fediverse_node"]
    assert (shown["training_use"], shown["training_purposes"], shown["licence"]) == (
        "yes",
        ["train-ai", "ai-input"],
        "CC0-1.0",
    )
    answers = await alice.write("Only answers", training_purposes=["ai-input"])
    shown = answers["fediverse_node"]
    assert (shown["training_use"], shown["training_purposes"]) == ("no", ["ai-input"])


async def test_what_contradicts_itself_is_refused_and_nothing_is_published(alice: Client) -> None:
    for wrong in (
        {"training_use": "no", "training_purposes": ["train-ai"]},
        {"training_use": "yes", "training_purposes": []},
        {"training_purposes": ["dataset"]},
        {"training_purposes": ["advertising"]},
        {"training_media": ["1"]},
        {"training_use": "yes", "training_media": ["1"]},
        {"training_use": "yes", "spoiler_text": "careful"},
        {"licence": "WTFPL"},
    ):
        heard = await alice.post("/api/v1/statuses", {"status": "No", **wrong})
        assert heard.status == 422, (wrong, heard.body)
    assert await alice.ok(CONSENT) == []
    assert await alice.ok("/api/v1/timelines/home") == []
    fine = {"training_use": "yes", "spoiler_text": "careful", "training_sensitive": True}
    assert (await alice.post("/api/v1/statuses", {"status": "Yes", **fine})).status == 200


async def test_a_default_licence_is_no_yes_and_goes_only_on_what_everybody_may_see(alice: Client) -> None:
    profile = "/api/v1/accounts/update_credentials"
    changed = await alice.call("PATCH", profile, json={"licence": "CC-BY-4.0", "training_never_ask": True})
    assert changed.body["fediverse_node"]["licence"] == "CC-BY-4.0"
    assert changed.body["fediverse_node"]["training_never_ask"] is True

    async def licence_of(**fields: str) -> str | None:
        return (await alice.write("Words", **fields))["fediverse_node"]["licence"]  # type: ignore[no-any-return] # JSON

    assert await licence_of() == "CC-BY-4.0"
    assert await licence_of(licence="none") is None
    assert await licence_of(licence="CC0-1.0") == "CC0-1.0"
    assert await licence_of(visibility="private") is None
    assert await alice.ok(CONSENT) == []
    assert (await alice.call("PATCH", profile, json={"licence": "none"})).status == 200
    assert await licence_of() is None
    assert (await alice.call("PATCH", profile, json={"licence": "mine"})).status == 422
