from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.signatures import times

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
Refused = Callable[..., str]


def test_a_date_is_written_in_gmt_wherever_we_are() -> None:
    moment = datetime(2026, 11, 21, 1, 2, 3, tzinfo=timezone(timedelta(hours=5)))
    assert times.http_date(moment) == "Fri, 20 Nov 2026 20:02:03 GMT"
    assert times.read_http_date(times.http_date(moment)) == moment


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds it
def test_every_date_we_write_is_the_one_of_the_standard_library(moment: datetime) -> None:
    assert times.http_date(moment) == format_datetime(moment, usegmt=True)
    assert times.read_http_date(times.http_date(moment)) == moment.replace(microsecond=0)


def test_a_wrong_weekday_is_read_all_the_same() -> None:
    assert times.read_http_date("Thu, 05 Jan 2014 21:31:40 GMT") == datetime(
        2014, 1, 5, 21, 31, 40, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wrong date",
        "Sat, 21 Nov 2026 09:30:00 +0000",
        "Sat, 21 Nov 2026 09:30:00 GMT ",
        "sat, 21 Nov 2026 09:30:00 GMT",
        "Sat, 21 Nox 2026 09:30:00 GMT",
        "Sat, 31 Nov 2026 09:30:00 GMT",
        "Sat, 21 Nov 2026 24:30:00 GMT",
        "Sat, 21 Nov 2026 09:30:60 GMT",
        "Sat, 21 Nov 0000 09:30:00 GMT",
        "Sat, 2\N{ARABIC-INDIC DIGIT ONE} Nov 2026 09:30:00 GMT",
        "Saturday, 21-Nov-26 09:30:00 GMT",
        "2026-11-21T09:30:00Z",
    ],
)
def test_other_dates_are_refused(text: str, refused: Refused) -> None:
    assert times.read_http_date("Sat, 21 Nov 2026 09:30:00 GMT") == NOW
    assert refused(lambda: times.read_http_date(text)) == "time"


@pytest.mark.parametrize("offset", [-3600, -1, 0, 1, 3600])
def test_an_hour_either_way_is_near_enough(offset: int) -> None:
    seconds = int(NOW.timestamp()) + offset
    assert times.read_created(seconds, NOW) == NOW + timedelta(seconds=offset)


@pytest.mark.parametrize(
    "seconds", [0, -1, 10**15 - 1, int(NOW.timestamp()) - 3601, int(NOW.timestamp()) + 3601]
)
def test_more_than_an_hour_is_refused(seconds: int, refused: Refused) -> None:
    assert refused(lambda: times.read_created(seconds, NOW)) == "time"


def test_a_signature_lives_one_minute_longer_than_it_says(refused: Refused) -> None:
    seconds = int(NOW.timestamp())
    times.require_unexpired(seconds - 60, NOW)
    assert refused(lambda: times.require_unexpired(seconds - 61, NOW)) == "time"
