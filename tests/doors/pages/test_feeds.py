"""Somebody's posts for feed readers."""

from __future__ import annotations

import feedparser  # type: ignore[import-untyped]  # has no types
import pytest

from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.react import boost
from tests.fixtures.nodes import LiveNode, Person

pytestmark = pytest.mark.one_engine


@pytest.fixture
async def alice(alpha: LiveNode) -> Person:
    return await alpha.add_person("alice", name="Alice & Co")


async def read(alpha: LiveNode, path: str) -> feedparser.FeedParserDict:
    async with alpha.http.get(path) as answer:
        assert answer.status == 200
        found = feedparser.parse(await answer.text())
    assert not found.bozo
    return found


@pytest.mark.parametrize(
    ("path", "version", "content_type"),
    [("/@alice.atom", "atom10", "application/atom+xml"), ("/@alice.rss", "rss20", "application/rss+xml")],
)
async def test_a_reader_finds_the_posts_from_the_profile(
    alpha: LiveNode, alice: Person, path: str, version: str, content_type: str
) -> None:
    post = await publish(alpha.desk, alice.actor, Draft(text="Fish & <chips>\n\nand #peas", language="en"))
    await publish(alpha.desk, alice.actor, Draft(text="Not for everybody", visibility="private"))
    other = await alpha.add_person("bob")
    await boost(alpha.desk, alice.actor, (await publish(alpha.desk, other.actor, Draft(text="Of others"))).id)
    async with alpha.http.get("/@alice", headers={"Accept": "text/html"}) as answer:
        link = f'<link rel="alternate" type="{content_type}" href="{alpha.base_url}{path}">'
        assert link in await answer.text()

    found = await read(alpha, path)
    [entry] = found.entries

    assert (found.version, found.feed.title) == (version, "Alice & Co")
    assert (entry.id, entry.link) == (post.uri, alpha.addresses.post_page("alice", post.id))
    assert entry.title == "Fish & <chips> and #peas"
    assert "Fish &amp; &lt;chips&gt;" in entry.summary
    assert entry.published_parsed[:5] == post.published_at.utctimetuple()[:5]


@pytest.mark.parametrize("path", ["/@alice.atom", "/@alice.rss"])
async def test_a_reader_that_has_it_is_told_so_and_sees_a_new_post_at_once(
    alpha: LiveNode, alice: Person, path: str
) -> None:
    assert (await read(alpha, path)).entries == []
    async with alpha.http.get(path) as answer:
        etag = answer.headers["ETag"]
    async with alpha.http.get(path, headers={"If-None-Match": etag}) as answer:
        assert answer.status == 304
    await publish(alpha.desk, alice.actor, Draft(text="New"))
    async with alpha.http.get(path, headers={"If-None-Match": etag}) as answer:
        assert answer.status == 200


async def test_what_xml_cannot_write_and_what_is_behind_a_warning(alpha: LiveNode, alice: Person) -> None:
    await publish(alpha.desk, alice.actor, Draft(text="One \x0btwo ]]> three"))
    await publish(alpha.desk, alice.actor, Draft(text="Eight legs", summary="Spiders & such"))
    for path in ("/@alice.atom", "/@alice.rss"):
        warned, plain = (await read(alpha, path)).entries
        assert (warned.title, "Eight legs" in str(warned)) == ("Spiders & such", False)
        assert "]]&gt; three" in plain.summary


async def test_a_feed_of_nobody_is_none(alpha: LiveNode, alice: Person) -> None:
    for path in ("/@nobody.atom", "/@alice.json"):
        async with alpha.http.get(path) as answer:
            assert answer.status == 404
    await alpha.suspend(alice.actor)
    async with alpha.http.get("/@alice.atom") as answer:
        assert answer.status == 404


async def test_what_a_model_had_to_do_with_a_post_is_a_category(alpha: LiveNode, alice: Person) -> None:
    await publish(alpha.desk, alice.actor, Draft(text="By a model", disclosure="ai-autonomous"))
    scheme = f"{alpha.addresses.namespace}aiDisclosure"
    for path in ("/@alice.atom", "/@alice.rss"):
        [entry] = (await read(alpha, path)).entries
        assert [(tag.scheme, tag.term) for tag in entry.tags] == [(scheme, "ai-autonomous")]
