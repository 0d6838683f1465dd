from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.web.pages import zones

MINUTES = st.datetimes(datetime(2000, 1, 2), datetime(2090, 1, 1)).map(  # noqa: DTZ001 the zone comes below
    lambda moment: moment.replace(second=0, microsecond=0, tzinfo=UTC)
)


@given(MINUTES, st.sampled_from(zones.ZONES))
def test_what_is_typed_is_the_moment_on_that_clock(moment: datetime, zone: str) -> None:
    there = zones.moment_of(zones.as_typed(moment), zone)
    sign, hours, minutes = zone[0], int(zone[1:3]), int(zone[4:])
    ahead = (hours * 60 + minutes) * (-1 if sign == "-" else 1)
    assert (moment - there).total_seconds() == ahead * 60


@pytest.mark.parametrize("typed", ["", "2027-01-31", "2027-01-31 18:30", "2027-01-31T18:30+02:00", "x"])
def test_what_no_such_field_sends_is_refused(typed: str) -> None:
    with pytest.raises(NotValid):
        zones.moment_of(typed, "+00:00")


def test_a_zone_that_cannot_be_chosen_is_utc() -> None:
    assert zones.checked_zone("+99:99") == zones.HERE
    assert zones.checked_zone("+05:30") == "+05:30"


@given(st.text(max_size=30))
def test_any_text_is_a_moment_or_is_refused(text: str) -> None:
    try:
        zones.moment_of(text, text)
    except NotValid:
        return
