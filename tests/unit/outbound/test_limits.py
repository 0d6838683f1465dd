from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.outbound.limits import MAX_RETRY_AFTER, read_at_most, retry_after

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("86400", 86400.0),
        ("86401", MAX_RETRY_AFTER),
        ("9" * 5000, MAX_RETRY_AFTER),
        ("Sat, 21 Nov 2026 09:31:30 GMT", 90.0),
        ("Sat, 21 Nov 2026 10:31:30 +0100", 90.0),
        ("Sat, 21 Nov 2026 09:31:30 -0000", 90.0),
        ("Sat, 21 Nov 2020 09:31:30 GMT", 0.0),
        ("Sat, 21 Nov 2096 09:31:30 GMT", MAX_RETRY_AFTER),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Sat, 99 Nov 2026 09:31:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_more_than_a_day(text: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": text}, NOW) == seconds


def test_without_the_header_nothing_is_asked() -> None:
    assert retry_after({}, NOW) is None


@given(st.text())
def test_no_value_breaks_the_reading_of_retry_after(text: str) -> None:
    found = retry_after({"Retry-After": text}, NOW)
    assert found is None or 0.0 <= found <= MAX_RETRY_AFTER


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize(
    ("parts", "limit", "result"),
    [
        ((b"ab", b"cd"), 4, (b"abcd", False)),
        ((b"ab", b"cde"), 4, (b"abcd", True)),
        ((b"abcdef", b"never read"), 4, (b"abcd", True)),
        ((), 4, (b"", False)),
    ],
)
async def test_reading_stops_at_the_limit(
    parts: tuple[bytes, ...], limit: int, result: tuple[bytes, bool]
) -> None:
    assert await read_at_most(pieces(*parts), limit) == result
