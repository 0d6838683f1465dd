from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.uploads.model import MAX_DESCRIPTION, checked_description, checked_focus, path_of


def test_a_description_is_plain_text_of_a_bounded_length() -> None:
    assert checked_description(" A heron\r\nin the reeds ") == "A heron\nin the reeds"
    assert checked_description("x" * MAX_DESCRIPTION) == "x" * MAX_DESCRIPTION
    assert checked_description("  ") is None
    assert checked_description(None) is None
    with pytest.raises(NotValid, match="1500"):
        checked_description("x" * (MAX_DESCRIPTION + 1))


@pytest.mark.parametrize("text", ["1", "1,2,3", "a,b", "1.1,0", "0,-1.1", "nan,0", "inf,0", ","])
def test_what_is_no_point_of_a_picture_is_refused(text: str) -> None:
    with pytest.raises(NotValid, match="focus"):
        checked_focus(text)


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_every_point_of_a_picture_is_taken(x: float, y: float) -> None:
    found = checked_focus(f"{x},{y}")
    assert found is not None
    assert abs(found[0] - x) < 0.001
    assert abs(found[1] - y) < 0.001
    assert "-0.0" not in {str(number) for number in found}


def test_a_picture_is_found_by_its_name_and_kind() -> None:
    assert path_of("0" * 32, "image/jpeg") == f"/media/files/{'0' * 32}.jpg"
    assert checked_focus("") is None
