from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from fediverse_node.web.pages.strings import ARABIC, ENGLISH
from fediverse_node.web.pages.views import moment

WHEN = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_a_moment_is_told_in_each_language() -> None:
    assert moment(WHEN, ENGLISH).iso == moment(WHEN, ARABIC).iso == "2026-11-22T09:30:00Z"
    assert moment(WHEN, ENGLISH).text == "22 Nov 2026, 09:30 UTC"
    assert ARABIC.months[10] in moment(WHEN, ARABIC).text
    assert moment(WHEN, ENGLISH, time=False).text == "22 Nov 2026"


def test_the_same_moment_elsewhere_is_the_same() -> None:
    there = WHEN.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert moment(there, ENGLISH) == moment(WHEN, ENGLISH)
