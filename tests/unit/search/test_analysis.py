"""Words from text, in the scripts that people write."""

# ruff: noqa: RUF001 letters that look alike are what this is about

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fediverse_node.search import analysis


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("Größe", "grosse"),
        ("Ægir's naïve café", "aegir's naive cafe"),
        ("İstanbul ılık", "istanbul ilik"),
        ("Ёлка", "елка"),
        ("ΣΊΣΥΦΟΣ", "σισυφος"),
        ("ﬁne ｗｉｄｅ", "fine wide"),
        ("أَحْمَد", "احمد"),
        ("مدوّنـــة", "مدونة"),
        ("والمدونات", "مدونة"),
        ("مکتب می‌خواهم", "مكتب ميخواهم"),
        ("٢٠٢٤ و ۲۰۲۴", "2024 و 2024"),
        ("שָׁלוֹם", "שלום"),
        ("ｶﾀｶﾅ", "カタカナ"),
        ("snake_case", "snake case"),
    ],
)
def test_what_people_do_not_tell_apart_is_one(one: str, other: str) -> None:
    assert analysis.tokens(one) == analysis.tokens(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [("كتاب", "مكتبة"), ("かき", "がき"), ("cat", "cot"), ("हिन्दी", "हिन्दू"), ("서울", "서을")],
)
def test_what_people_tell_apart_stays_apart(one: str, other: str) -> None:
    assert analysis.tokens(one) != analysis.tokens(other)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Don't, she-bear!", ["don", "t", "she", "bear"]),
        ("東京都", ["東京", "京都", "都"]),
        ("abc東京def", ["abc", "東京", "京", "def"]),
        ("서울에서", ["서울", "울에", "에서", "서"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("ไทย", ["ไท", "ทย", "ย"]),
        ("…🎉—", []),
    ],
)
def test_where_words_begin_and_end(text: str, tokens: list[str]) -> None:
    assert analysis.tokens(text) == tokens


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("cats", (("cats",), False)),
        ("東", (("東",), True)),
        ("東京", (("東京",), False)),
        ("東京都", (("東京", "京都"), False)),
        ("東京 tower", (("東京", "京", "tower"), False)),
        ("tower 東", (("tower", "東"), True)),
        ("--", ((), False)),
    ],
)
def test_a_run_may_go_on_in_what_is_found(text: str, asked: tuple[tuple[str, ...], bool]) -> None:
    assert analysis.asked(text) == asked


@given(st.text())
@example("ΐ")
@example("\u1e9e\u0345")
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    folded = analysis.fold(text)
    assert analysis.fold(folded) == folded


@given(st.text())
def test_no_token_holds_what_an_engine_would_take_for_something_else(text: str) -> None:
    for token in analysis.tokens(text):
        assert 0 < len(token) <= 2 * analysis.LONGEST
        assert not set(token) & set(" .'\"*:-\\&|!()<>\0")
        assert token.isprintable() or not token.isascii()


@given(st.text(min_size=1, max_size=8), st.text(max_size=8))
def test_whoever_asks_for_a_whole_text_finds_it(text: str, before: str) -> None:
    asked, begins = analysis.asked(text)
    found = analysis.tokens(f"{before}\n{text}")
    places = range(len(found) - len(asked) + 1)
    assert any(
        tuple(found[place : place + len(asked)]) == asked
        or (begins and (*found[place : place + len(asked) - 1],) == asked[:-1])
        for place in places
    )
