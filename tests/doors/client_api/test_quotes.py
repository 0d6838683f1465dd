"""Quotes as an app sees them, between people of one server."""

from __future__ import annotations

from typing import Any

from tests.doors.client_api.conftest import Client

URL = "/api/v1/statuses"


async def test_a_quote_of_a_neighbour_is_there_at_once_and_they_are_told(alice: Client, bob: Client) -> None:
    post = await alice.write("The first words")
    quote = await bob.write("Look", quoted_status_id=post["id"])
    assert quote["quote"]["state"] == "accepted"
    shown = quote["quote"]["quoted_status"]
    assert (shown["id"], shown["content"], shown["quote"]) == (post["id"], "<p>The first words</p>", None)
    (told,) = await alice.ok("/api/v1/notifications")
    assert (told["type"], told["status"]["id"]) == ("quote", quote["id"])
    again = await alice.write("And so on", quoted_status_id=quote["id"])
    assert again["quote"]["quoted_status"]["quote"] == {"state": "accepted", "quoted_status_id": post["id"]}
    listed = await bob.ok(f"{URL}/{post['id']}/quotes")
    assert [each["id"] for each in listed] == [quote["id"]]
    assert (await bob.ok(f"{URL}/{post['id']}"))["quotes_count"] == 1


async def test_who_may_quote_is_said_and_kept(alice: Client, bob: Client) -> None:
    assert alice.person is not None
    post = await alice.write("For friends", quote_approval_policy="followers")
    url, body = URL, {"status": "Look", "quoted_status_id": post["id"]}
    approval = {"automatic": ["followers"], "manual": []}
    assert (await bob.ok(f"{URL}/{post['id']}"))["quote_approval"] == {**approval, "current_user": "denied"}
    assert (await bob.post(url, body)).status == 403
    await bob.follow(alice.person)
    shown = await bob.ok(f"{URL}/{post['id']}")
    assert shown["quote_approval"] == {**approval, "current_user": "automatic"}
    assert (await bob.post(url, body)).status == 200
    changed = await alice.call(
        "PUT", f"{URL}/{post['id']}/interaction_policy", json={"quote_approval_policy": "nobody"}
    )
    assert changed.body["quote_approval"] == {"automatic": [], "manual": [], "current_user": "automatic"}
    assert (await bob.post(url, body)).status == 403
    assert (await bob.call("PUT", f"{URL}/{post['id']}/interaction_policy", json={})).status == 403


async def test_a_quote_says_what_became_of_what_it_quotes(
    alice: Client, bob: Client, anybody: Client
) -> None:
    kept, gone, taken = [await alice.write(text) for text in ("kept", "gone", "taken back")]
    quotes = [await bob.write("Look", quoted_status_id=post["id"]) for post in (kept, gone, taken)]
    await alice.call("DELETE", f"{URL}/{gone['id']}")
    revoke = f"{URL}/{taken['id']}/quotes/{quotes[2]['id']}/revoke"
    assert (await bob.post(revoke)).status == 403
    assert (await alice.post(revoke)).status == 200
    assert (await alice.post(f"{URL}/{taken['id']}/quotes/{quotes[0]['id']}/revoke")).status == 404
    states = [(await anybody.ok(f"{URL}/{each['id']}"))["quote"]["state"] for each in quotes]
    assert states == ["accepted", "deleted", "revoked"]


async def test_nobody_quotes_what_they_may_not_see_or_shows_it_to_more(
    alice: Client, bob: Client, anybody: Client
) -> None:
    closed = await alice.write("Among us", visibility="private")
    assert (await bob.post(URL, {"status": "Look", "quoted_status_id": closed["id"]})).status == 404
    assert (await alice.post(URL, {"status": "Look", "quoted_status_id": closed["id"]})).status == 422
    own = await alice.write("Look", quoted_status_id=closed["id"], visibility="private")
    assert own["quote"]["state"] == "accepted"
    assert (await anybody.get(f"{URL}/{own['id']}")).status == 404
    assert alice.person is not None
    await bob.follow(alice.person)
    assert (await bob.post(URL, {"status": "Look", "quoted_status_id": closed["id"]})).status == 403


async def test_an_edit_keeps_its_quote_and_takes_no_other(alice: Client) -> None:
    post, other = await alice.write("one"), await alice.write("two")
    quote = await alice.write("Look", quoted_status_id=post["id"])
    url = f"{URL}/{quote['id']}"

    async def edit(**fields: Any) -> Any:
        return await alice.call("PUT", url, json={"status": "Look here", **fields})

    assert (await edit(quoted_status_id=other["id"])).status == 422
    kept = await edit(quoted_status_id=post["id"], quote_approval_policy="nobody")
    assert kept.status == 200
    assert kept.body["quote"]["quoted_status"]["id"] == post["id"]
    assert kept.body["quote_approval"]["automatic"] == []


async def test_a_quote_stands_in_a_group_of_its_own(alice: Client, bob: Client) -> None:
    post = await alice.write("The first words")
    quote = await bob.write("Look", quoted_status_id=post["id"])
    await bob.do(f"{URL}/{post['id']}/favourite")
    answer = await alice.ok("/api/v2/notifications")
    assert [each["type"] for each in answer["notification_groups"]] == ["favourite", "quote"]
    assert {each["id"] for each in answer["statuses"]} == {post["id"], quote["id"]}
    (who,) = answer["accounts"]
    group = answer["notification_groups"][1]
    assert (group["status_id"], group["sample_account_ids"]) == (quote["id"], [who["id"]])
    key = f"/api/v2/notifications/{group['group_key']}"
    (shown,) = (await alice.ok(key))["notification_groups"]
    # What a page says of its part of a group nothing but a page says.
    assert shown == {name: value for name, value in group.items() if "page" not in name}
    assert [each["id"] for each in await alice.ok(f"{key}/accounts")] == [who["id"]]
    assert (await bob.get(key)).status == 404
