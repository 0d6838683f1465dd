from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.filters.matching import matches
from fediverse_node.filters.model import Keyword


def word(keyword: str, *, whole: bool = True) -> Keyword:
    return Keyword(id=1, filter_id=1, keyword=keyword, whole_word=whole)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("cat", "A Cat."),
        ("cat", "cat"),
        ("cat food", "some CAT FOOD, please"),
        ("#cats", "I like #cats!"),
        ("100%", "I am 100% sure"),
        ("قطة", "هذه قطة هنا"),
        ("straße", "Die Straße"),
        ("c++", "in c++ again"),
        ("a.b", "see a.b"),
    ],
)
def test_a_word_is_found_as_a_word(keyword: str, text: str) -> None:
    assert matches([word(keyword)], text) == [keyword]


@pytest.mark.parametrize(
    ("keyword", "text"), [("cat", "category"), ("cat", "bobcat"), ("a.b", "acb"), ("cat", "cat_food")]
)
def test_a_part_of_a_longer_word_is_found_only_where_that_is_wanted(keyword: str, text: str) -> None:
    assert matches([word(keyword)], text) == []
    expected = [keyword] if keyword in text else []
    assert matches([word(keyword, whole=False)], text) == expected


def test_each_word_is_named_once_in_its_owners_order() -> None:
    words = [word("dog"), word("cat"), word("dog", whole=False), word("bee")]
    assert matches(words, "cat dog cat") == ["dog", "cat"]
    assert matches([], "cat") == matches(words, "") == []


@given(st.text(min_size=1, max_size=20), st.text(max_size=60))
def test_a_part_is_found_wherever_it_stands_whatever_it_is(keyword: str, text: str) -> None:
    assert matches([word(keyword, whole=False)], f"{text}{keyword}{text}") == [keyword]
