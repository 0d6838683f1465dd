"""The question that somebody is asked, and where their answer goes."""

from __future__ import annotations

import logging
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.doors.oauth.conftest import (
    CALLBACK,
    CHALLENGE,
    OUT_OF_BAND,
    Stage,
    hidden,
    registered,
    told,
)

OTHER_ADDRESSES = [
    f"{CALLBACK}/",
    f"{CALLBACK}/more",
    f"{CALLBACK}?x=y",
    f"{CALLBACK}#x",
    "https://app.example:8443/callback",
    "https://me@app.example/callback",
    "https://evil.app.example/callback",
    "https://app.example/%2e%2e/callback",
    "https://app.example/callbac%6b",
    "https://app.example//callback",
    "https://APP.example/callback",
    "http://app.example/callback",
    "https://evil.example/callback",
    OUT_OF_BAND,
    "",
    None,
]


async def test_an_address_that_is_not_registered_letter_by_letter_is_never_gone_to(stage: Stage) -> None:
    # OAU-01
    sent = hidden(await stage.browser.get(stage.app.request()))
    for uri in OTHER_ADDRESSES:
        shown = await stage.browser.get(stage.app.request(redirect_uri=uri))
        assert (shown.status, shown.location) == (400, ""), uri
        assert "evil" not in shown.text
        answered = await stage.browser.post(
            "/oauth/authorize", **{**sent, "redirect_uri": uri or ""}, answer="allow"
        )
        assert (answered.status, answered.location) == (400, ""), uri


async def test_the_registered_address_is_gone_to(stage: Stage) -> None:
    # OAU-01, the twin
    answered = await stage.app.answered(stage.browser)
    assert answered.location.startswith(f"{CALLBACK}?code=")
    assert answered.headers["Cache-Control"] == "no-store"


async def test_an_app_that_nobody_knows_is_refused_on_a_page(stage: Stage) -> None:
    shown = await stage.browser.get(stage.app.request(client_id="nobody"))
    assert (shown.status, shown.location) == (400, "")


async def test_the_state_comes_back_as_it_was_sent(stage: Stage) -> None:
    # OAU-03
    for state in ("", " a b ", "&code=x#\"'<>", "ما", "%20+", "a\nb"):
        assert told(await stage.app.answered(stage.browser, state=state))["state"] == state


async def test_a_state_may_be_missing_and_stays_so(stage: Stage) -> None:
    # OAU-03
    assert set(told(await stage.app.answered(stage.browser, state=None))) == {"code", "iss"}


async def test_an_address_with_a_query_keeps_it(stage: Stage) -> None:
    app = await registered(stage.node, redirect_uris=f"{CALLBACK}?of=fern")
    assert told(await app.answered(stage.browser))["of"] == "fern"


async def test_a_no_gives_the_app_nothing(stage: Stage) -> None:
    answered = told(await stage.app.answered(stage.browser, "deny"))
    assert answered == {"error": "access_denied", "state": "its state", "iss": stage.node.addresses.origin}


FAULTS: list[tuple[dict[str, str | None], str]] = [
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": None}, "unsupported_response_type"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"scope": "read admin:write"}, "invalid_scope"),
    ({"scope": "profile"}, "invalid_scope"),
    ({"scope": "write:sameorigin"}, "invalid_scope"),
]


async def test_a_request_with_a_fault_is_shown_with_a_way_back(stage: Stage) -> None:
    # OAU-06, OAU-10. Nobody is sent on by it: anybody can write such a link.
    for wrong, error in FAULTS:
        shown = await stage.browser.get(stage.app.request(**wrong))
        assert (shown.status, shown.location) == (400, ""), wrong
        link = next(part for part in shown.text.split('"') if part.startswith(CALLBACK))
        back = parse_qs(urlsplit(unescape(link)).query)
        assert (back["error"], back["state"]) == ([error], ["its state"])


async def test_an_app_with_a_secret_may_do_without_pkce_and_one_without_may_not(stage: Stage) -> None:
    # OAU-06
    without = {"code_challenge": None, "code_challenge_method": None}
    public = await registered(stage.node, token_endpoint_auth_method="none")
    assert public.secret is None
    assert (await stage.browser.get(stage.app.request(**without))).status == 200
    assert (await stage.browser.get(public.request(**without))).status == 400
    assert (await stage.browser.get(public.request())).status == 200


async def test_the_question_names_the_app_where_its_answer_goes_and_what_it_may(stage: Stage) -> None:
    # OAU-19
    app = await registered(stage.node, client_name="<b>Fern</b>\n\u202e", website="https://fern.example/x")
    shown = await stage.browser.get(app.request(scope="read write:statuses"))
    assert "&lt;b&gt;Fern&lt;/b&gt;" in shown.text
    assert "<strong>app.example</strong>" in shown.text.replace("https://", "")
    assert "fern.example" in shown.text
    assert "private posts too" in shown.text
    assert "edit and delete your posts" in shown.text
    policy = shown.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://app.example;" in policy
    assert shown.headers["X-Frame-Options"] == "DENY"
    assert shown.headers["Cache-Control"] == "no-store"


async def test_the_question_is_asked_each_time(stage: Stage) -> None:
    # OAU-19
    await stage.app.let_in(stage.browser)
    assert 'value="allow"' in (await stage.browser.get(stage.app.request())).text


async def test_an_apps_own_scheme_is_all_that_the_form_may_lead_to(stage: Stage) -> None:
    app = await registered(stage.node, redirect_uris="com.example.Fern:/back")
    shown = await stage.browser.get(app.request())
    assert "form-action 'self' com.example.Fern:;" in shown.headers["Content-Security-Policy"]
    assert (await app.answered(stage.browser)).location.startswith("com.example.Fern:/back?code=")


async def test_without_a_place_to_go_the_code_is_shown_once(stage: Stage) -> None:
    app = await registered(stage.node, redirect_uris=OUT_OF_BAND)
    shown = await app.answered(stage.browser)
    assert (shown.status, shown.headers["Cache-Control"]) == (200, "no-store")
    assert "form-action 'self';" in shown.headers["Content-Security-Policy"]
    assert (await app.exchange(await app.code(stage.browser))).status == 200
    no = await app.answered(stage.browser, "deny")
    assert (no.status, "<code" in no.text) == (200, False)


async def test_a_yes_needs_the_form_of_the_page(stage: Stage) -> None:
    # WEB-23
    sent = hidden(await stage.browser.get(stage.app.request()))
    forged = {**sent, "form_token": "0" * 64}
    assert (await stage.browser.post("/oauth/authorize", **forged, answer="allow")).status == 403
    stage.browser.origin = "https://evil.example"
    assert (await stage.browser.post("/oauth/authorize", **sent, answer="allow")).status == 403
    stage.browser.origin = ""
    assert (await stage.browser.post("/oauth/authorize", **sent, answer="allow")).status == 303


async def test_who_is_not_signed_in_is_asked_for_that_first(stage: Stage) -> None:
    stage.browser.secret = None
    for path in (stage.app.request(), stage.app.request().replace("?", "/?")):
        shown = await stage.browser.get(path)
        assert shown.status == 303
        wanted = urlsplit(parse_qs(urlsplit(shown.location).query)["next"][0])
        assert wanted.path == urlsplit(path).path
        assert parse_qs(wanted.query) == parse_qs(urlsplit(path).query)


async def test_an_app_may_ask_for_the_password_again(stage: Stage) -> None:
    shown = await stage.browser.get(stage.app.request(force_login="true"))
    assert (shown.status, urlsplit(shown.location).path) == (303, "/login")
    assert (await stage.browser.get(shown.location)).status == 200
    wanted = parse_qs(urlsplit(shown.location).query)["next"][0]
    back = await stage.browser.sign_in("alice", next=wanted)
    assert 'value="allow"' in (await stage.browser.get(back.location)).text


async def test_the_question_is_asked_in_the_readers_language_or_the_one_the_app_names(stage: Stage) -> None:
    for headers, changes, expected in (
        ({}, {}, 'lang="en"'),
        ({"Accept_Language": "ar"}, {}, 'lang="ar"'),
        ({}, {"lang": "ar"}, 'lang="ar"'),
        ({"Accept_Language": "ar"}, {"lang": "en-GB"}, 'lang="en"'),
        ({"Accept_Language": "ar"}, {"lang": "tlh"}, 'lang="ar"'),
    ):
        shown = await stage.browser.get(stage.app.request(**changes), **headers)
        assert expected in shown.text
    app = await registered(stage.node, redirect_uris=OUT_OF_BAND)
    assert "اسمح له" in (await stage.browser.get(app.request(lang="ar"))).text
    # The answer to the form, too.
    assert 'lang="ar"' in (await app.answered(stage.browser, lang="ar")).text


async def test_no_code_no_token_and_no_challenge_is_in_the_log(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    # OAU-08
    with caplog.at_level(logging.DEBUG):
        code = await stage.app.code(stage.browser)
        heard = await stage.app.exchange(code)
        await stage.app.exchange(code)
    said = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "app.allowed" in said
    for secret in (code, heard.body["access_token"], heard.body["refresh_token"], CHALLENGE, "its state"):
        assert secret not in said
