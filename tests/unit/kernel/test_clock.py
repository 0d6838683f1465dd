from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.clock import parse_rfc3339, system_clock, to_rfc3339, to_rfc3339_millis

NOON = datetime(2026, 11, 21, 12, 0, 0, 123_999, UTC)


def test_time_is_aware_and_in_utc() -> None:
    assert system_clock().tzinfo is UTC


def test_time_is_written_in_utc() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=9)))
    assert to_rfc3339(east) == "2026-11-21T12:00:00Z"
    assert to_rfc3339_millis(east) == "2026-11-21T12:00:00.123Z"


@pytest.mark.parametrize(
    "text",
    ["2026-11-21T12:00:00Z", "2026-11-21T13:00:00+01:00", "2026-11-21T12:00:00",
     " 2026-11-21T12:00:00.000000Z ",
     "2026-11-21T12:00:00.000000000Z", "2026-11-21T12:00:00+00:00"],
)  # fmt: skip
def test_what_peers_write_is_read(text: str) -> None:
    assert parse_rfc3339(text) == NOON.replace(microsecond=0)


@pytest.mark.parametrize(
    "text", ["", "now", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-01:00"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert parse_rfc3339(text) is None


@given(st.integers(0, 2**33))
def test_what_is_written_is_read_back(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert parse_rfc3339(to_rfc3339(moment)) == moment


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_none(text: str) -> None:
    found = parse_rfc3339(text)
    assert found is None or found.tzinfo is not None
