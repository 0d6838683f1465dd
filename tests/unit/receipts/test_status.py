from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.receipts import status
from fediverse_node.verify.status import places_in
from tests.fixtures.rooms import ADDRESSES


@given(st.sets(st.integers(0, status.LIST_SIZE - 1), max_size=20))
def test_the_bits_are_those_that_were_set(places: set[int]) -> None:
    made = status.credential(0, places, valid_from="2026-01-01T00:00:00Z", addresses=ADDRESSES)
    assert places_in(made) == places


def test_a_place_in_the_log_has_one_bit() -> None:
    found = status.status_of(status.LIST_SIZE + 3, ADDRESSES)
    assert found["statusListIndex"] == "3"
    assert found["statusListCredential"] == "https://here.example/consent/status/1"
