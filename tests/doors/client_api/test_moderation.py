"""Blocks, mutes, shunned servers and reports, as apps ask for them."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.federation.outbox import exclude
from fediverse_node.moderation.model import DomainBlock, Severity
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode
from tests.fixtures.rooms import follow as follows
from tests.fixtures.rooms import note, stranger


def account(client: Client, what: str = "") -> str:
    assert client.person is not None
    return f"/api/v1/accounts/{client.person.actor.id}{what}"


async def relationship(one: Client, other: Client) -> dict[str, Any]:
    assert other.person is not None
    (found,) = await one.ok("/api/v1/accounts/relationships", **{"id[]": other.person.actor.id})
    return dict(found)


async def test_two_who_are_apart_see_nothing_of_each_other(
    alice: Client, bob: Client, anybody: Client
) -> None:
    assert alice.person is not None
    await bob.follow(alice.person)
    post = await alice.write("Hello")
    assert len(await bob.ok("/api/v1/timelines/home")) == 1
    made = await alice.do(account(bob, "/block"))
    assert (made["blocking"], made["followed_by"]) == (True, False)
    assert (await relationship(bob, alice))["blocked_by"] is True
    assert await bob.ok("/api/v1/timelines/home") == []
    assert (await bob.get(f"/api/v1/statuses/{post['id']}")).status == 404
    assert (await bob.post(f"/api/v1/statuses/{post['id']}/favourite")).status == 404
    assert (await bob.post(account(alice, "/follow"))).status == 403
    assert (await anybody.get(f"/api/v1/statuses/{post['id']}")).status == 200
    assert [each["username"] for each in await alice.ok("/api/v1/blocks")] == ["bob"]
    assert (await alice.do(account(bob, "/unblock")))["blocking"] is False
    assert (await bob.get(f"/api/v1/statuses/{post['id']}")).status == 200
    assert await alice.ok("/api/v1/blocks") == []


@pytest.mark.parametrize("notifications", [True, False])
async def test_a_mute_hides_posts_and_as_asked_notifications(
    alice: Client, bob: Client, *, notifications: bool
) -> None:
    assert bob.person is not None
    await alice.follow(bob.person)
    post = await bob.write("Hello @alice")
    heard = await alice.post(account(bob, "/mute"), {"notifications": notifications, "duration": 3600})
    assert heard.body["muting"] is True
    assert heard.body["muting_notifications"] is notifications
    assert heard.body["muting_expires_at"] is not None
    assert await alice.ok("/api/v1/timelines/home") == []
    assert await alice.ok("/api/v1/timelines/public") == []
    assert len(await alice.ok("/api/v1/notifications")) == (0 if notifications else 1)
    assert (await alice.get(f"/api/v1/statuses/{post['id']}")).status == 200
    (muted,) = await alice.ok("/api/v1/mutes")
    assert (muted["username"], muted["mute_expires_at"] is None) == ("bob", False)
    assert (await alice.do(account(bob, "/unmute")))["muting"] is False
    assert len(await alice.ok("/api/v1/timelines/home")) == 1
    assert len(await alice.ok("/api/v1/notifications")) == 1


@pytest.mark.parametrize("what", ["block", "mute"])
async def test_nobody_blocks_or_mutes_themselves_or_nobody(alice: Client, what: str) -> None:
    assert (await alice.post(account(alice, f"/{what}"))).status == 422
    assert (await alice.post(f"/api/v1/accounts/1/{what}")).status == 404


async def test_a_server_that_somebody_shuns_is_silent_for_them_alone(
    alpha: LiveNode, alice: Client, bob: Client
) -> None:
    def arrive(tx: Any) -> None:
        note(tx, stranger(tx, "eve", domain="sub.loud.example"))

    await alpha.node.db.write(arrive)
    assert len(await alice.ok("/api/v1/timelines/public")) == 1
    assert (await alice.post("/api/v1/domain_blocks", {"domain": "Loud.Example."})).status == 200
    assert await alice.ok("/api/v1/domain_blocks") == ["loud.example"]
    assert await alice.ok("/api/v1/timelines/public") == []
    assert len(await bob.ok("/api/v1/timelines/public")) == 1
    gone = await alice.call("DELETE", "/api/v1/domain_blocks", params={"domain": "loud.example"})
    assert gone.status == 200
    assert len(await alice.ok("/api/v1/timelines/public")) == 1
    for domain in ("", "not a domain", alpha.domain):
        assert (await alice.post("/api/v1/domain_blocks", {"domain": domain})).status == 422


async def test_a_silenced_server_is_heard_by_those_who_follow(
    alpha: LiveNode, alice: Client, bob: Client, anybody: Client
) -> None:
    assert alice.person is not None
    follower = alice.person.actor

    def arrive(tx: Any) -> None:
        eve = stranger(tx, "eve", domain="loud.example")
        note(tx, eve)
        follows(tx, follower, eve)
        rule = DomainBlock(domain="loud.example", severity="silence", public_comment="noise", obfuscate=True)
        exclude.decide(tx, rule, own_domain=alpha.domain)

    await alpha.node.db.write(arrive)
    assert len(await alice.ok("/api/v1/timelines/public")) == 1
    assert await bob.ok("/api/v1/timelines/public") == []
    assert await anybody.ok("/api/v1/timelines/public") == []
    (rule,) = await anybody.ok("/api/v1/instance/domain_blocks")
    assert (rule["domain"], rule["severity"], rule["comment"]) == ("lou*.****ple", "silence", "noise")


async def test_people_of_a_silenced_server_are_shown_as_limited(
    alpha: LiveNode, alice: Client, anybody: Client
) -> None:
    def arrive(tx: Any) -> list[int]:
        return [stranger(tx, "eve", domain=domain).id for domain in ("sub.loud.example", "calm.example")]

    async def decide(severity: Severity) -> None:
        rule = DomainBlock(domain="loud.example", severity=severity)
        await alpha.node.db.write(lambda tx: exclude.decide(tx, rule, own_domain=alpha.domain))

    async def limited() -> list[bool]:
        paths = [*(f"/api/v1/accounts/{id_}" for id_ in loud_and_calm), account(alice)]
        return [(await anybody.ok(path))["limited"] for path in paths]

    loud_and_calm = await alpha.node.db.write(arrive)
    assert await limited() == [False, False, False]
    await decide("silence")
    assert await limited() == [True, False, False]
    await decide("noop")
    assert await limited() == [False, False, False]


async def test_a_report_names_posts_that_the_reporter_may_see(alice: Client, bob: Client) -> None:
    # PRI-13
    assert alice.person is not None
    target = str(alice.person.actor.id)
    open_one, secret = await alice.write("Open"), await alice.write("Secret", visibility="direct")
    heard = await bob.post(
        "/api/v1/reports",
        {"account_id": target, "status_ids": [open_one["id"]], "comment": "Spam", "category": "spam"},
    )
    assert (heard.status, heard.body["forwarded"], heard.body["comment"]) == (200, False, "Spam")
    assert heard.body["target_account"]["id"] == target
    refused = await bob.post("/api/v1/reports", {"account_id": target, "status_ids": [secret["id"]]})
    assert refused.status == 404
    assert "Secret" not in str(refused.body)
    assert (await bob.post("/api/v1/reports", {"comment": "Spam"})).status == 422
    assert (await bob.post("/api/v1/reports", {"account_id": target, "status_ids": ["x"]})).status == 422
    assert await alice.ok("/api/v1/notifications") == []
