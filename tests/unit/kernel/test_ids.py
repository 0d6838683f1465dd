from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.ids import IdFactory, id_at, lowest_id_at, parse_id, time_of

NOW = datetime(2026, 11, 21, 9, 30, 0, 250_000, UTC)


def test_ids_increase_also_within_one_millisecond_and_when_the_clock_goes_back() -> None:
    new_id = IdFactory()
    made = [new_id(NOW) for _ in range(500)] + [new_id(NOW - timedelta(hours=1)) for _ in range(500)]
    assert made == sorted(set(made))


def test_an_id_fits_in_63_bits_and_knows_its_millisecond() -> None:
    id_ = IdFactory()(NOW)
    assert 0 < id_ < 1 << 63
    assert time_of(id_) == NOW
    assert IdFactory()(datetime(2150, 1, 1, tzinfo=UTC)) < 1 << 63


def test_ids_can_be_compared_with_a_moment() -> None:
    id_ = IdFactory()(NOW)
    assert lowest_id_at(NOW) <= id_ < lowest_id_at(NOW + timedelta(milliseconds=1))
    assert lowest_id_at(datetime(1999, 1, 1, tzinfo=UTC)) == 0


def test_what_is_stored_late_gets_an_id_of_its_own_time() -> None:
    assert lowest_id_at(NOW) <= id_at(NOW) < lowest_id_at(NOW + timedelta(milliseconds=1))
    assert id_at(NOW) != id_at(NOW)
    assert 0 < id_at(datetime(1990, 1, 1, tzinfo=UTC)) < lowest_id_at(NOW)


def test_what_is_older_than_the_ids_keeps_its_order() -> None:
    # Its ids lie in the first two days of 2020, when nobody had any of ours.
    years = [id_at(datetime(year, 1, 1, tzinfo=UTC)) for year in range(1990, 2027) if year != 2020]
    assert years == sorted(set(years))
    assert id_at(datetime(1985, 1, 1, tzinfo=UTC)) < years[1]
    eve = datetime(2019, 12, 31, 23, 59, 59, tzinfo=UTC)
    later = id_at(eve + timedelta(milliseconds=1))
    assert id_at(eve) < later < lowest_id_at(datetime(2020, 1, 3, tzinfo=UTC))


def test_threads_never_get_the_same_id() -> None:
    new_id = IdFactory()
    made: list[int] = []
    threads = [
        threading.Thread(target=lambda: made.extend(new_id(NOW) for _ in range(500))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 2000


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1.0", " 1", "1 ", "٣", "²", "0x1", "1_000", "9" * 19, "1" * 30, "abc"]
)
def test_what_cannot_be_an_id_is_none(text: str) -> None:
    assert parse_id(text) is None


@given(st.integers(0, (1 << 63) - 1))
def test_an_id_is_read_back(value: int) -> None:
    assert parse_id(str(value)) == value


@given(st.text(max_size=25))
def test_any_text_is_an_id_or_none(text: str) -> None:
    found = parse_id(text)
    assert found is None or 0 <= found < 1 << 63
