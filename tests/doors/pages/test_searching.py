"""The search page: for whoever is signed in, without scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import pytest

from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.search.indexing import Indexer
from fediverse_node.web.pages import searching
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.sign_in import Browser, signed_in_browser


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """alice, signed in; bob, who lets his posts be found."""

    node: LiveNode
    alice: Person
    bob: Person
    browser: Browser

    async def say(self, who: Person, text: str, **how: object) -> None:
        await publish(self.node.desk, who.actor, Draft(text=text, **how))  # type: ignore[arg-type] # words of a test

    async def shown(self, query: str) -> str:
        await Indexer(self.node.node.db, lag=timedelta(0)).run_once()
        answer = await self.browser.get(f"/search?q={quote(query, safe='')}")
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
        return answer.text


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with running_node(database_url) as node:
        alice, bob = await node.add_person("alice"), await node.add_person("bob", name="Bob", indexable=True)
        yield Desk(node=node, alice=alice, bob=bob, browser=await signed_in_browser(node, alice))


async def test_people_hashtags_and_posts_are_found(desk: Desk) -> None:
    await desk.say(desk.bob, "A garden with #bobbing apples")
    await desk.say(desk.bob, "Between us in the garden", visibility="direct")
    found = await desk.shown("bob")
    assert desk.bob.actor.handle in found
    assert "#bobbing" in found
    found = await desk.shown("garden")
    assert "apples" in found
    assert "Between us" not in found
    assert "Nothing was found." in await desk.shown("nowhere <b>")


async def test_only_whoever_is_signed_in_searches(desk: Desk) -> None:
    answer = await Browser(node=desk.node).get("/search?q=garden")
    assert (answer.status, answer.location) == (303, "/login?next=%2Fsearch%3Fq%3Dgarden")
    assert 'href="/search"' in (await desk.browser.get("/settings")).text


async def test_the_page_speaks_arabic_and_keeps_what_was_typed(desk: Desk) -> None:
    answer = await desk.browser.get("/search?q=%22%3Cb%3E", **{"Accept-Language": "ar"})
    assert 'dir="rtl"' in answer.text
    assert "لم يُعثر على شيء" in answer.text
    assert 'value="&#34;&lt;b&gt;"' in answer.text


async def test_what_is_not_known_here_is_looked_up_elsewhere_by_a_click(desk: Desk) -> None:
    for query in ("@nobody@there.example", "https://there.example/notes/1"):
        assert "/authorize_interaction?uri=" in await desk.shown(query)
    assert "/authorize_interaction?uri=" not in await desk.shown("garden")
    assert "/authorize_interaction?uri=" not in await desk.shown(desk.bob.actor.handle)


async def test_pages_are_turned(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "POSTS", 2)
    for number in range(3):
        await desk.say(desk.alice, f"garden number {number}")
    found = await desk.shown("garden")
    assert "number 2" in found
    assert "number 0" not in found
    older = found.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "number 0" in (await desk.browser.get(older)).text
    assert (await desk.browser.get("/search?q=garden&page=nonsense")).status == 422


# DOS-17
async def test_a_question_that_is_too_long_is_told_so(desk: Desk) -> None:
    answer = await desk.browser.get(f"/search?q={'a' * 501}")
    assert (answer.status, "at most 500 characters" in answer.text) == (422, True)
    assert (await desk.browser.get("/search?q=a%00b")).status == 200
