from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from fediverse_node.activitystreams.read import read_object
from fediverse_node.federation.builders import note, question
from fediverse_node.federation.builders.note import NoteParts
from fediverse_node.polls.model import Option, Poll
from tests.fixtures.golden import ADDRESSES, ALICE, POST, assert_golden

ENDS = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
POLL = Poll(
    post_id=POST.id,
    options=(Option(name="Green", votes=2), Option(name="شاي")),
    ends_at=ENDS,
    voters_count=2,
)


def test_a_note_with_a_poll_is_a_question_that_reads_back() -> None:
    parts = NoteParts(post=replace(POST, type="Question"), author=ALICE, poll=POLL)
    document = note.document(parts, addresses=ADDRESSES)
    assert_golden("question", document)
    doc = read_object(document)
    assert doc.type == "Question"
    assert doc.poll is not None
    assert [(option.name, option.votes) for option in doc.poll.options] == [("Green", 2), ("شاي", 0)]
    assert (doc.poll.multiple, doc.poll.end_time, doc.poll.closed, doc.poll.voters_count) == (
        False,
        ENDS,
        False,
        2,
    )
    assert document["content"] == POST.content_html


def test_several_choices_and_the_end_are_said() -> None:
    parts = question.parts(replace(POLL, multiple=True, closed_at=ENDS))
    assert "oneOf" not in parts
    assert [each["name"] for each in parts["anyOf"]] == ["Green", "شاي"]
    assert parts["closed"] == "2026-11-22T09:30:00Z"


def test_secret_counts_are_said_once_it_has_closed() -> None:
    secret = replace(POLL, hide_totals=True)
    hidden, shown = question.parts(secret), question.parts(replace(secret, closed_at=ENDS))
    assert [each["replies"]["totalItems"] for each in hidden["oneOf"]] == [0, 0]
    assert hidden["votersCount"] == 0
    assert [each["replies"]["totalItems"] for each in shown["oneOf"]] == [2, 0]
    assert shown["votersCount"] == 2
