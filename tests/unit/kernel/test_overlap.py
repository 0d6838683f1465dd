from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.overlap import RUN, shared


@pytest.mark.parametrize(
    ("text", "sources", "share"),
    [
        ("The swifts left this morning.", ["The swifts left this morning."], 1.0),
        ("The swifts left this morning.", ["Something else altogether, of other things."], 0.0),
        ("The swifts left this morning.", [], 0.0),
        ("", ["The swifts left this morning."], 0.0),
        # Case, white space and composition are nobody's words.
        ("THE  swifts\nleft this Morning.", ["the swifts left this morning."], 1.0),
        ("Cafe\u0301 am See, früh um sieben", ["Café am See, früh um sieben"], 1.0),
        # In a script without spaces, and from right to left.
        ("人工知能が書いた文章をそのまま載せます", ["人工知能が書いた文章をそのまま載せます"], 1.0),
        ("رحلت طيور السمامة هذا الصباح", ["رحلت طيور السمامة هذا الصباح"], 1.0),
        # A short suggestion counts as a whole.
        ("ok", ["ok"], 1.0),
        ("ok, and more", ["nope"], 0.0),
    ],
)
def test_the_share_of_a_text_that_stands_in_others(text: str, sources: list[str], share: float) -> None:
    assert shared(text, sources) == share


def test_a_persons_own_half_is_not_the_models() -> None:
    suggested, own = "a" * 5 + "bcdefghijklmno", "0123456789" * 2
    half = shared(f"{suggested}{own}", [suggested])
    assert half == len(suggested) / (len(suggested) + len(own))


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_a_share_is_a_share_and_more_sources_never_lower_it(text: str, sources: list[str]) -> None:
    share = shared(text, sources)
    assert 0.0 <= share <= shared(text, [*sources, text]) <= 1.0


@given(st.text(alphabet="ab c", min_size=RUN, max_size=400))
def test_what_was_taken_as_it_is_came_from_there(text: str) -> None:
    assert shared(text, [text]) == (1.0 if text.strip() else 0.0)
