"""A node with alice on it, her browser, and an app that wants to be let in."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.outbox import TurnedClock
from tests.fixtures.sign_in import Browser, Shown, give_password, signed_in_browser

CALLBACK = "https://app.example/callback"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
VERIFIER = "a-verifier-of-the-app-that-is-long-enough-to-be-one"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_CODE = re.compile(r'<code dir="ltr">([^<]+)</code>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an app is answered."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A program on somebody's device."""

    node: LiveNode
    client_id: str
    secret: str | None
    redirect_uri: str = CALLBACK

    def request(self, **changes: str | None) -> str:
        """Where it sends a person: a request that may be granted, but for *changes* (None takes away)."""
        usual: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "read write",
            "state": "its state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        sent = {name: value for name, value in {**usual, **changes}.items() if value is not None}
        return f"/oauth/authorize?{urlencode(sent)}"

    async def answered(self, browser: Browser, answer: str = "allow", /, **changes: str | None) -> Shown:
        """A person looks at the question and presses a button."""
        shown = await browser.get(self.request(**changes))
        assert shown.status == 200, shown.text
        return await browser.post("/oauth/authorize", **hidden(shown), answer=answer)

    async def code(self, browser: Browser, /, **changes: str | None) -> str:
        """What a yes leads to."""
        shown = await self.answered(browser, **changes)
        if shown.status == 200:
            found = _CODE.search(shown.text)
            assert found
            return found[1]
        return told(shown)["code"]

    async def exchange(self, code: str, /, **changes: str | None) -> Heard:
        """Hand in a code."""
        usual = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
        }
        return await self.token(**{**usual, **changes})

    async def token(self, **fields: str | None) -> Heard:
        """Ask for tokens, with the proof in the body."""
        proof = {"client_id": self.client_id, "client_secret": self.secret}
        return await self.post("/oauth/token", **{**proof, **fields})

    async def let_in(self, browser: Browser, /, **changes: str | None) -> dict[str, Any]:
        """The tokens that a yes leads to."""
        heard = await self.exchange(await self.code(browser, **changes))
        assert heard.status == 200, heard
        tokens: dict[str, Any] = heard.body
        return tokens

    async def post(self, path: str, **fields: str | None) -> Heard:
        data = {name: value for name, value in fields.items() if value is not None}
        return await ask(self.node, "POST", path, data=data)

    async def reads(
        self, tokens: Mapping[str, Any], path: str = "/api/v1/accounts/verify_credentials"
    ) -> int:
        """The status of a request with these tokens."""
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        return (await ask(self.node, "GET", path, headers=bearer)).status


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The node, and who is there. `browser` is alice's, signed in."""

    node: LiveNode
    alice: Person
    browser: Browser
    app: App
    clock: TurnedClock


async def ask(node: LiveNode, method: str, path: str, **options: Any) -> Heard:
    async with node.http.request(method, path, allow_redirects=False, **options) as answer:
        body = await answer.json() if answer.content_type == "application/json" else await answer.text()
        return Heard(status=answer.status, body=body, headers=dict(answer.headers))


async def register(node: LiveNode, **changes: Any) -> Heard:
    """As an app would register, but for *changes*."""
    usual = {"client_name": "Fern", "redirect_uris": CALLBACK, "scopes": "read write follow push"}
    sent = {name: value for name, value in {**usual, **changes}.items() if value is not None}
    return await ask(node, "POST", "/api/v1/apps", json=sent)


async def registered(node: LiveNode, **changes: Any) -> App:
    heard = await register(node, **changes)
    assert heard.status == 200, heard
    made = heard.body
    return App(
        node=node,
        client_id=made["client_id"],
        secret=made["client_secret"],
        redirect_uri=made["redirect_uris"][0],
    )


def hidden(shown: Shown) -> dict[str, str]:
    """The hidden fields of the question's form."""
    form = shown.text.partition('action="/oauth/authorize"')[2]
    return {name: unescape(value) for name, value in _HIDDEN.findall(form)}


def told(shown: Shown) -> dict[str, str]:
    """What an app is told by the address somebody is sent on to."""
    assert shown.status == 303, shown
    return dict(parse_qsl(urlsplit(shown.location).query, keep_blank_values=True))


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    clock = TurnedClock()
    async with running_node(database_url, clock=clock) as node:
        alice = await node.add_person("alice", name="Alice")
        await give_password(node, alice)
        browser = await signed_in_browser(node, alice)
        app = await registered(node)
        yield Stage(node=node, alice=alice, browser=browser, app=app, clock=clock)
