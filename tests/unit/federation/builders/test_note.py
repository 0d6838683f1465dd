from __future__ import annotations

from dataclasses import replace

import pytest

from fediverse_node.activitystreams.read import read_object, visibility_of
from fediverse_node.consent.model import Decision
from fediverse_node.federation.builders import note
from fediverse_node.federation.builders.note import NoteParts
from fediverse_node.posts.model import Visibility
from tests.fixtures.golden import (
    ADDRESSES,
    ALICE,
    BOB,
    EDITED,
    HASHTAGS,
    MENTIONS,
    POST,
    SAID,
    THEIR_POST,
    assert_golden,
)

PARTS = NoteParts(post=POST, author=ALICE, mentions=MENTIONS, hashtags=HASHTAGS)


def test_it_is_as_pinned() -> None:
    assert_golden("note", note.document(PARTS, addresses=ADDRESSES))
    allowed = replace(PARTS, decision=Decision(train_ai=True, dataset=True))
    assert_golden("note_training_allowed", note.document(allowed, addresses=ADDRESSES))


def test_a_plain_note_says_nothing_it_does_not_mean() -> None:
    plain = replace(
        POST,
        in_reply_to_uri=None,
        context_uri=None,
        summary=None,
        sensitive=False,
        language=None,
        source=None,
        attachments=(),
        addressed=(),
        ai_disclosure=None,
        digital_source_type=None,
        ai_tools=(),
        human_reviewed=None,
    )
    assert_golden("note_plain", note.document(NoteParts(post=plain, author=ALICE), addresses=ADDRESSES))


def test_a_peer_reads_everything_back() -> None:
    edited = replace(PARTS, post=replace(POST, edited_at=EDITED))
    read = read_object(note.document(edited, addresses=ADDRESSES))
    assert (read.id, read.type, read.attributed_to) == (POST.uri, "Note", (ALICE.uri,))
    assert (read.content, read.language, read.summary, read.sensitive) == (
        POST.content_html,
        "en",
        "greetings",
        True,
    )
    assert (read.in_reply_to, read.conversation) == (THEIR_POST, POST.context_uri)
    assert (read.published, read.updated) == (SAID.replace(microsecond=0), EDITED)
    assert (read.source, read.source_media_type) == (POST.source, "text/plain")
    assert [(tag.href, tag.name) for tag in read.mentions] == [(BOB, "@bob@there.example")]
    assert [tag.name for tag in read.hashtags] == ["Birds"]
    assert [(item.url, item.name) for item in read.attachments] == [(POST.attachments[0].url, "A wren")]
    assert read.replies == ADDRESSES.replies("alice", 5)
    assert (read.ai.ai_disclosure, read.ai.content_usage) == ("ai-assisted", "train-ai=n")


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_a_peer_reads_the_visibility_that_was_meant(visibility: Visibility) -> None:
    parts = replace(PARTS, post=replace(POST, visibility=visibility))
    read = read_object(note.document(parts, addresses=ADDRESSES))
    assert visibility_of(read.to, read.cc, ALICE.followers) == visibility
    assert BOB in read.to + read.cc
