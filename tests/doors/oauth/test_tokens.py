"""Codes and tokens: what each is good for, how often, and for whom."""

from __future__ import annotations

from typing import Any

import aiohttp

from tests.doors.oauth.conftest import CALLBACK, VERIFIER, App, Heard, Stage, ask, registered
from tests.fixtures.nodes import running_node


def refused(heard: Heard, error: str, status: int = 400) -> bool:
    assert heard.headers["Cache-Control"] == "no-store"
    assert heard.headers["Access-Control-Allow-Origin"] == "*"
    return heard.status == status and heard.body["error"] == error and bool(heard.body["error_description"])


async def test_a_code_that_comes_twice_ends_what_came_of_it(stage: Stage) -> None:
    # OAU-05
    code = await stage.app.code(stage.browser)
    tokens = (await stage.app.exchange(code)).body
    assert await stage.app.reads(tokens) == 200
    assert refused(await stage.app.exchange(code), "invalid_grant")
    assert await stage.app.reads(tokens) == 401
    renewed = await stage.app.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refused(renewed, "invalid_grant")


async def test_a_code_needs_the_verifier_of_its_challenge(stage: Stage) -> None:
    # OAU-06
    code = await stage.app.code(stage.browser)
    for verifier in (None, "", f"{VERIFIER}x"):
        assert refused(await stage.app.exchange(code, code_verifier=verifier), "invalid_grant")
    assert (await stage.app.exchange(code)).status == 200


async def test_a_verifier_whose_challenge_was_taken_away_is_noticed(stage: Stage) -> None:
    # OAU-06
    code = await stage.app.code(stage.browser, code_challenge=None, code_challenge_method=None)
    assert refused(await stage.app.exchange(code), "invalid_grant")
    assert (await stage.app.exchange(code, code_verifier=None)).status == 200


async def test_a_code_is_good_for_its_app_its_address_and_ten_minutes(stage: Stage) -> None:
    # OAU-07
    other = await registered(stage.node)
    two = await registered(stage.node, redirect_uris=[CALLBACK, "https://app.example/other"])
    code = await stage.app.code(stage.browser)
    assert refused(await other.exchange(code), "invalid_grant")
    assert refused(
        await two.exchange(await two.code(stage.browser), redirect_uri="https://app.example/other"),
        "invalid_grant",
    )
    stage.clock.turn(minutes=10)
    assert (await stage.app.exchange(code)).status == 200
    late = await stage.app.code(stage.browser)
    stage.clock.turn(minutes=10, seconds=1)
    assert refused(await stage.app.exchange(late), "invalid_grant")


async def test_an_unknown_app_and_a_wrong_secret_are_refused_in_the_same_words(stage: Stage) -> None:
    # OAU-09
    code = await stage.app.code(stage.browser)
    heard = [
        await stage.app.exchange(code, client_secret="wrong"),
        await stage.app.exchange(code, client_secret=None),
        await stage.app.exchange(code, client_secret=""),
        await stage.app.exchange(code, client_id="nobody"),
    ]
    assert all(refused(each, "invalid_client", 401) for each in heard)
    assert len({each.body["error_description"] for each in heard}) == 1
    assert (await stage.app.exchange(code)).status == 200


async def test_an_app_may_prove_itself_in_the_header(stage: Stage) -> None:
    fields = {"grant_type": "client_credentials"}
    secret = stage.app.secret or ""
    for password, status in ((secret, 200), ("wrong", 401)):
        headers = {"Authorization": aiohttp.encode_basic_auth(stage.app.client_id, password)}
        heard = await ask(stage.node, "POST", "/oauth/token", data=fields, headers=headers)
        assert heard.status == status
    assert heard.headers["WWW-Authenticate"] == "Basic"
    odd = await ask(stage.node, "POST", "/oauth/token", data=fields, headers={"Authorization": "Basic ä"})
    assert odd.status == 401


async def test_tokens_may_be_asked_for_in_json(stage: Stage) -> None:
    body = {
        "grant_type": "client_credentials",
        "client_id": stage.app.client_id,
        "client_secret": stage.app.secret,
    }
    assert (await ask(stage.node, "POST", "/oauth/token", json=body)).status == 200


async def test_an_app_without_a_secret_stands_on_pkce_alone(stage: Stage) -> None:
    # OAU-06
    public = await registered(stage.node, token_endpoint_auth_method="none")
    code = await public.code(stage.browser)
    assert refused(await public.exchange(code, code_verifier=None), "invalid_grant")
    assert (await public.exchange(code)).status == 200
    own = await public.token(grant_type="client_credentials")
    assert refused(own, "unauthorized_client")


async def test_a_refresh_token_that_comes_twice_ends_the_family(stage: Stage) -> None:
    # OAU-05
    first = await stage.app.let_in(stage.browser)
    other = await stage.app.let_in(stage.browser)
    second = await renewed(stage.app, first)
    assert await stage.app.reads(second.body) == 200
    assert refused(await renewed(stage.app, first), "invalid_grant")
    assert await stage.app.reads(second.body) == 401
    assert refused(await renewed(stage.app, second.body), "invalid_grant")
    assert await stage.app.reads(other) == 200


async def test_a_refresh_token_is_good_for_its_app_alone(stage: Stage) -> None:
    tokens = await stage.app.let_in(stage.browser)
    assert refused(await renewed(await registered(stage.node), tokens), "invalid_grant")
    assert (await renewed(stage.app, tokens)).status == 200


async def test_no_token_allows_more_than_was_granted(stage: Stage) -> None:
    # OAU-10
    code = await stage.app.code(stage.browser, scope="read write:statuses")
    for scope in ("read write", "push", "read write:media"):
        assert refused(await stage.app.exchange(code, scope=scope), "invalid_scope")
    assert refused(await stage.app.exchange(code, scope="nonsense"), "invalid_scope")
    fewer = (await stage.app.exchange(code, scope="read:accounts")).body
    assert fewer["scope"] == "read:accounts"
    assert await stage.app.reads(fewer) == 200
    assert await stage.app.reads(fewer, "/api/v1/timelines/home") == 403
    assert refused(await renewed(stage.app, fewer, scope="read write"), "invalid_scope")
    again = (await renewed(stage.app, fewer, scope="read")).body
    assert await stage.app.reads(again, "/api/v1/timelines/home") == 200


async def test_an_apps_own_token_speaks_for_nobody(stage: Stage) -> None:
    # OAU-11
    own = (await stage.app.token(grant_type="client_credentials", scope="read write")).body
    assert "refresh_token" not in own
    bearer = {"Authorization": f"Bearer {own['access_token']}"}
    known = await ask(stage.node, "GET", "/api/v1/apps/verify_credentials", headers=bearer)
    assert (known.status, known.body["name"]) == (200, "Fern")
    assert await stage.app.reads(own, "/api/v1/timelines/public") == 200
    for path in ("/api/v1/accounts/verify_credentials", "/api/v1/timelines/home", "/users/alice/inbox"):
        assert await stage.app.reads(own, path) == 403
    posted = await ask(stage.node, "POST", "/api/v1/statuses", json={"status": "x"}, headers=bearer)
    assert posted.status == 403
    # Its twin, which a person let in, may.
    assert await stage.app.reads(await stage.app.let_in(stage.browser), "/api/v1/timelines/home") == 200


async def test_an_apps_own_token_asks_for_no_more_than_the_app(stage: Stage) -> None:
    # OAU-10
    app = await registered(stage.node, scopes="read")
    assert refused(await app.token(grant_type="client_credentials", scope="write"), "invalid_scope")
    assert (await app.token(grant_type="client_credentials", scope="read:statuses")).status == 200


async def test_a_token_that_was_handed_back_is_refused_at_once(stage: Stage) -> None:
    # OAU-14
    proof = {"client_id": stage.app.client_id, "client_secret": stage.app.secret}
    own = (await stage.app.token(grant_type="client_credentials")).body
    kept = await stage.app.let_in(stage.browser)
    for name in ("access_token", "refresh_token"):
        tokens = await stage.app.let_in(stage.browser)
        assert (await stage.app.post("/oauth/revoke", **proof, token=tokens[name])).status == 200
        assert await stage.app.reads(tokens) == 401
    await stage.app.post("/oauth/revoke", **proof, token=own["access_token"])
    assert await stage.app.reads(own, "/api/v1/apps/verify_credentials") == 401
    assert (await stage.app.post("/oauth/revoke", **proof, token="unknown")).status == 200
    assert await stage.app.reads(kept) == 200


async def test_a_token_is_handed_back_by_its_own_app_only(stage: Stage) -> None:
    tokens = await stage.app.let_in(stage.browser)
    other = await registered(stage.node)
    for name in ("access_token", "refresh_token"):
        heard = await other.post(
            "/oauth/revoke", client_id=other.client_id, client_secret=other.secret, token=tokens[name]
        )
        assert refused(heard, "unauthorized_client", 403)
    wrong = await stage.app.post(
        "/oauth/revoke", client_id=stage.app.client_id, client_secret="no", token=tokens["access_token"]
    )
    assert refused(wrong, "invalid_client", 401)
    assert await stage.app.reads(tokens) == 200


async def test_a_suspended_person_is_refused_at_once_whatever_was_granted(stage: Stage) -> None:
    # OAU-14
    tokens = await stage.app.let_in(stage.browser)
    assert await stage.app.reads(tokens) == 200
    await stage.node.suspend(stage.alice.actor)
    assert await stage.app.reads(tokens) == 403


async def test_what_cannot_be_a_request_for_tokens_is_refused_in_the_standards_words(stage: Stage) -> None:
    wrong: list[tuple[dict[str, str | None], str]] = [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"code": None}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"client_id": None}, "invalid_request"),
        ({"code": "unknown"}, "invalid_grant"),
    ]
    for changes, error in wrong:
        usual = {"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK}
        assert refused(await stage.app.token(**{**usual, **changes}), error)


async def test_tokens_are_not_asked_for_without_end(database_url: str) -> None:
    settings = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    async with running_node(database_url, settings=settings) as node:
        app = await registered(node)
        # A turned-back guess takes its place, too; one place comes back every ten seconds.
        heard = [await app.token(grant_type="client_credentials", client_secret="x") for _ in range(60)]
        assert {each.status for each in heard[:30]} == {401}
        assert heard[-1].status == 429


async def renewed(app: App, tokens: dict[str, Any], **fields: str) -> Heard:
    return await app.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"], **fields)
