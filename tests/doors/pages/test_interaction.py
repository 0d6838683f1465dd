"""From our pages to a visitor's own server, and from other servers to here (FEP-3b86, WEB-22)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from fediverse_node.federation.outbox.publish import Draft, publish
from tests.fakes.remote_server import Answer, RemoteServer
from tests.fixtures.nodes import LiveNode, Person, running_node

SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A node with alice, and the visitor's server with bob."""

    node: LiveNode
    there: RemoteServer
    alice: Person

    async def send_on(self, **form: str) -> tuple[int, str]:
        fields = {"handle": f"@bob@{self.there.domain}", "uri": self.alice.actor.uri, **form}
        async with self.node.http.post("/remote_interaction", data=fields, allow_redirects=False) as answer:
            assert "Location" not in answer.headers
            assert answer.headers["Cache-Control"] == "no-store"
            return answer.status, await answer.text()

    def offer(self, template: Any, rel: str = SUBSCRIBE) -> None:
        document = {"subject": f"acct:bob@{self.there.domain}", "links": [{"rel": rel, "template": template}]}
        self.there.answers["/.well-known/webfinger"] = Answer(
            document=document, content_type="application/jrd+json"
        )


@pytest.fixture
async def visit(database_url: str) -> AsyncIterator[Visit]:
    async with running_node(database_url) as node, RemoteServer() as there:
        yield Visit(node=node, there=there, alice=await node.add_person("alice"))


async def test_a_visitor_is_shown_the_way_to_their_own_server(visit: Visit) -> None:
    visit.offer(f"{visit.there.origin}/interact?uri={{uri}}")
    status, text = await visit.send_on()
    assert status == 200
    uri = visit.alice.actor.uri.replace(":", "%3A").replace("/", "%2F")
    assert f'href="{visit.there.origin}/interact?uri={uri}"' in text
    assert f"<strong>{visit.there.domain}</strong>" in text


async def test_an_intent_will_do_where_there_is_no_older_way(visit: Visit) -> None:
    visit.offer(f"{visit.there.origin}/go?o={{object}}", rel="https://w3id.org/fep/3b86/Object")
    status, text = await visit.send_on()
    assert status == 200
    assert f"{visit.there.origin}/go?o=http%3A" in text


async def test_a_page_on_a_third_server_is_named_before_anybody_goes(visit: Visit) -> None:
    # WEB-22
    visit.offer("http://evil.example/?u={uri}")
    _, text = await visit.send_on()
    assert "<strong>evil.example</strong>" in text


@pytest.mark.parametrize(
    "template",
    [
        "javascript:alert(1)//{uri}",
        "//evil.example/{uri}",
        "https:evil.example/{uri}",
        "http:\\\\evil.example\\{uri}",
        "http://good.example@evil.example/{uri}",
        "http://{uri}/",
        "http://evil.example/no-place",
        'http://evil.example/"onclick="x/{uri}',
        "http://evil.example/ {uri}",
        "ftp://evil.example/{uri}",
        7,
        None,
    ],
)
async def test_what_is_no_page_is_not_linked(visit: Visit, template: Any) -> None:
    # WEB-22
    visit.offer(template)
    status, text = await visit.send_on()
    assert status == 422
    assert "evil.example" not in text
    assert 'role="alert"' in text


@pytest.mark.parametrize(
    "uri", ["https://evil.example/", "//evil.example", "", "javascript:alert(1)", "/%2F%2Fevil.example"]
)
async def test_the_form_is_for_what_is_here(visit: Visit, uri: str) -> None:
    # WEB-22
    visit.offer(f"{visit.there.origin}/interact?uri={{uri}}")
    status, _ = await visit.send_on(uri=uri)
    assert status == 400
    assert visit.there.asked == []


@pytest.mark.parametrize("handle", ["", "bob", "@bob", "<script>", "@bob@10.0.0.1", "@bob@127.0.0.1:1"])
async def test_a_handle_that_leads_nowhere_is_said_to(visit: Visit, handle: str) -> None:
    status, text = await visit.send_on(handle=handle)
    assert status == 422
    assert 'role="alert"' in text
    assert "<script>" not in text


@pytest.mark.parametrize(("tongue", "said"), [("en", "looks like"), ("ar", "تعذّر")])
async def test_what_went_wrong_is_said_in_the_readers_language(visit: Visit, tongue: str, said: str) -> None:
    fields = {"handle": "bob", "uri": visit.alice.actor.uri}
    asked = visit.node.http.post("/remote_interaction", data=fields, headers={"Accept-Language": tongue})
    async with asked as answer:
        alert = (await answer.text()).partition('role="alert"')[2].partition("</p>")[0]
    assert said in alert


async def test_people_of_this_server_go_on_here(visit: Visit) -> None:
    _, text = await visit.send_on(handle=f"@alice@{visit.node.domain}")
    assert "/authorize_interaction?uri=http%3A" in text


async def test_the_lookups_of_one_visitor_are_bounded(database_url: str) -> None:
    counted = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    async with running_node(database_url, settings=counted) as node, RemoteServer() as there:
        visit = Visit(node=node, there=there, alice=await node.add_person("alice"))
        fields = {"handle": "nobody", "uri": visit.alice.actor.uri}
        statuses = []
        for _ in range(21):
            async with node.http.post("/remote_interaction", data=fields) as answer:
                statuses.append(answer.status)
        assert statuses == [422] * 20 + [429]


@pytest.mark.parametrize(("more", "status"), [(58, 422), (59, 400)])
async def test_a_form_with_more_fields_than_any_of_ours_is_refused(
    visit: Visit, more: int, status: int
) -> None:
    fields = {"handle": "nobody", "uri": visit.alice.actor.uri, **{f"f{n}": "x" for n in range(more)}}
    async with visit.node.http.post("/remote_interaction", data=fields) as answer:
        assert answer.status == status


async def test_webfinger_offers_the_ways_in_and_they_lead_to_a_page(visit: Visit) -> None:
    params = {"resource": f"acct:alice@{visit.node.domain}"}
    async with visit.node.http.get("/.well-known/webfinger", params=params) as answer:
        links = {link["rel"]: link for link in (await answer.json(content_type=None))["links"]}
    page = f"{visit.node.base_url}/authorize_interaction?uri="
    assert links[SUBSCRIBE]["template"] == f"{page}{{uri}}"
    for name in ("Object", "Follow", "Like", "Announce"):
        assert links[f"https://w3id.org/fep/3b86/{name}"]["template"] == f"{page}{{object}}"
    async with visit.node.http.get(f"{page}{visit.alice.actor.uri}") as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        text = await answer.text()
    assert "noindex" in text
    assert f"follow NAME {visit.alice.actor.handle}" in text


async def test_the_page_shows_what_everybody_may_see_and_asks_nobody(visit: Visit) -> None:
    shown = await publish(visit.node.desk, visit.alice.actor, Draft(text="For everybody"))
    secret = await publish(visit.node.desk, visit.alice.actor, Draft(text="For few", visibility="private"))
    remote = visit.there.add_actor("bob").note("<p>Unknown</p>")["id"]
    for uri, expected in ((shown.uri, True), (secret.uri, False), (remote, False)):
        async with visit.node.http.get("/authorize_interaction", params={"uri": uri}) as answer:
            text = await answer.text()
            assert answer.status == 200
            assert uri in text
            assert ("<article" in text) is expected
            assert "For few" not in text
    assert visit.there.asked == []


@pytest.mark.parametrize("uri", ["", "javascript:alert(1)", "x", "https://" + "a" * 2100, "//evil.example"])
async def test_what_is_no_address_is_refused(visit: Visit, uri: str) -> None:
    async with visit.node.http.get("/authorize_interaction", params={"uri": uri}) as answer:
        assert answer.status == 400
