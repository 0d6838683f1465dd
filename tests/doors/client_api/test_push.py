"""Push messages over real HTTP: a service on loopback takes them, and the app's own keys open them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.kernel.clock import system_clock
from fediverse_node.oauth import tokens
from fediverse_node.push import queries
from fediverse_node.push.pusher import GIVE_UP, Pusher
from fediverse_node.push.tables import push_subscriptions
from fediverse_node.storage.tx import Tx
from fediverse_node.storage.vault import Vault
from fediverse_node.web.application import readers_addresses
from fediverse_node.web.client_api.push import pusher_of
from tests.doors.client_api.conftest import Client, Heard
from tests.fakes.push_service import Arrived, Device, PushService, push_service, vouched
from tests.fixtures.nodes import LiveNode

PATH = "/api/v1/push/subscription"
EVERYTHING = ("mention", "follow", "favourite", "reblog", "poll", "follow_request", "update", "quote")


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service() as found:
        yield found


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """Alice's, with an app that is told."""

    node: LiveNode
    service: PushService
    device: Device

    async def told(self) -> list[dict[str, Any]]:
        """What arrives when everything that is due is sent."""
        before = len(self.service.arrived)
        await push(self.node)
        return [self.device.open(each) for each in self.service.arrived[before:]]


async def worker(node: LiveNode) -> Pusher:
    made = pusher_of(node.node, await readers_addresses(node.node))
    made._settling = timedelta()
    return made


async def push(node: LiveNode) -> None:
    pusher = await worker(node)
    while await pusher.run_once():
        pass


def wish(service: PushService, device: Device, **changes: Any) -> dict[str, Any]:
    subscription = {"endpoint": f"{service.origin}/of/alice", "keys": device.keys, "standard": True}
    alerts = dict.fromkeys(EVERYTHING, True)
    return {"subscription": {**subscription, **changes}, "data": {"alerts": alerts}}


async def subscribed(client: Client, service: PushService, **changes: Any) -> Phone:
    device = Device()
    heard = await client.post(PATH, wish(service, device, **changes))
    assert heard.status == 200, heard
    return Phone(node=client.node, service=service, device=device)


async def test_an_app_subscribes_changes_its_mind_and_ends_it(
    alice: Client, bob: Client, service: PushService
) -> None:
    assert (await alice.get(PATH)).status == 404
    assert (await alice.call("PUT", PATH, json={"data": {"alerts": {"mention": True}}})).status == 404
    device = Device()
    flat = {
        "subscription[endpoint]": f"{service.origin}/1",
        "subscription[keys][p256dh]": device.keys["p256dh"] + "=",
        "subscription[keys][auth]": device.keys["auth"] + "==",
        "data[alerts][mention]": "true",
        "data[alerts][admin.report]": "1",
        "data[policy]": "followed",
    }
    made = (await alice.call("POST", PATH, data=flat)).body
    assert made["endpoint"] == f"{service.origin}/1"
    assert made["standard"] is False
    assert {kind for kind, on in made["alerts"].items() if on} == {"mention", "admin.report"}
    assert made["policy"] == "followed"
    instance = await alice.ok("/api/v2/instance")
    assert made["server_key"] == instance["configuration"]["vapid"]["public_key"] != ""
    assert (await alice.get(PATH)).body == made
    changed = await alice.call("PUT", PATH, json={"data": {"policy": "none", "alerts": {"follow": True}}})
    assert (changed.body["policy"], changed.body["alerts"]["follow"]) == ("none", True)
    assert not changed.body["alerts"]["mention"]
    assert (await bob.get(PATH)).status == 404  # PRI-12
    assert (await bob.call("DELETE", PATH)).body == {}
    assert (await alice.get(PATH)).status == 200
    assert (await alice.call("DELETE", PATH)).body == {}
    assert (await alice.get(PATH)).status == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": ""},
        {"endpoint": "https://push.example/" + "x" * 2048},
        {"endpoint": "ftp://127.0.0.1/"},
        {"endpoint": "http://10.0.0.1/"},
        {"endpoint": "http://a:b@127.0.0.1/"},
        {"keys": {"p256dh": "x", "auth": "y"}},
        {"keys": {}},
    ],
)
async def test_what_is_no_place_to_tell_somebody_is_refused(
    alice: Client, service: PushService, changes: Mapping[str, Any]
) -> None:  # SSRF-25
    refused = await alice.post(PATH, wish(service, Device(), **changes))
    assert refused.status in {403, 422}, refused
    assert (await alice.get(PATH)).status == 404
    assert (await alice.post(PATH, wish(service, Device()))).status == 200


async def test_a_mention_reaches_the_app_closed_and_vouched_for(
    alice: Client, bob: Client, service: PushService
) -> None:
    phone = await subscribed(alice, service)
    await bob.write("Hello @alice, this is a secret", visibility="direct")
    found = await phone.told()
    listed = await alice.ok("/api/v1/notifications")
    assert alice.person is not None
    assert found == [
        {
            "access_token": alice.person.token,
            "preferred_locale": "en",
            "notification_id": int(listed[0]["id"]),
            "notification_type": "mention",
            "icon": listed[0]["account"]["avatar"],
            "title": "bob mentioned you",
            "body": "Hello @alice, this is a secret",
        }
    ]
    came = service.arrived[0]
    assert came.path == "/of/alice"
    assert (came.headers["TTL"], came.headers["Urgency"]) == ("172800", "normal")
    assert came.headers["Content-Encoding"] == "aes128gcm"
    scheme, _, rest = came.headers["Authorization"].partition(" ")
    named = dict(part.strip().split("=", 1) for part in rest.split(","))
    claims = vouched(named["t"], named["k"])
    assert (scheme, claims["aud"]) == ("vapid", service.origin)
    assert claims["sub"].startswith(("mailto:", "http"))
    key = (await alice.get(PATH)).body["server_key"]
    assert named["k"] == key
    assert await phone.told() == []  # once


async def test_older_apps_are_told_as_the_drafts_had_it(
    alice: Client, bob: Client, service: PushService
) -> None:
    phone = await subscribed(alice, service, standard=False)
    await bob.follow(alice.person)  # type: ignore[arg-type]  # she is somebody
    assert [each["notification_type"] for each in await phone.told()] == ["follow"]
    came = service.arrived[0]
    assert came.headers["Content-Encoding"] == "aesgcm"
    scheme, _, jwt = came.headers["Authorization"].partition(" ")
    named = dict(part.split("=", 1) for part in came.headers["Crypto-Key"].split(";"))
    assert scheme == "WebPush"
    assert vouched(jwt, named["p256ecdsa"])["aud"] == service.origin


async def test_only_what_was_asked_for_is_told(alice: Client, bob: Client, service: PushService) -> None:
    phone = await subscribed(alice, service)
    post = await alice.write("Mine")
    await alice.call("PUT", PATH, json={"data": {"alerts": {"reblog": True}}})
    await bob.do(f"/api/v1/statuses/{post['id']}/favourite")
    await bob.do(f"/api/v1/statuses/{post['id']}/reblog")
    found = await phone.told()
    assert [(each["notification_type"], each["body"]) for each in found] == [("reblog", "Mine")]


@pytest.mark.parametrize(("policy", "told"), [("all", 2), ("followed", 1), ("follower", 1), ("none", 0)])
async def test_whose_doing_is_told_is_up_to_the_app(
    alice: Client, bob: Client, service: PushService, policy: str, told: int
) -> None:
    carol = Client(node=alice.node, person=await alice.node.add_person("carol"))
    assert alice.person is not None
    assert bob.person is not None
    await (alice.follow(bob.person) if policy == "followed" else bob.follow(alice.person))
    phone = await subscribed(alice, service)
    alerts = {"alerts": {"mention": True}, "policy": policy}
    await alice.call("PUT", PATH, json={"data": alerts})
    await bob.write("@alice from bob")
    await carol.write("@alice from carol")
    found = await phone.told()
    assert len(found) == told
    assert not found or found[0]["body"] == "@alice from bob"


async def test_nobody_is_told_of_what_they_may_not_see_or_do_not_want_to_hear(
    alice: Client, bob: Client, service: PushService
) -> None:  # PRI-01
    assert bob.person is not None
    phone = await subscribed(alice, service)

    async def mention() -> Any:
        return await bob.write("@alice a zebra", visibility="private")

    await mention()
    assert len(await phone.told()) == 1
    gone = await mention()
    assert (await bob.call("DELETE", f"/api/v1/statuses/{gone['id']}")).status == 200
    assert await phone.told() == []
    muted = await mention()
    await alice.do(f"/api/v1/statuses/{muted['id']}/mute")
    assert await phone.told() == []
    for verb in ("mute", "block"):
        await mention()
        await alice.do(f"/api/v1/accounts/{bob.person.actor.id}/{verb}")
        assert await phone.told() == [], verb
        await alice.do(f"/api/v1/accounts/{bob.person.actor.id}/un{verb}")
    await mention()
    assert len(await phone.told()) == 1


async def test_filters_cover_or_silence(alice: Client, bob: Client, service: PushService) -> None:
    phone = await subscribed(alice, service)
    words = {"keywords_attributes": [{"keyword": "zebra"}], "context": ["notifications"]}
    made = (await alice.post("/api/v2/filters", {"title": "animals", **words})).body
    await bob.write("@alice a zebra")
    assert [each["body"] for each in await phone.told()] == ["animals"]
    hide = {"title": "animals", "filter_action": "hide", "context": ["notifications"]}
    assert (await alice.call("PUT", f"/api/v2/filters/{made['id']}", json=hide)).status == 200
    await bob.write("@alice a zebra")
    await bob.write("@alice a horse")
    assert [each["body"] for each in await phone.told()] == ["@alice a horse"]


async def test_a_subscription_ends_with_its_token(
    alice: Client, bob: Client, service: PushService
) -> None:  # OAU-14
    phone = await subscribed(alice, service)
    await bob.write("@alice one")
    assert len(await phone.told()) == 1
    await bob.write("@alice two")
    person = alice.person
    assert person is not None
    await alice.node.node.db.write(lambda tx: tokens.revoke_all(tx, person.account.id))
    assert await phone.told() == []
    assert await alice.node.node.db.read(lambda tx: tx.all(push_subscriptions.select())) == []


async def test_whoever_is_disabled_is_told_nothing(alice: Client, bob: Client, service: PushService) -> None:
    phone = await subscribed(alice, service)
    await bob.write("@alice one")
    person = alice.person
    assert person is not None
    await alice.node.node.db.write(lambda tx: accounts.close(tx, person.account.id))
    assert await phone.told() == []


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_is_gone_is_forgotten(
    alice: Client, bob: Client, service: PushService, status: int
) -> None:
    phone = await subscribed(alice, service)
    service.status = status
    await bob.write("@alice one")
    await push(alice.node)
    assert len(service.arrived) == 1
    assert (await alice.get(PATH)).status == 404
    service.status = 201
    await bob.write("@alice two")
    assert await phone.told() == []


@pytest.mark.parametrize(("status", "after"), [(503, ""), (429, ""), (400, "@bob two")])
async def test_a_service_that_fails_is_left_alone_and_asked_again_later(
    alice: Client, bob: Client, service: PushService, status: int, after: str
) -> None:
    alices, bobs = await subscribed(alice, service), await subscribed(bob, service)
    service.judge = lambda _: status if len(service.arrived) == 1 else 201
    await bob.write("@alice one")
    await push(alice.node)
    await alice.write("@bob two")
    await push(alice.node)
    assert "".join(body for each in service.arrived[1:] for body in bodies(each, bobs)) == after
    await bob.write("@alice three")
    await later(alice.node, timedelta())
    await push(alice.node)
    assert [body for each in service.arrived[1:] for body in bodies(each, bobs)] == ["@bob two"]
    assert [body for each in service.arrived[1:] for body in bodies(each, alices)] == [
        "@alice one",
        "@alice three",
    ]


def bodies(came: Arrived, phone: Phone) -> list[str]:
    """What a message says to this phone; nothing to another."""
    try:
        return [phone.device.open(came)["body"]]
    except Exception:  # noqa: BLE001 whatever the independent reader says of a message for somebody else
        return []


async def later(node: LiveNode, failing_for: timedelta) -> None:
    """As if the time of waiting had passed."""
    since = system_clock() - failing_for

    def unit(tx: Tx) -> None:
        tx.execute(push_subscriptions.update().values(due_at=tx.now))
        failing = push_subscriptions.c.attempts > 0
        tx.execute(push_subscriptions.update().where(failing).values(failing_since=since))

    await node.node.db.write(unit)


async def test_what_fails_for_a_week_is_given_up(alice: Client, bob: Client, service: PushService) -> None:
    await subscribed(alice, service)
    service.status = 500
    await bob.write("@alice one")
    await push(alice.node)
    assert (await alice.get(PATH)).status == 200
    await later(alice.node, GIVE_UP)
    await push(alice.node)
    assert (await alice.get(PATH)).status == 404


async def test_a_redirect_is_not_followed(alice: Client, bob: Client, service: PushService) -> None:
    await subscribed(alice, service)
    service.status, service.headers = 307, {"Location": f"{service.origin}/elsewhere"}
    await bob.write("@alice one")
    await push(alice.node)
    assert [each.path for each in service.arrived] == ["/of/alice"]


async def test_the_token_lies_sealed_where_there_is_a_key(
    alice: Client, bob: Client, service: PushService
) -> None:
    db = alice.node.node.db
    db.vault = Vault([bytes(32)])
    phone = await subscribed(alice, service)
    assert alice.person is not None
    rows = str(await db.read(lambda tx: tx.all(push_subscriptions.select())))
    assert alice.person.token not in rows
    await bob.write("@alice one")
    assert [each["access_token"] for each in await phone.told()] == [alice.person.token]


async def test_there_are_not_more_subscriptions_than_can_be_told(
    alice: Client, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MAX_SUBSCRIPTIONS", 1)
    await subscribed(alice, service)
    await subscribed(alice, service)  # the same app anew
    person = alice.person
    assert person is not None

    def another(tx: Tx) -> str:
        return tokens.issue(tx, person.account.id, scopes="push", app_name="other")

    token = await alice.node.node.db.write(another)
    other = Client(node=alice.node, person=person._replace(token=token))
    refused: Heard = await other.post(PATH, wish(service, Device()))
    assert refused.status == 422
