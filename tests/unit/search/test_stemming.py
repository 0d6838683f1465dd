"""The light stem of Arabic words."""

# ruff: noqa: RUF001 single letters of Arabic look like letters of other scripts

from __future__ import annotations

import pytest

from fediverse_node.search.analysis import fold
from fediverse_node.search.stemming import stem


@pytest.mark.parametrize(
    "word", ["مدونة", "المدونة", "المدونات", "والمدونات", "بالمدونة", "للمدونات", "ومدونات", "مدونتها"]
)
def test_what_is_joined_to_a_word_comes_off(word: str) -> None:
    assert stem(fold(word)).startswith("مدون")


@pytest.mark.parametrize(("word", "left"), [("ولد", "ولد"), ("الى", "الي"), ("ان", "ان"), ("ماء", "ما")])
def test_short_words_keep_their_letters(word: str, left: str) -> None:
    assert stem(fold(word)) == left


@pytest.mark.parametrize("word", ["alphabet", "שלום", "東京", "слово", "ال1"])
def test_other_scripts_are_left_alone(word: str) -> None:
    assert stem(word) == word
