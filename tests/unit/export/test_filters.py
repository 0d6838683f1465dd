from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.export.filters import HUMAN_ONLY, Filters
from tests.unit.export.test_row import a_post

ASSISTED = Filters(disclosure=("human-only", "ai-assisted"), max_ai_share=0.3)


@pytest.mark.parametrize(
    ("filters", "wanted", "unwanted"),
    [
        (HUMAN_ONLY, {}, {"ai_disclosure": "ai-assisted"}),
        (HUMAN_ONLY, {}, {"ai_disclosure": "ai-autonomous"}),
        (HUMAN_ONLY, {}, {"ai_disclosure": None}),
        (HUMAN_ONLY, {}, {"ai_disclosure": "Human-only"}),
        (HUMAN_ONLY, {"sensitive": False}, {"sensitive": True}),
        (
            ASSISTED,
            {"ai_disclosure": "ai-assisted", "ai_share": 0.3},
            {"ai_disclosure": "ai-assisted", "ai_share": 0.31},
        ),
        (ASSISTED, {"ai_share": None}, {"ai_disclosure": "ai-assisted", "ai_share": None}),
        (Filters(licences=("CC0-1.0",)), {"licence": "CC0-1.0"}, {"licence": "CC-BY-4.0"}),
        (Filters(licences=("CC0-1.0",)), {"licence": "CC0-1.0"}, {"licence": None}),
        (
            Filters(since=date(2026, 11, 21)),
            {"published_at": datetime(2026, 11, 21, tzinfo=UTC)},
            {"published_at": datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)},
        ),
        (
            Filters(until=date(2026, 11, 21)),
            {"published_at": datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC)},
            {"published_at": datetime(2026, 11, 21, tzinfo=UTC)},
        ),
    ],
)
def test_what_is_asked_for_and_its_twin(
    filters: Filters, wanted: dict[str, Any], unwanted: dict[str, Any]
) -> None:
    assert filters.wants(a_post(**wanted))
    assert not filters.wants(a_post(**unwanted))


@pytest.mark.parametrize(
    ("filters", "text", "language", "wanted"),
    [
        (Filters(min_length=5), "abcde", "en", True),
        (Filters(min_length=5), "abcd", "en", False),
        (Filters(languages=("ar", "en")), "x", "en-GB", True),
        (Filters(languages=("ar",)), "x", "arz", False),
        (Filters(languages=("ar",)), "x", "und", False),
        (HUMAN_ONLY, "x", "und", True),
    ],
)
def test_a_text_is_long_enough_and_in_the_language(
    filters: Filters, text: str, language: str, *, wanted: bool
) -> None:
    assert filters.wants_text(text, language) is wanted


@given(st.sampled_from(["human-only", "ai-assisted", "ai-autonomous", None, "x"]), st.booleans())
def test_no_filter_takes_what_says_nothing_of_itself(label: str | None, sensitive: bool) -> None:  # noqa: FBT001 a column
    everything = Filters(disclosure=("human-only", "ai-assisted", "ai-autonomous"), sensitive=True)
    known = label in {"human-only", "ai-assisted", "ai-autonomous"}
    assert everything.wants(a_post(ai_disclosure=label, sensitive=sensitive)) is known


def test_each_that_is_set_is_said_and_can_be_sent() -> None:
    filters = Filters(
        max_ai_share=0.5,
        languages=("ar",),
        since=date(2026, 1, 1),
        until=date(2026, 2, 1),
        licences=("CC0-1.0",),
        min_length=20,
        sensitive=True,
        min_authors=3,
    )
    assert len(list(filters.words)) == 9
    assert msgspec.convert(msgspec.to_builtins(filters), Filters) == filters
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"min_author": 3}, Filters)
