"""What search engines, feed readers and sites that quote a post find."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import feedparser  # type: ignore[import-untyped]  # has no types
import pytest

from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.posts.model import Visibility
from tests.fixtures.nodes import LiveNode, Person

pytestmark = pytest.mark.one_engine
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
async def alice(alpha: LiveNode) -> Person:
    return await alpha.add_person("alice", name="Alice <3", indexable=True)


async def text(alpha: LiveNode, path: str, status: int = 200) -> str:
    async with alpha.http.get(path) as answer:
        assert answer.status == status, path
        return await answer.text()


async def addresses_in(alpha: LiveNode, path: str) -> list[str]:
    root = ET.fromstring(await text(alpha, path))  # noqa: S314 our own
    return [found.text or "" for found in root.iter(f"{SITEMAP}loc")]


async def embedded(alpha: LiveNode, url: str, status: int = 200, **asked: str) -> dict[str, Any]:
    async with alpha.http.get("/api/oembed", params={"url": url, **asked}) as answer:
        assert answer.status == status, url
        found: dict[str, Any] = await answer.json()
        return found


# Feeds


async def test_a_hashtag_has_a_feed_of_what_its_page_shows(alpha: LiveNode, alice: Person) -> None:
    post = await publish(alpha.desk, alice.actor, Draft(text="Growing #Erdbeeren"))
    await publish(alpha.desk, alice.actor, Draft(text="Not on the #erdbeeren page", visibility="unlisted"))
    for kind, version in (("atom", "atom10"), ("rss", "rss20")):
        link = f'href="{alpha.base_url}/tags/erdbeeren.{kind}"'
        assert link in await text(alpha, "/tags/erdbeeren")
        found = feedparser.parse(await text(alpha, f"/tags/Erdbeeren.{kind}"))
        assert (found.bozo, found.version, found.feed.title) == (False, version, "#Erdbeeren")
        assert [entry.id for entry in found.entries] == [post.uri]
        assert found.entries[0].author.startswith("Alice" if kind == "atom" else "@alice@")


async def test_answers_to_others_are_in_a_feed_of_their_own(alpha: LiveNode, alice: Person) -> None:
    post = await publish(alpha.desk, alice.actor, Draft(text="First"))
    answer = await publish(alpha.desk, alice.actor, Draft(text="And one more", in_reply_to_id=post.id))
    for kind in ("atom", "rss"):
        short = feedparser.parse(await text(alpha, f"/@alice.{kind}"))
        long = feedparser.parse(await text(alpha, f"/@alice/with_replies.{kind}"))
        assert [entry.id for entry in short.entries] == [post.uri]
        assert [entry.id for entry in long.entries] == [answer.uri, post.uri]


# Sitemaps


async def test_a_sitemap_names_those_who_allow_it_and_nobody_else(alpha: LiveNode, alice: Person) -> None:
    other = await alpha.add_person("bob")
    post = await publish(alpha.desk, alice.actor, Draft(text="For everybody"))
    await publish(alpha.desk, alice.actor, Draft(text="Not listed", visibility="unlisted"))
    await publish(alpha.desk, other.actor, Draft(text="Of somebody who does not"))
    index = f"{alpha.base_url}/sitemap.xml"
    assert f"Sitemap: {index}" in await text(alpha, "/robots.txt")

    [file] = await addresses_in(alpha, "/sitemap.xml")

    assert file == f"{alpha.base_url}/sitemap/alice.xml"
    assert await addresses_in(alpha, "/sitemap/alice.xml") == [
        f"{alpha.base_url}/@alice",
        alpha.addresses.post_page("alice", post.id),
    ]
    await text(alpha, "/sitemap/bob.xml", status=404)
    await alpha.suspend(alice.actor)
    await text(alpha, "/sitemap/alice.xml", status=404)


# oEmbed


async def test_another_site_may_quote_a_public_post(alpha: LiveNode, alice: Person) -> None:
    draft = Draft(text="I <b>grow</b> things", language="en", disclosure="ai-autonomous")
    post = await publish(alpha.desk, alice.actor, draft)
    page = alpha.addresses.post_page("alice", post.id)
    async with alpha.http.get(page, headers={"Accept": "text/html"}) as answer:
        assert 'type="application/json+oembed"' in await answer.text()

    found = await embedded(alpha, page, maxwidth="300")

    assert (found["type"], found["version"], found["width"], found["height"]) == ("rich", "1.0", 300, None)
    assert (found["author_name"], found["author_url"]) == ("Alice <3", f"{alpha.base_url}/@alice")
    assert "I &lt;b&gt;grow&lt;/b&gt; things" in found["html"]
    assert "Alice &lt;3" in found["html"]
    assert "AI" in found["html"]
    assert "<script" not in found["html"]
    assert await embedded(alpha, post.uri, maxwidth="300") == found


async def test_behind_a_warning_only_the_warning_is_quoted(alpha: LiveNode, alice: Person) -> None:
    post = await publish(alpha.desk, alice.actor, Draft(text="Eight legs", summary="Spiders & such"))
    found = await embedded(alpha, post.uri)
    assert "Spiders &amp; such" in found["html"]
    assert "Eight legs" not in str(found)


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_what_is_not_for_everybody_is_not_there(  # PRI-01, PRI-14
    alpha: LiveNode, alice: Person, visibility: Visibility
) -> None:
    seen = await publish(alpha.desk, alice.actor, Draft(text="Seen", visibility="unlisted"))
    hidden = await publish(alpha.desk, alice.actor, Draft(text="Hidden", visibility=visibility))
    await embedded(alpha, seen.uri)

    refused = await embedded(alpha, hidden.uri, status=404)

    assert refused == await embedded(alpha, alpha.addresses.post("alice", 1), status=404)


async def test_what_cannot_be_asked_is_said(alpha: LiveNode, alice: Person) -> None:
    post = await publish(alpha.desk, alice.actor, Draft(text="Seen"))
    await embedded(alpha, "https://elsewhere.example/@alice/1", status=404)
    await embedded(alpha, f"{post.uri}/activity", status=404)
    await embedded(alpha, "", status=422)
    await embedded(alpha, post.uri, status=422, maxwidth="wide")
    await embedded(alpha, post.uri, status=501, format="xml")
    await alpha.suspend(alice.actor)
    await embedded(alpha, post.uri, status=404)
