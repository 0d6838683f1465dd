from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from fediverse_node.storage.base import Json, Moment

DIALECT = sqlite.dialect()
moments = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 hypothesis adds the zone
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(moments, zones)
def test_a_moment_comes_back_exactly_and_in_utc(moment: datetime, zone: timezone) -> None:
    column = Moment()

    stored = column.process_bind_param(moment.astimezone(zone), DIALECT)

    assert column.process_result_value(stored, DIALECT) == moment


@given(moments, moments)
def test_moments_are_ordered_as_they_are_stored(one: datetime, other: datetime) -> None:
    column = Moment()

    stored = column.process_bind_param(one, DIALECT), column.process_bind_param(other, DIALECT)

    assert stored[0] is not None
    assert stored[1] is not None
    assert (one < other) == (stored[0] < stored[1])


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Moment().process_bind_param(datetime(2026, 1, 1), DIALECT)  # noqa: DTZ001 what is refused


def test_null_stays_null() -> None:
    for column in (Moment(), Json()):
        assert column.process_bind_param(None, DIALECT) is None
        assert column.process_result_value(None, DIALECT) is None


def test_json_comes_back_as_it_went() -> None:
    value = {"a": [1, "zwei", None, {"ج": True}]}

    assert Json().process_result_value(Json().process_bind_param(value, DIALECT), DIALECT) == value
