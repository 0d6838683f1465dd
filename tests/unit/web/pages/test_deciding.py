"""The boxes, and how a decision is shown to whoever made it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fediverse_node.consent import terms
from fediverse_node.consent.model import Entry, Kind, Subject
from fediverse_node.web.pages.deciding import BOXES, NOTHING_TICKED, state_of, ticked
from fediverse_node.web.pages.strings import ARABIC, ENGLISH

SUBJECT = Subject(
    object_uri="https://a.example/1",
    author_uri="https://a.example/alice",
    revision="0" * 64,
    public=True,
    own=True,
    present=True,
)


def line(kind: Kind = "grant", revision: str = "0" * 64) -> Entry:
    return Entry(
        seq=1,
        at=datetime(2026, 11, 22, tzinfo=UTC),
        kind=kind,
        actor_uri=SUBJECT.author_uri,
        object_uri=SUBJECT.object_uri,
        revision=revision,
        purposes=("train-ai", "dataset"),
        terms_id=terms.CURRENT.id,
        terms_sha256=terms.CURRENT.sha256,
        method="page",
    )


def test_ticks_add_up_and_none_of_them_is_a_no() -> None:
    assert ticked({}) == NOTHING_TICKED
    assert NOTHING_TICKED.purposes == ()
    assert ticked({"training": "yes"}).purposes == ("train-ai", "dataset")
    assert ticked({BOXES["ai-input"]: "yes"}).purposes == ("ai-input",)
    both = ticked({"training": "yes", BOXES["ai-input"]: "yes", "training_sensitive": "yes"})
    assert both.allowance.purposes == ("train-ai", "dataset", "ai-input")
    assert both.allowance.sensitive
    assert ticked({"training": "no", BOXES["dataset"]: "maybe"}) == NOTHING_TICKED


def test_a_yes_in_force_says_what_it_is_to() -> None:
    state = state_of(SUBJECT, line(), ENGLISH)
    assert (state.allowed, state.uses, state.dataset) == (True, "training, dataset", True)
    assert "،" in state_of(SUBJECT, line(), ARABIC).uses


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (None, "You said nothing, which is no."),
        (line("deny"), "Said no"),
        (line("supersede"), "Ended by an edit"),
        (line(revision="1" * 64), "Taken back"),
    ],
)
def test_whatever_is_not_in_force_is_shown_as_none(entry: Entry | None, text: str) -> None:
    state = state_of(SUBJECT, entry, ENGLISH)
    assert (state.allowed, state.text) == (False, text)
