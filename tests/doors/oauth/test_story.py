"""An app that has never heard of this server is let in, works, and is shown out."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from tests.doors.client_api.schema import Shapes
from tests.doors.oauth.conftest import CALLBACK, Stage, ask, hidden, registered, told
from tests.fixtures.sign_in import Browser


async def test_an_app_is_let_in_posts_renews_its_tokens_and_is_shown_out(stage: Stage) -> None:
    node = stage.node
    there_is = (await ask(node, "GET", "/.well-known/oauth-authorization-server")).body
    assert there_is["issuer"] == node.addresses.origin
    app = await registered(node, scopes="read write")
    browser = Browser(node=node)

    # Nobody is signed in: first the password, then back to the question.
    asked = await browser.get(app.request())
    assert asked.status == 303
    wanted = parse_qs(urlsplit(asked.location).query)["next"][0]
    back = await browser.sign_in("alice", next=wanted)
    question = await browser.get(back.location)
    assert "Fern" in question.text
    assert "app.example" in question.text
    yes = await browser.post("/oauth/authorize", **hidden(question), answer="allow")
    assert yes.location.startswith(f"{CALLBACK}?")
    assert told(yes)["state"] == "its state"
    # OAU-04
    assert told(yes)["iss"] == there_is["issuer"]

    tokens = (await app.exchange(told(yes)["code"])).body
    assert (tokens["token_type"], tokens["scope"]) == ("Bearer", "read write")
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    made = await ask(node, "POST", "/api/v1/statuses", json={"status": "Hello"}, headers=bearer)
    assert made.body["account"]["acct"] == "alice"

    again = await app.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.status == 200
    assert await app.reads(tokens) == 401
    assert await app.reads(again.body) == 200

    gone = await app.post(
        "/oauth/revoke", client_id=app.client_id, client_secret=app.secret, token=again.body["access_token"]
    )
    assert (gone.status, gone.body) == (200, {})
    assert await app.reads(again.body) == 401
    late = await app.token(grant_type="refresh_token", refresh_token=again.body["refresh_token"])
    assert (late.status, late.body["error"]) == (400, "invalid_grant")


async def test_what_there_is_is_said_in_the_shapes_apps_know(stage: Stage) -> None:
    node, shapes = stage.node, Shapes()
    there_is = await ask(node, "GET", "/.well-known/oauth-authorization-server")
    assert there_is.headers["Access-Control-Allow-Origin"] == "*"
    assert there_is.body["code_challenge_methods_supported"] == ["S256"]
    assert shapes.faults(there_is.body, "DiscoverOauthServerConfigurationResponse") == []
    for name in ("authorization", "token", "revocation", "userinfo"):
        path = there_is.body[f"{name}_endpoint"].removeprefix(node.addresses.origin)
        assert (await ask(node, "OPTIONS" if name != "authorization" else "GET", path)).status in {204, 303}
    tokens = await stage.app.let_in(stage.browser)
    assert shapes.faults(tokens, "Token") == []
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    known = await ask(node, "GET", "/api/v1/apps/verify_credentials", headers=bearer)
    assert shapes.faults(known.body, "Application") == []
    assert known.body["name"] == "Fern"


async def test_who_somebody_is_needs_the_scope_for_it(stage: Stage) -> None:
    app = await registered(stage.node, scopes="read profile")
    for scope, status in (("profile", 200), ("read", 403)):
        tokens = await app.let_in(stage.browser, scope=scope)
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        for method in ("GET", "POST"):
            heard = await ask(stage.node, method, "/oauth/userinfo", headers=bearer)
            assert heard.status == status
            if status == 200:
                assert heard.body["preferred_username"] == "alice"
                assert heard.body["sub"] == stage.alice.actor.uri
    assert (await ask(stage.node, "GET", "/oauth/userinfo")).status == 401
