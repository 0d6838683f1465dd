"""A second factor on the pages: set up, asked for, and turned off."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp
import pytest

from fediverse_node.web.control.routes import OPERATIONS
from fediverse_node.web.pages import sign_in_code
from fediverse_node.web.pages.security import FACTOR, PATH
from fediverse_node.web.pages.sign_in_code import BY_ACCOUNT
from fediverse_node.web.pages.sign_in_code import BY_STRANGERS as CODES_OF_STRANGERS
from fediverse_node.web.rate_limits import Rate
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.outbox import TurnedClock
from tests.fixtures.sign_in import PASSWORD, Browser, Shown, give_password, signed_in_browser

_SECRET = re.compile(r'<code dir="ltr">([A-Z2-7]{32})</code>')
_RECOVERY = re.compile(r"<li><code>([a-z2-7-]{19})</code></li>")


@dataclass(slots=True, kw_only=True)
class Stage:
    """A node with alice, who has a password and a second factor, and a browser that is not signed in."""

    node: LiveNode
    alice: Person
    browser: Browser
    clock: TurnedClock
    secret: str = ""
    codes: list[str] = field(default_factory=list)

    def code(self) -> str:
        """The next one that her generator shows."""
        self.clock.turn(seconds=30)
        return pyotp.TOTP(self.secret).at(self.clock())

    async def gave_password(self, browser: Browser | None = None, **fields: str) -> Shown:
        answer = await (browser or self.browser).sign_in("alice", **fields)
        assert answer.status == 303, answer
        return answer

    async def is_signed_in(self, browser: Browser | None = None) -> bool:
        return (await (browser or self.browser).get("/settings")).status == 200


async def set_up(browser: Browser, stage: Stage) -> Shown:
    begun = await browser.send(FACTOR, do="begin", password=PASSWORD)
    found = _SECRET.search(begun.text)
    assert found, begun.text
    stage.secret = found[1]
    done = await browser.send(FACTOR, do="confirm", code=stage.code())
    stage.codes = _RECOVERY.findall(done.text)
    return begun


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    clock = TurnedClock()
    async with running_node(database_url, clock=clock) as node:
        alice = await node.add_person("alice")
        await give_password(node, alice)
        made = Stage(node=node, alice=alice, browser=Browser(node=node), clock=clock)
        await set_up(await signed_in_browser(node, alice), made)
        yield made


async def test_signing_in_asks_for_a_code_and_takes_it_once(stage: Stage) -> None:
    # OAU-17
    half = await stage.gave_password(next="/settings?done=others")
    assert half.location == "/login/code?next=%2Fsettings%3Fdone%3Dothers"
    assert not await stage.is_signed_in()
    form = await stage.browser.get(half.location)
    assert 'name="next" value="/settings?done=others"' in form.text

    wrong = await stage.browser.post("/login/code", code="123456x")
    assert wrong.status == 422
    code = stage.code()
    right = await stage.browser.post("/login/code", code=code, next="/settings?done=others")
    assert (right.status, right.location) == (303, "/settings?done=others")
    assert await stage.is_signed_in()

    again = Browser(node=stage.node)
    await stage.gave_password(again)
    assert (await again.post("/login/code", code=code)).status == 422
    assert (await again.post("/login/code", code=stage.code())).status == 303


async def test_a_recovery_code_will_do_once(stage: Stage) -> None:
    assert len(stage.codes) == 10
    for status in (303, 422):
        browser = Browser(node=stage.node)
        await stage.gave_password(browser)
        assert (await browser.post("/login/code", code=stage.codes[3])).status == status


async def test_a_code_is_worth_nothing_without_the_password(stage: Stage) -> None:
    for cookies in ({}, {"sign-in": "planted" * 6}):
        stage.browser.cookies = cookies
        answer = await stage.browser.post("/login/code", code=stage.code())
        assert (answer.status, answer.location) == (303, "/login?next=%2Fsettings")
        assert (await stage.browser.get("/login/code")).status == 303
    assert not await stage.is_signed_in()


async def test_after_five_wrong_codes_the_password_is_asked_for_again(stage: Stage) -> None:
    # OAU-17
    await stage.gave_password()
    wrong = [await stage.browser.post("/login/code", code="x") for _ in range(5)]
    assert {answer.status for answer in wrong} == {422}
    refused = await stage.browser.post("/login/code", code=stage.code())
    assert refused.location.startswith("/login?")
    assert "sign-in" not in stage.browser.cookies


async def test_half_a_sign_in_lasts_ten_minutes(stage: Stage) -> None:
    await stage.gave_password()
    stage.clock.turn(minutes=10)
    assert (await stage.browser.post("/login/code", code=stage.code())).location.startswith("/login?")


async def test_codes_cannot_be_guessed_from_many_places_and_a_known_browser_is_not_locked_out(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # OAU-17
    assert (BY_ACCOUNT.count, CODES_OF_STRANGERS.count, CODES_OF_STRANGERS.seconds) == (10, 30, 86_400)
    monkeypatch.setattr(sign_in_code, "BY_STRANGERS", Rate(name="sign_in_code_strangers", count=2, seconds=1))
    settings = {
        "FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true",
        "FEDIVERSE_NODE_SERVER__TRUSTED_PROXIES": "127.0.0.0/8",
    }
    clock = TurnedClock()
    async with running_node(database_url, clock=clock, settings=settings) as node:
        alice = await node.add_person("alice")
        await give_password(node, alice)
        own = Browser(node=node, headers={"X-Forwarded-For": "203.0.113.7"})
        stage = Stage(node=node, alice=alice, browser=own, clock=clock)
        await own.sign_in("alice")
        await set_up(own, stage)
        for last, status in enumerate((422, 422, 429)):
            thief = Browser(node=node, headers={"X-Forwarded-For": f"198.51.100.{last}"})
            await stage.gave_password(thief)
            assert (await thief.post("/login/code", code="000000x")).status == status
        own.secret = None
        await stage.gave_password(own)
        assert (await own.post("/login/code", code=stage.code())).status == 303


async def test_no_form_of_another_site_finishes_a_sign_in(stage: Stage) -> None:
    # WEB-23
    await stage.gave_password()
    stage.browser.origin = "https://evil.example"
    assert (await stage.browser.post("/login/code", code=stage.code())).status == 403
    stage.browser.origin = ""
    assert (await stage.browser.post("/login/code", code=stage.code())).status == 303


async def test_what_changes_it_asks_for_the_password(stage: Stage) -> None:
    alice = await signed_in_browser(stage.node, stage.alice)
    for wanted in ("codes", "off"):
        refused = await alice.send(FACTOR, do=wanted, password="not this one")
        assert refused.status == 422
        assert (await alice.post(FACTOR, do=wanted, password=PASSWORD)).status == 403, "no form of ours"
    anew = _RECOVERY.findall((await alice.send(FACTOR, do="codes", password=PASSWORD)).text)
    assert len(set(anew) - set(stage.codes)) == 10
    assert "10" in (await alice.get(PATH)).text

    off = await alice.send(FACTOR, do="off", password=PASSWORD)
    assert (off.status, off.location) == (303, f"{PATH}?done=off")
    assert (await stage.gave_password()).location == "/settings"


async def test_without_a_right_first_code_nothing_changes(database_url: str) -> None:
    async with running_node(database_url) as node:
        alice = await node.add_person("alice")
        await give_password(node, alice)
        browser = await signed_in_browser(node, alice)
        assert (await browser.send(FACTOR, do="begin", password="not this one")).status == 422
        begun = await browser.send(FACTOR, do="begin", password=PASSWORD)
        assert "<svg" in begun.text
        assert begun.headers["Cache-Control"] == "no-store"
        wrong = await browser.send(FACTOR, do="confirm", code="x")
        assert wrong.status == 422
        found = _SECRET.search(begun.text)
        assert found
        assert found[1] in wrong.text
        assert found[1] not in (await browser.get(PATH)).text
        assert (await Browser(node=node).sign_in("alice")).location == "/settings"


async def test_an_operator_helps_whoever_lost_everything(stage: Stage) -> None:
    done = await OPERATIONS["account.second_factor.remove"](
        stage.node.node, {"name": "alice"}, lambda _: None
    )
    assert done == {"handle": stage.alice.actor.handle, "removed": True}
    assert (await stage.gave_password()).location == "/settings"


async def test_secrets_and_codes_stand_in_no_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await stage.gave_password()
        code = stage.code()
        await stage.browser.post("/login/code", code=code)
        await stage.browser.send(FACTOR, do="codes", password=PASSWORD)
    said = " ".join(str(vars(record)) for record in caplog.records)
    assert "session.begun" in said
    for secret in (stage.secret, *stage.codes, *stage.browser.cookies.values()):
        assert secret not in said


async def test_a_clock_that_is_a_little_wrong_is_no_obstacle(stage: Stage) -> None:
    await stage.gave_password()
    stage.clock.turn(minutes=1)
    early = pyotp.TOTP(stage.secret).at(stage.clock() + timedelta(seconds=30))
    assert (await stage.browser.post("/login/code", code=early)).status == 303
