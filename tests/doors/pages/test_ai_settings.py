"""What people decide about AI in posts, what they see of it, and what the words for it mean."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from fediverse_node.activitystreams.write import ai_terms
from fediverse_node.moderation import ai_filters
from fediverse_node.posts import lists
from fediverse_node.posts.model import Post
from fediverse_node.storage.paging import Page
from fediverse_node.web.vocabulary_words import TERMS
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.sign_in import Browser, signed_in_browser

PATH = "/settings/ai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A node with alice, signed in."""

    node: LiveNode
    alice: Person
    browser: Browser

    async def hides(self) -> str:
        return await self.node.node.db.read(lambda tx: ai_filters.of_person(tx, self.alice.actor.id))

    async def posts(self) -> list[Post]:
        return await self.node.node.db.read(lambda tx: lists.public(tx, Page(limit=20)))


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with running_node(database_url) as node:
        alice = await node.add_person("alice")
        yield Stage(node=node, alice=alice, browser=await signed_in_browser(node, alice))


async def test_a_person_decides_what_to_see_and_what_their_posts_say(stage: Stage) -> None:
    shown = await stage.browser.get(PATH)
    assert shown.status == 200
    assert 'value="off" selected' in shown.text
    assert PATH in (await stage.browser.get("/settings")).text
    saved = await stage.browser.send(PATH, hides="all", autonomous="yes")
    assert (saved.status, await stage.hides()) == (303, "all")
    again = (await stage.browser.get(f"{PATH}?done=saved")).text
    assert 'value="all" selected' in again
    assert re.search(r'name="autonomous"[^>]* checked', again)
    async with stage.node.http.get(f"/api/v1/accounts/{stage.alice.actor.id}") as answer:
        assert (await answer.json())["bot"] is True
    await stage.browser.send(PATH, hides="off")
    assert await stage.hides() == "off"
    assert not re.search(r'name="autonomous"[^>]* checked', (await stage.browser.get(PATH)).text)


async def test_only_a_form_of_ones_own_decides(stage: Stage) -> None:
    stranger = Browser(node=stage.node, secret="x" * 43)
    assert (await stranger.get(PATH)).status == 303
    forged = await stage.browser.post(PATH, hides="all", form_token="0" * 64)
    unknown = await stage.browser.send(PATH, hides="some")
    assert (forged.status, unknown.status, await stage.hides()) == (403, 400, "off")


async def test_what_a_model_wrote_elsewhere_is_said_in_the_composer(stage: Stage) -> None:
    form = {"text": "beep", "visibility": "public", "language": "en", "key": "k" * 22, "do": "publish"}
    await stage.browser.send("/compose", **form, disclosure="ai-autonomous", reviewed="yes")
    assert await stage.posts() == []
    await stage.browser.send("/compose", **form, disclosure="ai-assisted", reviewed="yes")
    [post] = await stage.posts()
    assert (post.ai_disclosure, post.human_reviewed) == ("ai-assisted", True)


async def test_every_term_of_ours_is_explained_in_both_languages(stage: Stage) -> None:
    known = ai_terms(stage.node.base_url)
    prefixes = {name for name, value in known.items() if str(value).startswith("http")}
    assert set(TERMS) == set(known) - prefixes
    for language in ("en", "ar"):
        headers = {"Accept": "text/html", "Accept-Language": language}
        async with stage.node.http.get("/ns/ai-provenance", headers=headers) as answer:
            page = await answer.text()
        for name, term in TERMS.items():
            assert f'id="{name}"' in page
            assert term.meaning[language].partition("'")[0] in page
    async with stage.node.http.get("/ns/ai-provenance", headers={"Accept": "application/ld+json"}) as answer:
        found = {each["@id"]: each for each in (await answer.json(content_type=None))["@graph"]}
    mine = found[f"{known['aip']}aiDisclosure"]
    assert {each["@language"] for each in mine["rdfs:comment"]} == {"en", "ar"}
