from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.consent.licences import LICENCES, address_of, licence_named
from fediverse_node.kernel.errors import NotValid


@pytest.mark.parametrize("name", LICENCES)
def test_each_is_found_by_its_name_and_by_its_address(name: str) -> None:
    assert licence_named(name.lower()) == name
    assert licence_named(LICENCES[name]) == name
    assert address_of(name) == LICENCES[name]


@pytest.mark.parametrize(
    "text",
    [
        " http://creativecommons.org/licenses/by/4.0 ",
        "https://www.creativecommons.org/licenses/by/4.0/deed.ar",
        "https://creativecommons.org/licenses/by/4.0/legalcode",
        "https://creativecommons.org/licenses/by/4.0/legalcode.en#s3a",
    ],
)
def test_the_ways_in_which_people_write_an_address(text: str) -> None:
    assert licence_named(text) == "CC-BY-4.0"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CC-BY-3.0",
        "https://evil.example/licenses/by/4.0/",
        "https://creativecommons.org/licenses/by/4.0x",
    ],
)
def test_others_are_refused_by_name(text: str) -> None:
    with pytest.raises(NotValid, match=r"CC-BY-4\.0"):
        licence_named(text)


@given(st.text(max_size=60))
def test_any_text_is_one_of_them_or_refused(text: str) -> None:
    with suppress(NotValid):
        assert licence_named(text) in LICENCES


def test_no_licence_has_no_address() -> None:
    assert address_of(None) is None
    assert address_of("CC-BY-9.0") is None
