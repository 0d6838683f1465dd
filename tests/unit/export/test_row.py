from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.consent.model import Entry, Granted
from fediverse_node.export.eligible import Eligible
from fediverse_node.export.languages import Detector
from fediverse_node.export.row import own_words, row_of
from fediverse_node.posts.exportable import Candidate
from fediverse_node.posts.model import AiTool
from fediverse_node.receipts.model import Receipt

ADDRESSES = Addresses("https://alpha.example")
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
NOBODY = Detector(wanted=False)
URI = "https://alpha.example/users/alice/posts/1"


def a_post(**changes: Any) -> Candidate:
    values: dict[str, Any] = {
        "id": 1,
        "uri": URI,
        "url": "https://alpha.example/@alice/1",
        "actor_id": 2,
        "local": True,
        "visibility": "public",
        "content_html": "<p>Hello <b>you</b></p>",
        "boost_of_id": None,
        "in_reply_to_id": None,
        "local_only": False,
        "sensitive": False,
        "licence": None,
        "source": None,
        "source_media_type": None,
        "digital_source_type": None,
        "ai_tools": (),
        "human_reviewed": None,
        "edited_at": None,
        "deleted_at": None,
        "ai_share": None,
        "ai_share_method": None,
        "revision": "a" * 64,
        "ai_disclosure": "human-only",
        "language": "en",
        "published_at": NOW,
    }
    return Candidate(**{**values, **changes})


def found(post: Candidate) -> Eligible:
    author = Actor(
        id=2,
        uri="https://alpha.example/users/alice",
        local=True,
        type="Person",
        username="alice",
        domain="alpha.example",
        inbox="x",
        created_at=NOW,
        updated_at=NOW,
    )
    entry = Entry(
        seq=99,
        at=NOW,
        kind="grant",
        actor_uri=author.uri,
        object_uri=post.uri,
        revision=post.revision,
        purposes=("train-ai", "dataset"),
        terms_id="training-1",
        terms_sha256="b" * 64,
        method="page",
    )
    receipt = Receipt(seq=99, log_index=7, at=NOW, kind="grant", salt="c" * 64, document="{}")
    return Eligible(post=post, author=author, granted=Granted(entry=entry), receipt=receipt)


def test_a_row_says_whose_when_and_by_which_consent() -> None:
    row = row_of(found(a_post()), addresses=ADDRESSES, detector=NOBODY)
    assert row is not None
    assert (row.id, row.url, row.text) == (URI, "https://alpha.example/@alice/1", "Hello you")
    assert (row.created, row.edited, row.added) == ("2026-11-21T09:30:00Z", None, "2026-11-21T09:30:00Z")
    assert (row.terms_version, row.consent_purposes) == ("training-1", ["train-ai", "dataset"])
    assert (row.ai_disclosure, row.ai_tools) == ("human-only", [])
    assert row.consent_receipt_id == "https://alpha.example/consent/receipts/99"
    assert (row.log_index, row.log_salt, row.revision_sha256) == (7, "c" * 64, "a" * 64)
    assert row.digital_source_type.endswith("/digitalCreation")


def test_an_assisted_row_names_its_tools() -> None:
    post = a_post(ai_disclosure="ai-assisted", ai_tools=(AiTool(name="m", provider="P", action="rewrite"),))
    row = row_of(found(post), addresses=ADDRESSES, detector=NOBODY)
    assert row is not None
    assert (row.ai_disclosure, row.ai_tools[0].provider) == ("ai-assisted", "P")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # What was typed, and neither our label nor the links that we made of it.
        (
            {
                "source": "Ask @bob@x.example\n\n#topic",
                "source_media_type": "text/plain",
                "content_html": "<p>Ask <a>@bob</a></p><p>AI-assisted, reviewed by the author</p>",
            },
            "Ask @bob@x.example\n\n#topic",
        ),
        ({"source": "*Ask* @bob@x.example", "source_media_type": "text/markdown"}, "Ask @bob@x.example"),
        # Quotations are other people's words.
        ({"source": "> their words\nmine", "source_media_type": "text/plain"}, "mine"),
        (
            {"source": "> their\n> > words\n\nmine\n\n> again", "source_media_type": "text/markdown"},
            "mine",
        ),
        (
            {
                "content_html": "<blockquote>their <blockquote>x</blockquote></blockquote><p>mine</p>",
            },
            "mine",
        ),
        ({"source": "a < b > c", "source_media_type": "text/plain"}, "a < b > c"),
    ],
)
def test_the_text_is_the_authors_own(changes: dict[str, Any], expected: str) -> None:
    assert own_words(a_post(**changes)) == expected


def test_where_nothing_of_the_authors_own_is_left_there_is_no_row() -> None:
    assert (
        row_of(
            found(a_post(source="> all theirs", source_media_type="text/plain")),
            addresses=ADDRESSES,
            detector=NOBODY,
        )
        is None
    )


@pytest.mark.parametrize("language", [None, "", "x", "en<script>", "klingon!"])
def test_what_is_no_language_is_unknown(language: str | None) -> None:
    row = row_of(found(a_post(language=language)), addresses=ADDRESSES, detector=NOBODY)
    assert row is not None
    assert row.language == "und"


@pytest.mark.parametrize("source", [None, "My own words"])
def test_what_is_quoted_is_not_in_the_row_nor_the_link_to_it(source: str | None) -> None:  # EXP-08
    inline = '<p class="quote-inline">RE: <a href="https://b.example/@bob/1">https://b.example/@bob/1</a></p>'
    quote = a_post(content_html=f"{inline}<p>My own words</p>", source=source, source_media_type="text/plain")
    assert own_words(quote) == "My own words"
