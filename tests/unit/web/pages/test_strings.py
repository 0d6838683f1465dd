from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest

from fediverse_node.web.pages.strings import ARABIC, ENGLISH, choose, date_text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("ar", "ar"),
        ("ar-LB,ar;q=0.9,en;q=0.5", "ar"),
        ("en-GB, ar;q=0.9", "en"),
        ("fr, ar;q=0.5, en;q=0.4", "ar"),
        ("fr", "en"),
        ("ar;q=0", "en"),
        ("ar;q=x, en;q=0.1", "en"),
        (",;q", "en"),
    ],
)
def test_the_language_that_is_liked_best_among_ours_is_spoken(header: str | None, language: str) -> None:
    assert choose(header).language == language


def test_both_languages_say_everything() -> None:
    for field in fields(ENGLISH):
        english, arabic = getattr(ENGLISH, field.name), getattr(ARABIC, field.name)
        assert arabic, field.name
        if isinstance(english, str):
            assert arabic != english, field.name
        else:
            assert len(arabic) == len(english), field.name
    assert ENGLISH.error_titles.keys() == ARABIC.error_titles.keys()
    assert ENGLISH.error_texts.keys() == ARABIC.error_texts.keys()


def test_dates_are_the_same_for_everybody() -> None:
    noon = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)
    elsewhere = noon.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert date_text(noon, ENGLISH) == date_text(elsewhere, ENGLISH) == "21 Nov 2026, 12:05 UTC"
    assert date_text(noon, ARABIC) == "21 نوفمبر 2026، 12:05 UTC"
    assert date_text(noon, ENGLISH, time=False) == "21 Nov 2026"
