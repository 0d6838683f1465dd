"""What is no Note is readable all the same: by its title, its text or the beginning, and the way to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.activitystreams.load import MAX_DOCUMENT
from fediverse_node.activitystreams.read import read_object
from fediverse_node.activitystreams.shape import load_document
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.kinds import EXCERPT, LONG, is_post, reading_of
from fediverse_node.federation.discovery.shaping import shape
from fediverse_node.kernel.html import sanitise, to_plain_text

CORPUS = Path(__file__).parents[4] / ".." / "shared" / "corpus"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
THERE = "https://there.example"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def document(type_: str, **more: Any) -> ObjectDoc:
    whole = {
        "id": f"{THERE}/things/1",
        "type": type_,
        "attributedTo": f"{THERE}/users/ann",
        "to": [PUBLIC],
        **more,
    }
    return read_object(whole)


def author(uri: str) -> Actor:
    return Actor(
        id=1,
        uri=uri,
        local=False,
        type="Person",
        username="ann",
        domain="there.example",
        inbox=f"{uri}/inbox",
        created_at=NOW,
        updated_at=NOW,
    )


def test_an_article_shows_its_text_and_leads_to_its_page() -> None:
    page = f"{THERE}/blog/1"
    shown = reading_of(document("Article", name="Title", content="<p>Text<script>x</script></p>", url=page))
    assert shown.content == f'<p>Text</p><p><a href="{page}" rel="nofollow noopener">{page}</a></p>'
    assert shown.summary is None


def test_a_summary_stands_before_a_text_and_is_the_text_where_there_is_none() -> None:
    both = reading_of(document("Article", content="<p>Text</p>", summary="In short"))
    assert (both.summary, "In short" in both.content) == ("In short", False)
    alone = reading_of(document("Article", name="Title", summary="In short"))
    assert (alone.summary, "In short" in alone.content) == (None, True)
    hidden = reading_of(document("Article", name="Title", summary="Blood", sensitive=True))
    assert (hidden.summary, "Blood" in hidden.content) == ("Blood", False)


def test_a_long_article_is_shown_by_its_beginning() -> None:
    page = f"{THERE}/blog/1"
    long = "<p>A <b>word</b> &amp; more.</p>" * (LONG // 20)
    shown = reading_of(document("Article", content=long, url=page))
    assert EXCERPT / 2 < len(to_plain_text(shown.content)) < EXCERPT + 200
    assert shown.content == sanitise(shown.content)
    assert "…</p>" in shown.content
    assert page in shown.content
    short = reading_of(document("Article", content="<p>A word.</p>", url=page))
    assert "…" not in short.content


def test_a_note_is_shown_as_it_is() -> None:
    page = f"{THERE}/@ann/1"
    long = "<p>word</p>" * LONG
    shown = reading_of(document("Note", content=long[:90_000], url=page, summary="", name="Nothing"))
    assert page not in shown.content
    assert "…" not in shown.content


def test_a_video_has_a_file_a_picture_and_its_description_as_html() -> None:
    def link(href: str, **more: Any) -> dict[str, Any]:
        return {"type": "Link", "href": f"{THERE}/{href}", **more}

    playlist = link(
        "list.m3u8",
        mediaType="application/x-mpegURL",
        tag=[link("1080.mp4", mediaType="video/mp4", height=1080), link("m", mediaType="application/json")],
    )
    urls = [
        link("w/1", mediaType="text/html"),
        link("240.mp4", mediaType="video/mp4", height=240, width=426),
        link("720.mp4", mediaType="video/mp4", height=720, width=1280),
        playlist,
    ]
    icons = [
        {"type": "Image", "mediaType": "image/jpeg", "url": f"{THERE}/small.jpg", "width": 200},
        {"type": "Image", "mediaType": "image/jpeg", "url": f"{THERE}/large.jpg", "width": 800},
    ]
    doc = document(
        "Video",
        name="A walk",
        mediaType="text/markdown",
        content="**Bold** <b>raw</b> #topic",
        url=urls,
        icon=icons,
        attributedTo=[
            {"type": "Group", "id": f"{THERE}/video-channels/walks"},
            {"type": "Person", "id": f"{THERE}/accounts/ann"},
        ],
    )
    assert doc.attributed_to[0] == f"{THERE}/accounts/ann"
    shown = reading_of(doc)
    assert [each.url for each in shown.attachments] == [f"{THERE}/720.mp4", f"{THERE}/large.jpg"]
    assert "<strong>Bold</strong> &lt;b&gt;raw&lt;/b&gt;" in shown.content
    assert "#topic" in to_plain_text(shown.content)
    assert f'href="{THERE}/w/1"' in shown.content


def test_an_event_says_when_and_where() -> None:
    place = {"type": "Place", "name": "Town hall", "address": {"addressLocality": "Ghent"}}
    doc = document(
        "Event",
        name="Fair",
        content="<p>Come</p>",
        startTime="2026-12-24T18:00:00+01:00",
        endTime="2026-12-24T22:00:00+01:00",
        location=place,
    )
    line = "2026-12-24 17:00 UTC \u2013 2026-12-24 21:00 UTC · Town hall, Ghent"
    assert line in to_plain_text(reading_of(doc).content)


def test_a_link_that_was_posted_is_in_the_text_and_no_file() -> None:
    doc = document(
        "Page",
        name="Look",
        attachment=[
            {"type": "Link", "href": "https://news.example/1"},
            {"type": "Link", "href": "javascript:1"},
        ],
    )
    shown = reading_of(doc)
    assert shown.attachments == ()
    assert 'href="https://news.example/1"' in shown.content
    assert "javascript" not in shown.content


@pytest.mark.parametrize(
    ("doc", "expected"),
    [
        (document("Recipe", name="Soup"), True),
        (document("Review", content="<p>Good</p>"), True),
        (document("Recipe"), False),
        (document("Recipe", name="Soup", to=[]), False),
        (document("Recipe", name="Soup", attributedTo=None), False),
        (document("ChatMessage", content="psst"), False),
        (document("Like", content="x"), False),
        (document("__x", content="x"), False),
        (document("note", content="x"), False),
        (document("Tombstone", content="x"), False),
    ],
)
def test_what_has_an_author_and_a_text_is_a_post(doc: ObjectDoc, *, expected: bool) -> None:  # OBJ-38
    assert is_post(doc) is expected


def test_no_time_lies_in_the_future_or_before_the_web() -> None:  # OBJ-39
    for said, kept in (
        ("2999-01-01T00:00:00Z", NOW),
        ("0001-01-01T00:00:00Z", NOW),
        ("2020-02-02T02:02:02Z", datetime(2020, 2, 2, 2, 2, 2, tzinfo=UTC)),
    ):
        doc = document("Note", content="x", published=said)
        assert shape(doc, author(doc.attributed_to[0]), id_=1, now=NOW).post.published_at == kept


def _published() -> list[dict[str, Any]]:
    if not CORPUS.is_dir():
        return []
    lines = (CORPUS / "expectations.jsonl").read_text("utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [row for row in found if row["kind"] == "ap" and row.get("verdict") != "reject"]


def _things(node: Any) -> Any:
    """Everything in a document that may be a post: itself, and what is embedded."""
    if isinstance(node, dict):
        yield node
        yield from _things(node.get("object"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_every_post_of_the_corpus_becomes_readable() -> None:
    kinds = set()
    for row in _published():
        whole = load_document((CORPUS / row["file"]).read_bytes(), limit=MAX_DOCUMENT)
        for thing in _things(whole):
            if "type" not in thing or "id" not in thing:
                continue
            doc = read_object(thing)
            if doc.id is None or not is_post(doc):
                continue
            kinds.add(doc.type)
            post = shape(doc, author("https://there.example/users/ann"), id_=1, now=NOW).post
            assert post.content_html or post.title or post.attachments, row["file"]
            assert post.content_html == sanitise(post.content_html), row["file"]
            assert post.published_at <= NOW
            assert post.revision
    assert kinds >= {"Note", "Article", "Page", "Video", "Question"}
