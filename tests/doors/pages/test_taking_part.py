"""Following, boosting and favouring from the page that other servers send our people to (FEP-3b86)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.follows import queries as follows
from fediverse_node.posts import queries as posts
from fediverse_node.posts import reactions
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from tests.fakes.remote_server import RemoteActor, RemoteServer
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.sign_in import Browser, Shown, signed_in_browser

PATH = "/authorize_interaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """alice, signed in in a browser, a post of bob's here, and carol on another server."""

    node: LiveNode
    alice: Person
    bob: Person
    browser: Browser
    post: Post
    there: RemoteServer
    carol: RemoteActor

    async def look(self, uri: str) -> Shown:
        return await self.browser.get(f"{PATH}?uri={quote(uri, safe='')}")

    async def press(self, do: str, uri: str) -> Shown:
        return await self.browser.send(PATH, do=do, uri=uri)

    async def done(self) -> tuple[bool, bool, bool]:
        """Whether alice follows bob, boosted his post, and likes it."""

        def unit(tx: Tx) -> tuple[bool, bool, bool]:
            me, post = self.alice.actor.id, self.post.id
            return (
                follows.find(tx, me, self.bob.actor.id) is not None,
                posts.boost_by(tx, me, post) is not None,
                reactions.favourite_uri(tx, post, me) is not None,
            )

        return await self.node.node.db.read(unit)


@pytest.fixture
async def visit(database_url: str) -> AsyncIterator[Visit]:
    async with running_node(database_url) as node, RemoteServer() as there:
        alice, bob = await node.add_person("alice"), await node.add_person("bob")
        yield Visit(
            node=node,
            alice=alice,
            bob=bob,
            browser=await signed_in_browser(node, alice),
            post=await publish(node.desk, bob.actor, Draft(text="Words of bob")),
            there=there,
            carol=there.add_actor("carol"),
        )


async def test_looking_offers_what_can_be_done_and_does_nothing(visit: Visit) -> None:
    person = await visit.look(visit.bob.actor.uri)
    assert 'value="follow"' in person.text
    post = await visit.look(visit.post.uri)
    assert 'value="boost"' in post.text
    assert 'value="favourite"' in post.text
    assert f'href="/compose?inReplyTo={quote(visit.post.uri, safe="")}"' in post.text
    assert "Words of bob" in post.text
    for do in ("follow", "boost", "favourite"):
        await visit.browser.get(f"{PATH}?uri={quote(visit.post.uri, safe='')}&do={do}")
    assert post.headers["Cache-Control"] == "no-store"
    assert await visit.done() == (False, False, False)


async def test_each_button_does_what_it_says_and_then_says_that_it_is_done(visit: Visit) -> None:
    answer = await visit.press("follow", visit.bob.actor.handle)
    assert answer.location == f"{PATH}?uri={quote(visit.bob.actor.uri, safe='')}"
    assert await visit.done() == (True, False, False)
    assert 'value="follow"' not in (await visit.look(visit.bob.actor.uri)).text
    await visit.press("boost", visit.post.uri)
    assert await visit.done() == (True, True, False)
    await visit.press("favourite", visit.post.uri)
    assert await visit.done() == (True, True, True)
    shown = await visit.look(visit.post.url or "")
    assert 'value="boost"' not in shown.text
    assert 'value="favourite"' not in shown.text


async def test_only_a_form_of_this_page_does_anything(visit: Visit) -> None:
    # WEB-23; the twin is the test before
    fields = {"do": "favourite", "uri": visit.post.uri}
    assert (await visit.browser.post(PATH, **fields)).status == 403
    assert (await visit.browser.post(PATH, form_token="0" * 64, **fields)).status == 403
    visit.browser.origin = "https://evil.example"
    assert (await visit.browser.send(PATH, **fields)).status == 403
    assert await visit.done() == (False, False, False)


async def test_who_is_not_signed_in_can_sign_in_and_go_on(visit: Visit) -> None:
    nobody = Browser(node=visit.node)
    page = f"{PATH}?uri={quote(visit.post.uri, safe='')}"
    back = f"/login?next={quote(page, safe='')}"
    assert f'href="{back}"' in (await nobody.get(page)).text
    answer = await nobody.post(PATH, do="favourite", uri=visit.post.uri)
    assert (answer.status, answer.location) == (303, back)
    assert await visit.done() == (False, False, False)


async def test_another_server_is_asked_only_when_a_button_says_so(visit: Visit) -> None:
    note = visit.carol.note("<p>From afar</p>")["id"]
    shown = await visit.look(note)
    assert 'value="look"' in shown.text
    assert visit.there.asked == []
    answer = await visit.press("look", note)
    assert "From afar" in (await visit.browser.get(answer.location)).text


async def test_somebody_elsewhere_is_followed(visit: Visit) -> None:
    answer = await visit.press("follow", f"@carol@{visit.there.domain}")
    assert answer.location == f"{PATH}?uri={quote(visit.carol.uri, safe='')}"
    shown = await visit.browser.get(answer.location)
    assert 'role="status"' in shown.text
    assert 'value="follow"' not in shown.text


async def test_what_may_not_be_seen_is_as_if_it_were_not_there(visit: Visit) -> None:
    hidden = await publish(visit.node.desk, visit.bob.actor, Draft(text="Hidden", visibility="direct"))
    shown = await visit.look(hidden.uri)
    assert "Hidden" not in shown.text
    answer = await visit.press("favourite", hidden.uri)
    assert answer.status == 404
    assert "Hidden" not in answer.text


async def test_a_closed_post_for_oneself_can_be_answered_and_not_boosted(visit: Visit) -> None:
    closed = await publish(
        visit.node.desk, visit.bob.actor, Draft(text="@alice between us", visibility="direct")
    )
    shown = await visit.look(closed.uri)
    assert "between us" in shown.text
    assert "/compose?inReplyTo=" in shown.text
    assert 'value="boost"' not in shown.text
    assert (await visit.press("boost", closed.uri)).status == 422


@pytest.mark.parametrize(
    ("do", "whom", "status"),
    [("follow", "alice", 422), ("boost", "alice", 422), ("sell", "alice", 422), ("look", "nobody", 404)],
)
async def test_what_cannot_be_done_is_said(visit: Visit, do: str, whom: str, status: int) -> None:
    answer = await visit.press(do, f"{visit.node.base_url}/users/{whom}")
    assert answer.status == status
    assert 'role="alert"' in answer.text


async def test_the_lookups_of_one_person_are_bounded(database_url: str) -> None:
    counted = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    async with running_node(database_url, settings=counted) as node:
        browser = await signed_in_browser(node, await node.add_person("alice"))
        token = await browser.form_token()
        fields = {"form_token": token, "do": "look", "uri": f"{node.base_url}/users/nobody"}
        statuses = [(await browser.post(PATH, **fields)).status for _ in range(31)]
        assert statuses == [404] * 30 + [429]
