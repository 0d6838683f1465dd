"""masto.js, which Elk and Phanpy are made with: log-in with PKCE, what people do, and the stream."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from fediverse_node.web.application import readers_addresses
from fediverse_node.web.client_api.push import pusher_of
from tests.clients.javascript_programs import Program, Refused, running
from tests.clients.letting_in import answer
from tests.fakes.push_service import Device, push_service
from tests.fixtures.nodes import LiveNode, Person
from tests.fixtures.sign_in import signed_in_browser

#: Nothing of a database differs from engine to engine here that the doors' own tests do not try.
pytestmark = pytest.mark.one_engine

REDIRECT = "https://app.example/callback"
SCOPES = "read write follow push"


async def log_in(program: Program, node: LiveNode, person: Person) -> str:
    """As an app in a browser does it: register, ask with a challenge, and exchange the code it is given."""
    await program.open(node.base_url)
    made = await program.call(
        "v1.apps.create", {"clientName": "Elk", "redirectUris": REDIRECT, "scopes": SCOPES}
    )
    verifier = "v" * 64
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    asked = {
        "client_id": made["clientId"],
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": SCOPES,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
        "state": "kept",
    }
    yes = await answer(
        await signed_in_browser(node, person), f"{node.base_url}/oauth/authorize?{urlencode(asked)}", "Elk"
    )
    sent = parse_qs(urlsplit(yes.location).query)
    assert sent["state"] == ["kept"]
    proof = {
        "grantType": "authorization_code",
        "clientId": made["clientId"],
        "clientSecret": made["clientSecret"],
        "redirectUri": REDIRECT,
        "code": sent["code"][0],
        "codeVerifier": verifier,
    }
    token: str = (await program.call("oauth.token.create", proof))["accessToken"]
    await program.open(node.base_url, token)
    return token


async def test_people_live_in_an_app_made_with_masto_js(
    alpha: LiveNode, alice: Person, bob: Person, picture: Path
) -> None:
    async with running("masto") as hers, running("masto") as his:
        await log_in(hers, alpha, alice)
        await log_in(his, alpha, bob)
        await posts_with_picture_and_poll(hers, his, picture)
        await timelines_and_lists(hers, his, alice)
        await filters_and_searches(hers, his)
        with pytest.raises(Refused) as refused:
            await hers.call("v1.statuses.$1.fetch")
        assert refused.value.status == 404


async def posts_with_picture_and_poll(hers: Program, his: Program, picture: Path) -> None:
    assert (await hers.call("v1.accounts.verifyCredentials"))["acct"] == "alice"
    file = {"$path": str(picture), "type": "image/png"}
    media = await hers.call("v2.media.create", {"file": file, "description": "half red"})
    post = await hers.call(
        "v1.statuses.create",
        {"status": "Look, @bob #cats", "mediaIds": [media["id"]], "visibility": "public"},
    )
    assert [each["description"] for each in post["mediaAttachments"]] == ["half red"]
    poll = {"options": ["tea", "coffee"], "expiresIn": 3600}
    asked = await hers.call("v1.statuses.create", {"status": "Which?", "poll": poll})
    voted = await his.call(f"v1.polls.${asked['poll']['id']}.votes.create", {"choices": [1]})
    assert voted["ownVotes"] == [1]
    for verb in ("favourite", "reblog", "bookmark"):
        await his.call(f"v1.statuses.${post['id']}.{verb}")
    assert [each["id"] for each in await his.call("v1.bookmarks.list")] == [post["id"]]
    told = await hers.call("v1.notifications.list")
    assert {each["type"] for each in told} >= {"favourite", "reblog"}
    assert (await his.call("v1.notifications.list"))[0]["status"]["id"] == post["id"]
    changed = await hers.call(f"v1.statuses.${asked['id']}.update", {"status": "Which one?"})
    assert "Which one?" in changed["content"]
    assert len(await hers.call(f"v1.statuses.${asked['id']}.history.list")) >= 2
    assert (await hers.call(f"v1.statuses.${asked['id']}.source.fetch"))["text"] == "Which one?"


async def timelines_and_lists(hers: Program, his: Program, alice: Person) -> None:
    await his.call(f"v1.accounts.${alice.actor.id}.follow")
    written = [
        (await hers.call("v1.statuses.create", {"status": f"post {number}"}))["id"] for number in range(5)
    ]
    pages: list[list[Any]] = await his.call("v1.timelines.home.list", {"limit": 2}, pages=2)
    assert [each["id"] for page in pages for each in page] == written[:0:-1]
    made = await his.call("v1.lists.create", {"title": "friends"})
    await his.call(f"v1.lists.${made['id']}.accounts.create", {"accountIds": [str(alice.actor.id)]})
    listed = await his.call(f"v1.timelines.list.${made['id']}.list")
    assert listed[0]["id"] == written[-1]
    marked = await his.call("v1.markers.create", {"home": {"lastReadId": written[0]}})
    assert marked["home"]["lastReadId"] == written[0]


async def filters_and_searches(hers: Program, his: Program) -> None:
    words = [{"keyword": "zebra", "wholeWord": True}]
    made = await his.call(
        "v2.filters.create",
        {"title": "animals", "context": ["home"], "filterAction": "warn", "keywordsAttributes": words},
    )
    assert [each["keyword"] for each in made["keywords"]] == ["zebra"]
    post = await hers.call("v1.statuses.create", {"status": "a zebra"})
    shown = await his.call(f"v1.statuses.${post['id']}.fetch")
    assert [each["filter"]["title"] for each in shown["filtered"]] == ["animals"]
    found = await his.call("v2.search.list", {"q": "alice", "type": "accounts"})
    assert [each["acct"] for each in found["accounts"]] == ["alice"]
    assert (await his.call("v2.notifications.list"))["notificationGroups"]


async def test_an_app_is_told_by_the_stream_and_by_push(alpha: LiveNode, alice: Person, bob: Person) -> None:
    async with running("masto") as hers, push_service() as service:
        token = await log_in(hers, alpha, alice)
        device = Device()
        made = await hers.call(
            "v1.push.subscription.create",
            {
                "subscription": {"endpoint": f"{service.origin}/1", "keys": device.keys, "standard": True},
                "data": {"alerts": {"mention": True}, "policy": "all"},
            },
        )
        instance = await hers.call("v2.instance.fetch")
        assert made["serverKey"] == instance["configuration"]["vapid"]["publicKey"]
        assert (await hers.call("v1.push.subscription.fetch"))["alerts"]["mention"] is True
        await hers.step(stream="user")
        said = {"status": "@alice hello"}
        async with alpha.http.post("/api/v1/statuses", headers=bob.bearer, json=said) as sent:
            post = await sent.json()
        event = await hers.step(next="user")
        assert (event["event"], event["payload"]["status"]["id"]) == ("notification", post["id"])
        pusher = pusher_of(alpha.node, await readers_addresses(alpha.node))
        pusher._settling = timedelta()
        await pusher.run_once()
        message = device.open(service.arrived[0])
        assert (message["access_token"], message["body"]) == (token, "@alice hello")
        await hers.call("v1.push.subscription.remove")
        with pytest.raises(Refused):
            await hers.call("v1.push.subscription.fetch")
