"""Signing in and out on the pages (OAU-14 to OAU-17, WEB-22, WEB-23)."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from fediverse_node.federation.outbox import exclude
from fediverse_node.federation.outbox.depart import depart
from fediverse_node.web.control.routes import OPERATIONS
from fediverse_node.web.pages import sign_in, signing_in
from fediverse_node.web.pages.sign_in import BY_NAME, BY_STRANGERS
from fediverse_node.web.pages.signing_in import BY_ADDRESS
from fediverse_node.web.rate_limits import Rate
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.outbox import TurnedClock
from tests.fixtures.sign_in import PASSWORD, Browser, Shown, give_password, signed_in_browser


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A node with alice, who has a password, and a browser of hers that is not signed in."""

    node: LiveNode
    alice: Person
    browser: Browser
    clock: TurnedClock

    async def is_signed_in(self, browser: Browser | None = None) -> bool:
        return (await (browser or self.browser).get("/settings")).status == 200


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    clock = TurnedClock()
    async with running_node(database_url, clock=clock) as node:
        alice = await node.add_person("alice", name="Alice of the Garden")
        await give_password(node, alice)
        yield Stage(node=node, alice=alice, browser=Browser(node=node), clock=clock)


async def test_the_right_password_signs_in_and_a_wrong_one_does_not(stage: Stage) -> None:
    wrong = await stage.browser.sign_in("alice", f"{PASSWORD}x")
    assert (wrong.status, wrong.cookie) == (422, None)
    assert not await stage.is_signed_in()

    right = await stage.browser.sign_in("alice")
    assert (right.status, right.location) == (303, "/settings")
    shown = await stage.browser.get("/settings")
    assert shown.status == 200
    assert "Alice of the Garden" in shown.text
    assert 'action="/logout"' in shown.text


@pytest.mark.parametrize("name", ["ALICE", "@alice", " alice ", "@alice@DOMAIN"])
async def test_a_name_may_be_written_as_people_write_it(stage: Stage, name: str) -> None:
    answer = await stage.browser.sign_in(name.replace("DOMAIN", stage.node.domain))
    assert answer.status == 303


async def test_a_password_is_what_was_typed_with_its_blanks(stage: Stage) -> None:
    await give_password(stage.node, stage.alice, f" {PASSWORD} ")
    assert (await stage.browser.sign_in("alice")).status == 422
    assert (await stage.browser.sign_in("alice", f" {PASSWORD} ")).status == 303


async def test_who_does_not_exist_gets_the_answer_of_a_wrong_password(stage: Stage) -> None:
    # OAU-17
    await stage.node.add_person("bob")  # an account without any password
    answers = [await stage.browser.sign_in(name, "not the password") for name in ("alice", "carol", "bob")]
    texts = {
        answer.text.replace(name, "NAME")
        for answer, name in zip(answers, ("alice", "carol", "bob"), strict=True)
    }
    assert [answer.status for answer in answers] == [422, 422, 422]
    assert len(texts) == 1


async def test_the_cookie_is_for_this_server_alone_and_out_of_reach_of_scripts(stage: Stage) -> None:
    line = (await stage.browser.sign_in("alice")).cookie or ""
    assert line.startswith("session=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
    assert "Domain" not in line


async def test_on_https_it_is_a_host_cookie(database_url: str) -> None:
    settings = {
        "FEDIVERSE_NODE_FEDERATION__ALLOW_HTTP": "false",
        "FEDIVERSE_NODE_FEDERATION__ALLOW_PRIVATE_NETWORKS": "",
        "FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true",
    }
    async with running_node(database_url, origin="https://garden.example", settings=settings) as node:
        await give_password(node, await node.add_person("alice"))
        line = (await Browser(node=node).sign_in("alice")).cookie or ""
    assert line.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))


async def test_signing_in_gives_a_new_session_and_ends_the_one_before(stage: Stage) -> None:
    # OAU-16: a secret that somebody else knows or planted is worth nothing afterwards.
    stage.browser.secret = "planted" * 6
    await stage.browser.sign_in("alice")
    first = stage.browser.secret
    assert first != "planted" * 6
    await stage.browser.sign_in("alice")
    assert stage.browser.secret not in {first, None}
    assert await stage.is_signed_in()
    assert not await stage.is_signed_in(Browser(node=stage.node, secret=first))


async def test_signing_out_ends_the_session_on_the_server(stage: Stage) -> None:
    # OAU-15
    await stage.browser.sign_in("alice")
    kept = Browser(node=stage.node, secret=stage.browser.secret)
    done = await stage.browser.send("/logout")
    assert (done.status, done.location, stage.browser.secret) == (303, "/", None)
    assert not await stage.is_signed_in(kept)


async def test_signing_out_twice_is_no_mistake(stage: Stage) -> None:
    assert (await stage.browser.post("/logout")).status == 303


async def test_a_session_nobody_uses_ends_after_two_weeks(stage: Stage) -> None:
    await stage.browser.sign_in("alice")
    stage.clock.turn(days=13, hours=23)
    assert await stage.is_signed_in()
    stage.clock.turn(days=13, hours=23)
    assert await stage.is_signed_in()
    stage.clock.turn(days=14, minutes=1)
    assert not await stage.is_signed_in()


async def test_any_session_ends_after_sixty_days(stage: Stage) -> None:
    await stage.browser.sign_in("alice")
    for _ in range(5):
        stage.clock.turn(days=11, hours=23)
        assert await stage.is_signed_in()
    stage.clock.turn(hours=6)
    assert not await stage.is_signed_in()


async def test_suspension_ends_sessions_at_once_and_for_good(stage: Stage) -> None:
    # OAU-14
    await stage.browser.sign_in("alice")
    await stage.node.node.db.write(lambda tx: exclude.suspend(tx, stage.alice.actor))
    assert not await stage.is_signed_in()
    refused = await stage.browser.sign_in("alice")
    assert refused.status == 422
    assert "disabled" in refused.text

    await stage.node.change(stage.alice.actor, suspended_at=None)
    assert not await stage.is_signed_in()
    assert (await stage.browser.sign_in("alice")).status == 303


async def test_a_deleted_account_is_signed_out_and_signs_in_no_more(stage: Stage) -> None:
    # OAU-14
    await stage.browser.sign_in("alice")
    await depart(stage.node.desk, stage.alice.actor)
    assert not await stage.is_signed_in()
    assert (await stage.browser.sign_in("alice")).status == 422


async def test_the_operator_sets_a_password_and_every_browser_and_app_is_signed_out(stage: Stage) -> None:
    await stage.browser.sign_in("alice")
    asked = {"name": "alice", "password": "another horse battery"}
    done = await OPERATIONS["account.password"](stage.node.node, asked, lambda _: None)
    assert done == {"handle": stage.alice.actor.handle, "signed_out": 1}
    assert not await stage.is_signed_in()
    whose = "/api/v1/accounts/verify_credentials"
    async with stage.node.http.get(whose, headers=stage.alice.bearer) as answer:
        assert answer.status == 401
    assert (await stage.browser.sign_in("alice")).status == 422
    assert (await stage.browser.sign_in("alice", "another horse battery")).status == 303


# WEB-23


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "OURS"}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "OURS", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_nobody_is_signed_in_by_a_form_of_another_site(
    stage: Stage, headers: dict[str, str], status: int
) -> None:
    sent = {name: stage.node.base_url if value == "OURS" else value for name, value in headers.items()}
    async with stage.node.http.post(
        "/login", data={"name": "alice", "password": PASSWORD}, headers=sent, allow_redirects=False
    ) as answer:
        assert answer.status == status
        assert ("Set-Cookie" in answer.headers) is (status == 303)


async def test_nobody_is_signed_out_by_a_form_without_the_token_of_their_session(stage: Stage) -> None:
    alice = await signed_in_browser(stage.node, stage.alice)
    other = await signed_in_browser(stage.node, await stage.node.add_person("mallory"))
    assert (await alice.post("/logout")).status == 403
    assert (await alice.post("/logout", form_token=await other.form_token())).status == 403
    assert await stage.is_signed_in(alice)
    assert (await alice.post("/logout", form_token=await alice.form_token())).status == 303


async def test_the_token_is_not_enough_on_another_site(stage: Stage) -> None:
    alice = await signed_in_browser(stage.node, stage.alice)
    alice.origin = "https://evil.example"
    assert (await alice.send("/logout")).status == 403
    alice.origin = ""
    assert (await alice.send("/logout")).status == 303


# WEB-22


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/settings?done=session", "/settings?done=session"),
        ("/authorize_interaction?uri=https://a.example/", "/authorize_interaction?uri=https://a.example/"),
        ("https://evil.example/", "/settings"),
        ("//evil.example/", "/settings"),
        ("/\\evil.example/", "/settings"),
        ("/\t/evil.example/", "/settings"),
        ("/..//evil.example/", "/settings"),
        ("%2F%2Fevil.example", "/settings"),
        ("javascript:alert(1)", "/settings"),
        ("/a\r\nSet-Cookie: session=planted", "/settings"),
    ],
)
async def test_the_way_on_is_a_page_of_this_server(stage: Stage, wanted: str, location: str) -> None:
    alice = await signed_in_browser(stage.node, stage.alice)
    answer = await alice.get(f"/login?next={quote(wanted, safe='')}")
    assert (answer.status, answer.location) == (303, location)


async def test_the_way_on_survives_the_form(stage: Stage) -> None:
    asked = await stage.browser.get("/settings?done=others")
    assert (asked.status, asked.location) == (303, "/login?next=%2Fsettings%3Fdone%3Dothers")
    form = await stage.browser.get(asked.location)
    assert 'name="next" value="/settings?done=others"' in form.text
    done = await stage.browser.sign_in("alice", next="/settings?done=others")
    assert done.location == "/settings?done=others"
    elsewhere = await stage.browser.sign_in("alice", next="//evil.example")
    assert elsewhere.location == "/settings"


# Rates


COUNTED = {
    "FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true",
    "FEDIVERSE_NODE_SERVER__TRUSTED_PROXIES": "127.0.0.0/8",
}
HERE, ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}


async def test_from_one_address_a_name_is_tried_five_times_also_with_the_right_password(
    database_url: str,
) -> None:
    # OAU-17
    async with running_node(database_url, settings=COUNTED) as node:
        await give_password(node, await node.add_person("alice"))
        await give_password(node, await node.add_person("bob"))
        browser = Browser(node=node, headers=HERE)
        tried = [
            await browser.sign_in(name, "wrong") for name in ("alice", "Alice", "@alice", "alice", "alice")
        ]
        assert {answer.status for answer in tried} == {422}
        refused = await browser.sign_in("alice")
        assert refused.status == 429
        assert 0 < int(refused.headers["Retry-After"]) <= BY_NAME.seconds / BY_NAME.count
        assert (await browser.sign_in("bob")).status == 303
        # Whoever guesses there keeps nobody out who comes from elsewhere.
        assert (await Browser(node=node, headers=ELSEWHERE).sign_in("alice")).status == 303


async def test_a_crowd_that_guesses_does_not_lock_out_a_browser_that_was_there_before(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # OAU-17
    assert (BY_STRANGERS.count, BY_STRANGERS.seconds) == (100, 3600)
    monkeypatch.setattr(sign_in, "BY_STRANGERS", Rate(name="sign_in_strangers", count=3, seconds=3600))
    async with running_node(database_url, settings=COUNTED) as node:
        await give_password(node, await node.add_person("alice"))
        own = Browser(node=node, headers=HERE)
        assert (await own.sign_in("alice")).status == 303
        for last in range(2):
            crowd = Browser(node=node, headers={"X-Forwarded-For": f"198.51.100.{last}"})
            assert (await crowd.sign_in("alice", "wrong")).status == 422
        stranger = Browser(node=node, headers=ELSEWHERE)
        assert (await stranger.sign_in("alice")).status == 429
        # Nor does a cookie that was made up help.
        stranger.cookies["browser"] = "planted" * 6
        assert (await stranger.sign_in("alice")).status == 429
        own.secret = None
        assert (await own.sign_in("alice")).status == 303


async def test_a_planted_cookie_is_not_taken_over(stage: Stage) -> None:
    # OAU-16, for what tells a browser from a stranger's
    stage.browser.cookies["browser"] = "planted" * 6
    assert (await stage.browser.sign_in("alice")).status == 303
    known = stage.browser.cookies["browser"]
    assert known != "planted" * 6
    assert (await stage.browser.sign_in("alice")).status == 303
    assert stage.browser.cookies["browser"] == known


async def test_an_address_tries_so_many_names_and_no_more(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # OAU-17
    assert (BY_ADDRESS.count, BY_ADDRESS.seconds) == (20, 900)
    monkeypatch.setattr(signing_in, "BY_ADDRESS", Rate(name="sign_in_address", count=3, seconds=900))
    settings = {
        "FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true",
        "FEDIVERSE_NODE_SERVER__TRUSTED_PROXIES": "127.0.0.0/8",
    }
    async with running_node(database_url, settings=settings) as node:
        await give_password(node, await node.add_person("alice"))
        crowd = Browser(node=node, headers={"X-Forwarded-For": "203.0.113.7"})
        tried = [await crowd.sign_in(f"nobody{number}", "x") for number in range(3)]
        assert {answer.status for answer in tried} == {422}
        assert (await crowd.sign_in("alice")).status == 429
        elsewhere = Browser(node=node, headers={"X-Forwarded-For": "203.0.113.8"})
        assert (await elsewhere.sign_in("alice")).status == 303


# What is said and kept


async def test_what_is_for_one_person_is_kept_by_nobody(stage: Stage) -> None:
    alice = await signed_in_browser(stage.node, stage.alice)
    shown: list[Shown] = [await stage.browser.get("/login"), await alice.get("/settings")]
    for page in shown:
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Robots-Tag"].startswith("noindex, nofollow")
        assert 'content="noindex"' in page.text
        assert "Content-Encoding" not in page.headers


async def test_public_pages_are_the_same_for_everybody(stage: Stage) -> None:
    alice = await signed_in_browser(stage.node, stage.alice)
    assert (await alice.get("/")).text == (await Browser(node=stage.node).get("/")).text


async def test_passwords_and_secrets_stand_in_no_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await stage.browser.sign_in("alice", "a wrong pass phrase")
        await stage.browser.sign_in("alice")
        token = await stage.browser.form_token()
    said = " ".join(str(vars(record)) for record in caplog.records)
    assert "session.begun" in said
    assert "session.refused" in said
    for secret in (PASSWORD, "a wrong pass phrase", stage.browser.secret or "", token):
        assert secret not in said
