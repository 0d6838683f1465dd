"""Apps that never registered, and describe themselves at an address of theirs (FEP-d8c2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from fediverse_node.posts import queries as posts
from fediverse_node.posts.reactions import favourite_uri
from fediverse_node.storage.tx import Tx
from tests.doors.oauth.conftest import CALLBACK, VERIFIER, App, Stage, ask
from tests.fakes.remote_server import Answer, RemoteServer
from tests.fixtures.nodes import running_node
from tests.fixtures.sign_in import signed_in_browser

JsonDict = dict[str, Any]
AS2 = "https://www.w3.org/ns/activitystreams"


@dataclass(frozen=True, slots=True, kw_only=True)
class Farm:
    """An app that lives on a server of its own."""

    stage: Stage
    there: RemoteServer

    @property
    def app(self) -> App:
        # What it sends as a secret is nobody's business.
        return App(node=self.stage.node, client_id=f"{self.there.origin}/client", secret="ignored")

    def describes(self, **changes: Any) -> None:
        usual = {
            "@context": [AS2, "https://purl.archive.org/socialweb/oauth"],
            "id": f"{self.there.origin}/client",
            "type": "Service",
            "nameMap": {"en": "Open <i>Farm</i>", "ar": "مزرعة"},
            "summary": "<p>Raise <b>crops</b></p>",
            "redirectURI": CALLBACK,
        }
        self.there.documents["/client"] = {k: v for k, v in {**usual, **changes}.items() if v is not None}

    async def does(self, tokens: JsonDict, activity: JsonDict) -> int:
        """The status of an activity that the app puts into alice's outbox."""
        headers = {
            "Authorization": f"Bearer {tokens['access_token']}",
            "Content-Type": "application/activity+json",
        }
        document = {"@context": AS2, **activity}
        return (
            await ask(self.stage.node, "POST", "/users/alice/outbox", json=document, headers=headers)
        ).status


@pytest.fixture
async def farm(stage: Stage) -> AsyncIterator[Farm]:
    async with RemoteServer("farm") as there:
        made = Farm(stage=stage, there=there)
        made.describes()
        yield made


async def test_an_app_is_let_in_by_its_description_alone(farm: Farm) -> None:
    stage = farm.stage
    shown = await stage.browser.get(farm.app.request())
    assert farm.there.domain in shown.text
    assert "Open Farm" in shown.text
    assert "Raise crops" in shown.text
    assert "مزرعة" in (await stage.browser.get(farm.app.request(lang="ar"))).text
    tokens = await farm.app.let_in(stage.browser)
    assert await stage.app.reads(tokens) == 200
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    made = await ask(stage.node, "POST", "/api/v1/statuses", json={"status": "Hello"}, headers=bearer)
    assert made.status == 200
    # Between the question and the answer it is asked for once.
    assert len(farm.there.asked_for("/client")) == 1
    assert (await farm.app.token(grant_type="client_credentials")).body["error"] == "unauthorized_client"


async def test_an_actor_names_where_apps_are_let_in(stage: Stage) -> None:
    heard = await ask(stage.node, "GET", "/users/alice", headers={"Accept": "application/activity+json"})
    origin = stage.node.addresses.origin
    assert '"oauthAuthorizationEndpoint"' in heard.body
    assert f'"{origin}/oauth/authorize"' in heard.body
    assert f'"{origin}/oauth/token"' in heard.body


async def test_what_is_no_description_of_this_app_is_refused(farm: Farm) -> None:
    # OAU-01
    elsewhere = f"{farm.there.origin}/other"
    wrong: list[JsonDict] = [
        {"id": elsewhere},
        {"redirectURI": None},
        {"redirectURI": "https://evil.example/callback"},
        {"redirectURI": f"{CALLBACK}/more"},
        {"redirectURI": [CALLBACK, "javascript:alert(1)"]},
    ]
    for number, changes in enumerate(wrong):
        # A failure is remembered, so each has an address of its own.
        client_id = f"{farm.there.origin}/client{number}"
        farm.describes(**{"id": client_id, **changes})
        farm.there.documents[f"/client{number}"] = farm.there.documents["/client"]
        shown = await farm.stage.browser.get(farm.app.request(client_id=client_id))
        assert (shown.status, shown.location) == (400, ""), changes
        assert "evil" not in shown.text
    farm.there.answers["/html"] = Answer(body=b"<p>hi</p>", headers={"Content-Type": "text/html"})
    for path in ("/html", "/missing"):
        shown = await farm.stage.browser.get(farm.app.request(client_id=f"{farm.there.origin}{path}"))
        assert shown.status == 400
    farm.describes()
    assert (await farm.stage.browser.get(farm.app.request())).status == 200


async def test_its_requests_stand_on_pkce(farm: Farm) -> None:
    # OAU-06
    without: dict[str, str | None] = {"code_challenge": None, "code_challenge_method": None}
    for changes in (without, {"code_challenge_method": "plain"}):
        assert (await farm.stage.browser.get(farm.app.request(**changes))).status == 400
    code = await farm.app.code(farm.stage.browser)
    assert (await farm.app.exchange(code, code_verifier=f"{VERIFIER}x")).status == 400
    assert (await farm.app.exchange(code)).status == 200


async def test_scopes_that_it_invented_are_ignored(farm: Farm) -> None:
    # OAU-10
    tokens = await farm.app.let_in(farm.stage.browser, scope="read farm:plant admin:write")
    assert tokens["scope"] == "read"
    assert await farm.does(tokens, {"type": "Note", "content": "x"}) == 403


async def test_strangers_cannot_make_us_ask_anybody(farm: Farm) -> None:
    farm.stage.browser.secret = None
    assert (await farm.stage.browser.get(farm.app.request())).status == 303
    assert farm.there.fetches() == []


async def test_within_its_origin_an_app_acts_on_what_lives_there_and_on_nothing_else(farm: Farm) -> None:
    stage, there = farm.stage, farm.there
    crop = there.publish(there.add_actor("farmer").note("<p>Corn</p>"))["id"]
    tokens = await farm.app.let_in(stage.browser, scope="read write:sameorigin")
    async with RemoteServer("elsewhere") as elsewhere:
        other = elsewhere.publish(elsewhere.add_actor("eve").note("<p>Other</p>"))["id"]
        there.answers["/door"] = Answer(status=302, headers={"Location": other})
        refused: list[JsonDict] = [
            {"type": "Like", "object": other},
            {"type": "Like", "object": [crop, other]},
            {"type": "Like", "object": f"{there.origin}/door"},
            {"type": "Like", "object": {"type": "Note"}},
            {"type": "Like"},
            {"type": "Like", "object": crop, "target": other},
            {"type": "Follow", "object": elsewhere.actors["eve"].uri},
            {"type": "Note", "content": "x"},
            {"type": "Create", "object": {"type": "Note", "id": crop, "content": "x"}},
            {"type": "Delete", "object": f"{stage.alice.actor.uri}/posts/1"},
            {"type": "Update", "object": {"id": stage.alice.actor.uri, "name": "Mallory"}},
        ]
        for activity in refused:
            assert await farm.does(tokens, activity) == 403, activity
    assert await farm.does(tokens, {"type": "Like", "object": crop}) == 201
    # What is undone by description only could be anything.
    undone = {"type": "Undo", "object": {"type": "Like", "id": crop, "object": crop}}
    assert await farm.does(tokens, undone) == 404
    assert await liked(stage, crop)
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    posted = await ask(stage.node, "POST", "/api/v1/statuses", json={"status": "x"}, headers=bearer)
    assert posted.status == 403
    everything = await farm.app.let_in(stage.browser, scope="write")
    assert await farm.does(everything, {"type": "Note", "content": "x", "to": [f"{AS2}#Public"]}) == 201
    assert await farm.does(everything, undone) == 201


async def liked(stage: Stage, uri: str) -> bool:
    def unit(tx: Tx) -> bool:
        post = posts.by_uri(tx, uri)
        return post is not None and favourite_uri(tx, post.id, stage.alice.actor.id) is not None

    return await stage.node.node.db.read(unit)


async def test_lookups_of_one_person_are_counted(database_url: str) -> None:
    settings = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    async with running_node(database_url, settings=settings) as node, RemoteServer() as there:
        browser = await signed_in_browser(node, await node.add_person("alice"))
        statuses = []
        for number in range(60):
            app = App(node=node, client_id=f"{there.origin}/{number}", secret=None)
            statuses.append((await browser.get(app.request())).status)
        assert set(statuses[:30]) == {400}
        assert statuses[-1] == 429
