"""Passkeys without a browser: what is taken, and each thing that is not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from fediverse_node.accounts import ceremonies, passkeys
from fediverse_node.federation.outbox import exclude
from fediverse_node.web.control.routes import OPERATIONS
from fediverse_node.web.pages.passkeys import ADD, SIGN_IN
from fediverse_node.web.pages.security import FACTOR, PATH, REMOVAL
from tests.fakes.passkeys import Device
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.outbox import TurnedClock
from tests.fixtures.sign_in import PASSWORD, Browser, give_password, signed_in_browser

ORIGIN = "http://garden.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    status: int
    body: dict[str, Any]
    session: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A node with alice, a browser of hers that is signed in, and a device of hers without a passkey."""

    node: LiveNode
    alice: Person
    browser: Browser
    device: Device
    clock: TurnedClock

    async def send(
        self, path: str, body: dict[str, Any], *, whose: Browser | None = None, **headers: str
    ) -> Told:
        browser = whose or Browser(node=self.node)
        sent = {"Origin": ORIGIN, **headers}
        if browser.secret is not None:
            sent["Cookie"] = f"session={browser.secret}"
        async with self.node.http.post(path, json=body, headers=sent) as answer:
            lines = answer.headers.getall("Set-Cookie", [])
            session = any(line.startswith("session=") for line in lines)
            return Told(status=answer.status, body=await answer.json(), session=session)

    async def token(self) -> str:
        return await self.browser.form_token()

    async def options(self, password: str = PASSWORD) -> Told:
        body = {"form_token": await self.token(), "password": password}
        return await self.send(f"{ADD}/options", body, whose=self.browser)

    async def add(self, credential: dict[str, Any], name: str = "My phone") -> Told:
        body = {"form_token": await self.token(), "name": name, "credential": credential}
        return await self.send(ADD, body, whose=self.browser)

    async def added(self) -> None:
        told = await self.add(self.device.create((await self.options()).body))
        assert told.status == 200, told

    async def challenge(self) -> dict[str, Any]:
        told = await self.send(f"{SIGN_IN}/options", {})
        assert told.status == 200, told
        return told.body

    async def sign_in(self, credential: dict[str, Any], **fields: str) -> Told:
        return await self.send(SIGN_IN, {"credential": credential, **fields})


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    clock = TurnedClock()
    async with running_node(database_url, origin=ORIGIN, clock=clock) as node:
        alice = await node.add_person("alice")
        await give_password(node, alice)
        yield Stage(
            node=node,
            alice=alice,
            browser=await signed_in_browser(node, alice),
            device=Device(origin=ORIGIN, host="garden.example"),
            clock=clock,
        )


async def test_a_passkey_signs_in_without_password_and_code(stage: Stage) -> None:
    await stage.added()
    assert "My phone" in (await stage.browser.get(PATH)).text
    await stage.browser.send(FACTOR, do="begin", password=PASSWORD)
    done = await stage.sign_in(stage.device.get(await stage.challenge()), next="/settings/apps")
    assert (done.status, done.body, done.session) == (200, {"next": "/settings/apps"}, True)
    elsewhere = await stage.sign_in(stage.device.get(await stage.challenge()), next="//evil.example")
    assert elsewhere.body == {"next": "/settings"}


CHANGES: dict[str, Callable[[Device], None]] = {
    "of another origin": lambda device: setattr(device, "origin", "http://garden.example.evil.example"),
    "for another host": lambda device: setattr(device, "host", "evil.example"),
    "without its owner": lambda device: setattr(device, "verified", False),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_what_was_not_signed_here_by_its_owner_is_refused(stage: Stage, change: str) -> None:
    options = (await stage.options()).body
    CHANGES[change](stage.device)
    assert (await stage.add(stage.device.create(options))).status == 422
    stage.device.origin, stage.device.host, stage.device.verified = ORIGIN, "garden.example", True
    await stage.added()
    CHANGES[change](stage.device)
    refused = await stage.sign_in(stage.device.get(await stage.challenge()))
    assert (refused.status, refused.session) == (401, False)


async def test_what_was_signed_is_good_once_and_not_for_long(stage: Stage) -> None:
    await stage.added()
    credential = stage.device.get(await stage.challenge())
    assert (await stage.sign_in(credential)).status == 200
    assert (await stage.sign_in(credential)).status == 401
    late = stage.device.get(await stage.challenge())
    stage.clock.turn(minutes=5)
    assert (await stage.sign_in(late)).status == 401
    made_up = stage.device.get({"challenge": "AAAA"})
    assert (await stage.sign_in(made_up)).status == 401


async def test_a_challenge_for_adding_does_not_sign_in_nor_the_other_way_round(stage: Stage) -> None:
    await stage.added()
    for_adding = (await stage.options()).body
    assert (await stage.sign_in(stage.device.get(for_adding))).status == 401
    other = Device(origin=ORIGIN, host="garden.example")
    assert (await stage.add(other.create(await stage.challenge()))).status == 422


async def test_a_copy_of_a_device_is_noticed(stage: Stage) -> None:
    await stage.added()
    assert (await stage.sign_in(stage.device.get(await stage.challenge()))).status == 200
    stage.device.count = 0
    assert (await stage.sign_in(stage.device.get(await stage.challenge()))).status == 401


async def test_another_key_under_the_same_name_is_refused(stage: Stage) -> None:
    await stage.added()
    thief = Device(origin=ORIGIN, host="garden.example", credential_id=stage.device.credential_id)
    assert (await stage.sign_in(thief.get(await stage.challenge()))).status == 401
    stranger = Device(origin=ORIGIN, host="garden.example")
    assert (await stage.sign_in(stranger.get(await stage.challenge()))).status == 401


async def test_adding_asks_for_the_password_and_the_form(stage: Stage) -> None:
    # WEB-23
    assert (await stage.options("not this one")).status == 422
    wrong = await stage.send(f"{ADD}/options", {"password": PASSWORD}, whose=stage.browser)
    assert wrong.status == 403
    nobody = await stage.send(f"{ADD}/options", {"password": PASSWORD})
    assert nobody.status == 401
    await stage.added()
    again = await stage.add(stage.device.create((await stage.options()).body))
    assert again.status == 409


async def test_no_other_site_signs_anybody_in(stage: Stage) -> None:
    # WEB-23
    await stage.added()
    credential = stage.device.get(await stage.challenge())
    refused = await stage.send(SIGN_IN, {"credential": credential}, Origin="https://evil.example")
    assert (refused.status, refused.session) == (403, False)
    assert (await stage.sign_in(credential)).status == 200


async def test_a_passkey_that_was_removed_signs_in_no_more(stage: Stage) -> None:
    await stage.added()
    account_id = stage.alice.account.id
    [kept] = await stage.node.node.db.read(lambda tx: passkeys.of_account(tx, account_id))
    refused = await stage.browser.send(REMOVAL, id=str(kept.id), password="not this one")
    assert refused.status == 422
    bob = await stage.node.add_person("bob")
    await give_password(stage.node, bob)
    theirs = await (await signed_in_browser(stage.node, bob)).send(
        REMOVAL, id=str(kept.id), password=PASSWORD
    )
    assert theirs.status == 404
    assert (await stage.sign_in(stage.device.get(await stage.challenge()))).status == 200
    gone = await stage.browser.send(REMOVAL, id=str(kept.id), password=PASSWORD)
    assert gone.location == f"{PATH}?done=removed"
    assert (await stage.sign_in(stage.device.get(await stage.challenge()))).status == 401


async def test_an_operator_removes_them_all(stage: Stage) -> None:
    await stage.added()
    shown = await OPERATIONS["account.sessions"](stage.node.node, {"name": "alice"}, lambda _: None)
    assert shown["passkeys"] == ["My phone"]
    assert len(shown["sessions"]) == 1
    done = await OPERATIONS["account.passkeys.remove"](stage.node.node, {"name": "alice"}, lambda _: None)
    assert done["removed"] == 1
    assert (await stage.sign_in(stage.device.get(await stage.challenge()))).status == 401
    ended = await OPERATIONS["account.sessions.end"](stage.node.node, {"name": "alice"}, lambda _: None)
    assert ended["signed_out"] == 1
    assert (await stage.browser.get("/settings")).status == 303


async def test_whoever_may_not_act_does_not_sign_in(stage: Stage) -> None:
    # OAU-14
    await stage.added()
    await stage.node.node.db.write(lambda tx: exclude.suspend(tx, stage.alice.actor))
    assert (await stage.sign_in(stage.device.get(await stage.challenge()))).status == 401


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"credential": "x"},
        {"credential": {}},
        {"credential": {"response": {"clientDataJSON": 7}}},
        {"credential": {"response": {"clientDataJSON": "é"}}},
        {"credential": {"id": "x", "response": {"clientDataJSON": "e30"}}},
    ],
)
async def test_what_is_no_passkey_is_refused_in_words(stage: Stage, sent: dict[str, Any]) -> None:
    told = await stage.send(SIGN_IN, sent)
    assert told.status == 422
    assert set(told.body) == {"error"}


async def test_without_the_extra_the_pages_say_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "data-passkey" in (await stage.browser.get(PATH)).text
    monkeypatch.setattr(ceremonies, "find_spec", lambda _: None)
    shown = (await stage.browser.get(PATH)).text
    assert "does not take passkeys" in shown
    assert "data-passkey" not in shown
    assert "<script" not in (await stage.browser.get("/login?again=1")).text
    assert (await stage.send(f"{SIGN_IN}/options", {})).status == 404
