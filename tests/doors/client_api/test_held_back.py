"""Notifications by strangers: shown, held back until their sender is accepted, or not made at all."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.notifications.model import Policy
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode
from tests.fixtures.streams import listening

POLICY = "/api/v2/notifications/policy"
REQUESTS = "/api/v1/notifications/requests"
TOLD = "/api/v1/notifications"


async def decide(reader: Client, **said: str) -> dict[str, Any]:
    heard = await reader.call("PATCH", POLICY, json=said)
    assert heard.status == 200, heard
    found: dict[str, Any] = heard.body
    return found


async def told(reader: Client, **query: str) -> list[tuple[str, str]]:
    return [(each["type"], each["account"]["acct"]) for each in await reader.ok(TOLD, **query)]


async def test_whoever_decided_nothing_hears_of_everybody(alice: Client, bob: Client) -> None:
    assert await alice.ok(POLICY) == {
        "for_not_following": "accept",
        "for_not_followers": "accept",
        "for_new_accounts": "accept",
        "for_private_mentions": "accept",
        "for_limited_accounts": Policy().for_limited_accounts,
        "summary": {"pending_requests_count": 0, "pending_notifications_count": 0},
    }
    await bob.write("@alice hello")
    assert await told(alice) == [("mention", "bob")]


async def test_what_is_held_back_waits_for_its_sender_to_be_accepted(alice: Client, bob: Client) -> None:
    await decide(alice, for_not_following="filter")
    assert (await bob.ok(POLICY))["for_not_following"] == "accept"
    first = await bob.write("@alice hello")
    await bob.write("@alice hello again", visibility="direct")
    assert await told(alice) == []
    assert (await alice.ok("/api/v2/notifications"))["notification_groups"] == []
    assert await alice.ok(f"{TOLD}/unread_count") == {"count": 0}
    assert await alice.ok("/api/v1/conversations") == []
    held = await alice.ok(TOLD, include_filtered="true")
    assert [each["filtered"] for each in held] == [True, True]
    assert (await alice.ok(POLICY))["summary"] == {
        "pending_requests_count": 1,
        "pending_notifications_count": 2,
    }
    (request,) = await alice.ok(REQUESTS)
    assert (request["account"]["acct"], request["notifications_count"]) == ("bob", "2")
    assert await alice.ok(f"{REQUESTS}/{request['id']}") == request
    assert len(await alice.ok(TOLD, account_id=request["account"]["id"])) == 2
    assert (await bob.get(f"{REQUESTS}/{request['id']}")).status == 404
    assert (await bob.post(f"{REQUESTS}/{request['id']}/accept")).status == 404

    assert await alice.do(f"{REQUESTS}/{request['id']}/accept") == {}

    assert await told(alice) == [("mention", "bob")] * 2
    assert (await alice.ok(TOLD))[1]["status"]["id"] == first["id"]
    assert await alice.ok(f"{REQUESTS}/merged") == {"merged": True}
    assert await alice.ok(REQUESTS) == []
    assert len(await alice.ok("/api/v1/conversations")) == 1
    await bob.write("@alice and once more")
    assert len(await told(alice)) == 3


async def test_what_is_dismissed_is_forgotten_and_later_mail_is_held_back_again(
    alice: Client, bob: Client
) -> None:
    await decide(alice, for_not_followers="filter")
    await bob.write("@alice hello")
    (request,) = await alice.ok(REQUESTS)
    assert (await bob.post(f"{REQUESTS}/{request['id']}/dismiss")).status == 404
    assert await alice.do(f"{REQUESTS}/{request['id']}/dismiss") == {}
    assert await alice.ok(REQUESTS) == await alice.ok(TOLD, include_filtered="true") == []
    await bob.write("@alice hello?")
    assert len(await alice.ok(REQUESTS)) == 1


async def test_several_are_accepted_or_dismissed_at_once(alpha: LiveNode, alice: Client) -> None:
    await decide(alice, for_new_accounts="filter")
    names = ("bob", "carol", "dave")
    for name in names:
        writer = Client(node=alpha, person=await alpha.add_person(name))
        await writer.write("@alice hello")
    page = await alice.get(REQUESTS, limit="2")
    assert [each["account"]["acct"] for each in page.body] == ["dave", "carol"]
    assert 'rel="next"' in page.headers["Link"]
    dave, carol = (each["id"] for each in page.body)
    assert (await alice.post(f"{REQUESTS}/accept", {"id": [dave]})).body == {}
    assert (await alice.post(f"{REQUESTS}/dismiss", {"id": [carol]})).body == {}
    assert await told(alice) == [("mention", "dave")]
    assert [each["account"]["acct"] for each in await alice.ok(REQUESTS)] == ["bob"]
    assert (await alice.post(f"{REQUESTS}/accept")).status == 422


async def test_what_is_dropped_was_never_told(alice: Client, bob: Client) -> None:
    assert bob.person is not None
    await decide(alice, for_not_following="drop", for_not_followers="filter")
    post = await alice.write("hello")
    await bob.do(f"/api/v1/statuses/{post['id']}/favourite")
    await bob.write("@alice hello", visibility="direct")
    assert await alice.ok(TOLD, include_filtered="true") == await alice.ok(REQUESTS) == []
    assert await alice.ok("/api/v1/conversations") == []
    await alice.follow(bob.person)
    await decide(alice, for_not_followers="accept")
    await bob.write("@alice hello")
    assert await told(alice) == [("mention", "bob")]


async def test_a_direct_post_that_answers_one_is_no_stranger(alice: Client, bob: Client) -> None:
    await decide(alice, for_private_mentions="filter")
    await bob.write("@alice hello", visibility="direct")
    await bob.write("@alice hello", visibility="public")
    assert len(await told(alice)) == 1
    asked = await alice.write("@bob what is it?", visibility="direct")
    await bob.write("@alice this", visibility="direct", in_reply_to_id=asked["id"])
    assert len(await told(alice)) == 2


async def test_older_apps_only_hold_back_or_do_not(alice: Client) -> None:
    url = "/api/v1/notifications/policy"
    body = (await alice.call("PATCH", url, json={"filter_not_following": True})).body
    assert body["filter_not_following"]
    assert not body["filter_private_mentions"]
    assert (await alice.ok(POLICY))["for_not_following"] == "filter"
    body = (await alice.call("PUT", url, data={"filter_not_following": "false"})).body
    assert not body["filter_not_following"]
    assert (await alice.ok(url)) == body


@pytest.mark.parametrize("word", ["no", "dropped"])
async def test_a_word_that_decides_nothing_is_refused(alice: Client, word: str) -> None:
    assert (await alice.call("PATCH", POLICY, json={"for_not_following": word})).status == 422


async def test_whoever_is_blocked_asks_for_nothing(alice: Client, bob: Client) -> None:
    assert bob.person is not None
    await decide(alice, for_not_following="filter")
    await bob.write("@alice hello")
    assert len(await alice.ok(REQUESTS)) == 1
    await alice.do(f"/api/v1/accounts/{bob.person.actor.id}/mute")
    assert await alice.ok(REQUESTS) == []


async def test_what_is_held_back_is_not_streamed_until_its_sender_is_accepted(
    alpha: LiveNode, alice: Client, bob: Client
) -> None:
    await decide(alice, for_not_following="filter")
    async with listening(alpha, alice.person, "user:notification") as ear:
        await bob.write("@alice hello")
        (request,) = await alice.ok(REQUESTS)
        await alice.do(f"{REQUESTS}/{request['id']}/accept")
        assert (await ear.next()).event == "notifications_merged"
        await bob.write("@alice hello again")
        said = await ear.next()
        assert (said.event, said.payload["account"]["acct"]) == ("notification", "bob")
