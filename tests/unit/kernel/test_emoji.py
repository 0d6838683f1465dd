from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.emoji import CODES, custom_code, is_own_code, one_emoji


@pytest.mark.parametrize(
    "text",
    [
        "👍",
        "👍🏽",
        "👨‍👩‍👧‍👦",
        "🏳️‍🌈",
        "🇧🇪",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "1️⃣",
        "#️⃣",
        "❤️",
        "☕️",
        "🫨",
        " 🎉 ",
    ],
)
def test_one_grapheme_is_one_emoji(text: str) -> None:
    assert one_emoji(text) == text.strip()


def test_a_heart_counts_as_one_however_it_is_written() -> None:
    assert {one_emoji(text) for text in ("❤", "❤\ufe0f", "❤\ufe0e")} == {"❤\ufe0f"}


@pytest.mark.parametrize(
    "text", ["", " ", "a", "1", "👍👍", "👍a", ":blob:", "🇧", "\u200d", "\ufe0f", "<b>", "👍\u200d"]
)
def test_anything_else_is_none(text: str) -> None:
    assert one_emoji(text) is None


@given(st.text(max_size=40))
def test_what_is_one_emoji_stays_one(text: str) -> None:
    found = one_emoji(text)
    if found is not None:
        assert one_emoji(found) == found
        assert not set(found) & set("<>&\"' \n")


def test_codes() -> None:
    assert (custom_code(":blob_cat:"), custom_code(":a@b:"), custom_code("::"), custom_code("x")) == (
        "blob_cat", None, None, None,
    )  # fmt: skip
    assert (is_own_code("blob"), is_own_code("b"), is_own_code("a-b"), is_own_code("é" * 3)) == (
        True, False, False, False,
    )  # fmt: skip
    assert CODES.findall("a :one: :two:, 10:30:15 x:no: :no:x ::") == ["one", "two"]
