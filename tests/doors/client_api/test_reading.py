"""Where people stopped reading, what they wrote down about others, and notifications they are done with."""

from __future__ import annotations

import asyncio

import pytest

from tests.doors.client_api.conftest import Client

MARKERS = "/api/v1/markers"


async def test_apps_of_one_person_share_where_they_stopped(alice: Client, bob: Client) -> None:
    first, second = await alice.write("one"), await alice.write("two")
    saved = (await alice.post(MARKERS, {"home": {"last_read_id": first["id"]}})).body
    assert (saved["home"]["last_read_id"], saved["home"]["version"]) == (first["id"], 0)
    both = {"home[last_read_id]": second["id"], "notifications[last_read_id]": "7"}
    again = (await alice.call("POST", MARKERS, data=both)).body
    assert again["home"]["version"] == 1
    query = f"{MARKERS}?timeline[]=home&timeline[]=notifications"
    assert await alice.ok(query) == again
    assert set(await alice.ok(f"{MARKERS}?timeline[]=notifications")) == {"notifications"}
    assert await alice.ok(MARKERS) == await bob.ok(query) == {}


@pytest.mark.parametrize("body", [{}, {"home": {"last_read_id": "x"}}, {"home": "7"}, {"direct": {}}])
async def test_what_marks_nothing_is_refused(alice: Client, body: dict[str, object]) -> None:
    assert (await alice.post(MARKERS, body)).status == 422


async def test_marks_made_at_once_are_all_kept_or_refused(alice: Client) -> None:
    told = [alice.post(MARKERS, {"home": {"last_read_id": str(number)}}) for number in range(1, 6)]
    heard = await asyncio.gather(*told)
    assert {each.status for each in heard} <= {200, 409}
    kept = [each for each in heard if each.status == 200]
    marker = (await alice.ok(f"{MARKERS}?timeline[]=home"))["home"]
    assert marker["version"] == len(kept) - 1


async def test_a_note_is_for_its_writer_alone(alice: Client, bob: Client) -> None:
    assert alice.person is not None
    assert bob.person is not None
    path = f"/api/v1/accounts/{bob.person.actor.id}/note"
    assert (await alice.post(path, {"comment": "met at the fair"})).body["note"] == "met at the fair"
    seen = await alice.ok("/api/v1/accounts/relationships", **{"id[]": str(bob.person.actor.id)})
    assert seen[0]["note"] == "met at the fair"
    back = await bob.ok("/api/v1/accounts/relationships", **{"id[]": str(alice.person.actor.id)})
    assert back[0]["note"] == ""
    assert (await alice.post(path, {"comment": "x" * 2001})).status == 422
    assert (await alice.post(path)).body["note"] == ""
    assert (await alice.post("/api/v1/accounts/1/note", {"comment": "x"})).status == 404


async def test_notifications_are_counted_dismissed_and_cleared(alice: Client, bob: Client) -> None:
    for number in range(3):
        await bob.write(f"@alice hello {number}")
    newest, middle, _ = [each["id"] for each in await alice.ok("/api/v1/notifications")]
    count = "/api/v1/notifications/unread_count"
    assert await alice.ok(count) == await alice.ok("/api/v2/notifications/unread_count") == {"count": 3}
    await alice.post(MARKERS, {"notifications": {"last_read_id": middle}})
    assert await alice.ok(count) == {"count": 1}
    assert await alice.ok(f"{count}?exclude_types[]=mention") == {"count": 0}
    assert (await bob.post(f"/api/v1/notifications/{newest}/dismiss")).status == 404
    assert await alice.do(f"/api/v1/notifications/{newest}/dismiss") == {}
    assert await alice.do(f"/api/v2/notifications/ungrouped-{middle}/dismiss") == {}
    assert len(await alice.ok("/api/v1/notifications")) == 1
    assert await alice.do("/api/v1/notifications/clear") == {}
    assert await alice.ok("/api/v1/notifications") == []


async def test_who_is_followed_by_people_one_follows_is_told_unless_hidden(
    alice: Client, bob: Client
) -> None:
    carol = Client(node=alice.node, person=await alice.node.add_person("carol"))
    assert bob.person is not None
    assert carol.person is not None
    await alice.follow(bob.person)
    await bob.follow(carol.person)
    path = f"/api/v1/accounts/familiar_followers?id[]={carol.person.actor.id}"
    (told,) = await alice.ok(path)
    assert (told["id"], [each["acct"] for each in told["accounts"]]) == (str(carol.person.actor.id), ["bob"])
    assert (await carol.ok(path))[0]["accounts"] == []
    await carol.call("PATCH", "/api/v1/accounts/update_credentials", json={"hide_collections": True})
    assert (await alice.ok(path))[0]["accounts"] == []


async def test_people_are_found_by_how_their_names_begin(alice: Client, bob: Client) -> None:
    assert bob.person is not None
    url = "/api/v1/accounts/search"
    wanted = {"display_name": "Robert Stone", "discoverable": True}
    await bob.call("PATCH", "/api/v1/accounts/update_credentials", json=wanted)

    async def accts(query: str, **more: str) -> list[str]:
        return [each["acct"] for each in await alice.ok(url, q=query, **more)]

    assert await accts("al") == await accts("@AL") == ["alice"]
    assert await accts("robert") == ["bob"]
    assert await accts("bo", following="true") == await accts("ob") == await accts("a") == []
    await bob.call("PATCH", "/api/v1/accounts/update_credentials", json={"discoverable": False})
    assert await accts("robert") == []
    await alice.follow(bob.person)
    assert await accts("robert", following="true") == ["bob"]
    assert await accts("a%") == await accts("a_") == []
    assert (await alice.get(url)).status == 422


async def test_what_there_is_nothing_of_is_an_empty_list(alice: Client) -> None:
    for name in ("endorsements", "featured_tags", "followed_tags", "scheduled_statuses", "trends/tags"):
        assert await alice.ok(f"/api/v1/{name}") == []
    assert [each["acct"] for each in await alice.ok("/api/v1/directory")] == ["alice"]
    await alice.call("PATCH", "/api/v1/accounts/update_credentials", json={"discoverable": False})
    assert await alice.ok("/api/v1/directory") == []
    assert (await alice.get("/api/v1/accounts/1/featured_tags")).status == 404
