"""Who can let an app look after the server: somebody who does, and who has just shown who they are."""

from __future__ import annotations

from fediverse_node.oauth import scopes
from tests.doors.oauth.conftest import Stage, hidden, registered
from tests.fixtures.joining import give_role
from tests.fixtures.sign_in import signed_in_browser

WANTED = "read admin:read"
ADMIN = "/api/v1/admin/reports"


async def test_whoever_does_not_moderate_grants_the_rest(stage: Stage) -> None:
    app = await registered(stage.node, scopes=WANTED)
    tokens = await app.let_in(stage.browser, scope=WANTED)
    assert tokens["scope"] == "read"
    assert await app.reads(tokens, ADMIN) == 403
    # An app that asks for nothing else gets nothing.
    assert (await stage.browser.get(app.request(scope="admin:read"))).status == 400


async def test_a_moderator_grants_it_after_a_fresh_sign_in(stage: Stage) -> None:
    await give_role(stage.node, stage.alice)
    app = await registered(stage.node, scopes=WANTED)
    shown = await stage.browser.get(app.request(scope=WANTED))
    assert "as a moderator does" in shown.text
    tokens = await app.let_in(stage.browser, scope=WANTED)
    assert tokens["scope"] == WANTED
    assert await app.reads(tokens, ADMIN) == 200
    # ADM-01: ten minutes later the password is asked for again, though the session goes on.
    stage.clock.turn(minutes=11)
    assert (await stage.browser.get(app.request(scope=WANTED))).location.startswith("/login?again=1")
    assert (await stage.browser.get(app.request(scope="read"))).status == 200
    fresh = await signed_in_browser(stage.node, stage.alice)
    assert (await fresh.get(app.request(scope=WANTED))).status == 200


async def test_an_answer_that_comes_too_late_lets_nobody_moderate(stage: Stage) -> None:
    await give_role(stage.node, stage.alice)
    app = await registered(stage.node, scopes=WANTED)
    shown = await stage.browser.get(app.request(scope=WANTED))
    assert shown.status == 200
    stage.clock.turn(minutes=11)
    answer = await stage.browser.post("/oauth/authorize", **hidden(shown), answer="allow")
    assert answer.location == "/login"


def test_no_other_scope_holds_one_that_moderates() -> None:
    """OAU-10."""
    everything = scopes.KNOWN - scopes.ADMIN
    assert not any(scopes.covers(everything, scope) for scope in scopes.ADMIN)
    assert scopes.covers(["admin:read"], "admin:read:reports")
    assert not scopes.covers(["admin:read"], "admin:write:reports")
    assert not scopes.covers(["admin:read:reports"], "admin:read")
    assert not scopes.covers(["admin:read"], "read")
    assert not set(scopes.DESCRIBED) & scopes.ADMIN
