"""What people see and end where they are signed in, and how they change their password."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from fediverse_node.accounts import sessions
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.sign_in import PASSWORD, Browser, give_password, signed_in_browser

NEW = "another horse battery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A node with alice, signed in in two browsers."""

    node: LiveNode
    alice: Person
    here: Browser
    there: Browser

    async def signed_in(self) -> tuple[bool, bool]:
        shown = [(await browser.get("/settings")).status == 200 for browser in (self.here, self.there)]
        return shown[0], shown[1]

    async def ids(self) -> list[int]:
        """Of the session there, or of whatever can be ended."""
        return [
            int(id_)
            for id_ in re.findall(r'name="session" value="(\d+)"', (await self.here.get("/settings")).text)
        ]

    async def change(self, old: str = PASSWORD, new: str = NEW, repeated: str | None = None) -> int:
        answer = await self.here.send(
            "/settings/password",
            password=old,
            new_password=new,
            repeated=new if repeated is None else repeated,
        )
        return answer.status


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with running_node(database_url) as node:
        alice = await node.add_person("alice")
        await give_password(node, alice)
        here, there = await signed_in_browser(node, alice), await signed_in_browser(node, alice)
        yield Stage(node=node, alice=alice, here=here, there=there)


async def test_nobody_sees_settings_without_signing_in(stage: Stage) -> None:
    stranger = Browser(node=stage.node, secret="x" * 43)
    for answer in (
        await stranger.get("/settings"),
        await stranger.post("/settings/sessions", session="others"),
        await stranger.post("/settings/password", password=PASSWORD, new_password=NEW, repeated=NEW),
    ):
        assert answer.status == 303
        assert answer.location.startswith("/login")
    assert await stage.signed_in() == (True, True)


async def test_a_session_is_named_after_its_browser_and_ended_at_once(stage: Stage) -> None:
    shown = await stage.here.get("/settings")
    assert shown.text.count("Firefox, Linux") >= 2
    assert shown.text.count("this browser") == 1
    (other,) = await stage.ids()
    answer = await stage.here.send("/settings/sessions", session=str(other))
    assert (answer.status, answer.location) == (303, "/settings?done=session")
    assert await stage.signed_in() == (True, False)


async def test_all_others_end_together(stage: Stage) -> None:
    await stage.here.send("/settings/sessions", session="others")
    assert await stage.signed_in() == (True, False)


async def test_nobody_ends_a_session_of_somebody_else(stage: Stage) -> None:
    mallory = await signed_in_browser(stage.node, await stage.node.add_person("mallory"))
    (other,) = await stage.ids()
    await mallory.send("/settings/sessions", session=str(other))
    assert await stage.signed_in() == (True, True)
    await mallory.send("/settings/sessions", session="others")
    assert await stage.signed_in() == (True, True)


@pytest.mark.parametrize("session", ["", "x", "-1", "9" * 30])
async def test_what_is_no_session_is_not_found(stage: Stage, session: str) -> None:
    assert (await stage.here.send("/settings/sessions", session=session)).status == 404


async def test_a_form_without_its_token_changes_nothing(stage: Stage) -> None:
    # WEB-23
    assert (await stage.here.post("/settings/sessions", session="others")).status == 403
    changed = await stage.here.post("/settings/password", password=PASSWORD, new_password=NEW, repeated=NEW)
    assert changed.status == 403
    assert await stage.signed_in() == (True, True)
    assert (await Browser(node=stage.node).sign_in("alice")).status == 303


async def test_a_new_password_asks_for_the_old_one_and_ends_every_session(stage: Stage) -> None:
    # OAU-14
    secret = stage.here.secret
    assert await stage.change(old="not the old one") == 422
    assert await stage.signed_in() == (True, True)
    assert await stage.change() == 303
    assert await stage.signed_in() == (True, False)
    stolen = Browser(node=stage.node, secret=secret)
    assert (await stolen.get("/settings")).status == 303
    assert (await Browser(node=stage.node).sign_in("alice")).status == 422
    assert (await Browser(node=stage.node).sign_in("alice", NEW)).status == 303


async def test_a_new_password_ends_every_token_and_a_refused_one_none(stage: Stage) -> None:
    # OAU-14
    async def status() -> int:
        whose = "/api/v1/accounts/verify_credentials"
        async with stage.node.http.get(whose, headers=stage.alice.bearer) as answer:
            return answer.status

    await stage.change(old="not the old one")
    assert await status() == 200
    await stage.change()
    assert await status() == 401


@pytest.mark.parametrize(("new", "repeated"), [("short", "short"), ("x" * 257, "x" * 257), (NEW, f"{NEW}x")])
async def test_a_new_password_has_a_length_and_is_given_twice(stage: Stage, new: str, repeated: str) -> None:
    assert await stage.change(new=new, repeated=repeated) == 422
    assert await stage.signed_in() == (True, True)
    assert (await Browser(node=stage.node).sign_in("alice")).status == 303


async def test_a_session_that_ended_meanwhile_changes_no_password(stage: Stage) -> None:
    token = await stage.here.form_token()
    await stage.node.node.db.write(lambda tx: sessions.end_others(tx, stage.alice.account.id))
    answer = await stage.here.post(
        "/settings/password", form_token=token, password=PASSWORD, new_password=NEW, repeated=NEW
    )
    assert (answer.status, answer.location) == (303, "/login")
    assert (await Browser(node=stage.node).sign_in("alice")).status == 303


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Where you are signed in"), ("ar", "أين سجّلت الدخول")]
)
async def test_the_settings_speak_the_language_of_their_reader(
    stage: Stage, language: str, words: str
) -> None:
    shown = await stage.here.get("/settings?done=others", Accept_Language=language)
    assert words in shown.text
    assert 'role="status"' in shown.text


async def test_what_was_done_is_said_in_our_words_only(stage: Stage) -> None:
    shown = await stage.here.get("/settings?done=%3Cscript%3E")
    assert 'role="status"' not in shown.text
    assert "<script" not in shown.text
