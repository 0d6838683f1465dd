"""What somebody typed, understood."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.search import asking
from fediverse_node.search.asking import understand
from fediverse_node.search.model import Term, day_marks


def word(*tokens: str) -> tuple[Term, ...]:
    return (Term(tokens=tokens),)


def test_words_phrases_and_what_must_not_be_there() -> None:
    found = understand('Cats „and dogs“ -mice -"big rats" she-bear -')
    assert found.every == (word("cats"), word("and", "dogs"), word("she", "bear"))
    assert found.none == (*word("mice"), *word("big", "rats"))


def test_a_name_that_is_no_operator_is_a_word_like_others() -> None:
    assert understand("re:cats").every == (word("re", "cats"),)
    assert understand("https://x.example/a").every == (word("https", "x", "example", "a"),)


@pytest.mark.parametrize(
    "text", ["has:wings", "is:late", "in:attic", "-in:library", "language:!", "during:soon", "before:2024-13"]
)
def test_an_operator_with_a_value_that_it_does_not_know_finds_nothing(text: str) -> None:
    assert not understand(f"cats {text}").possible


@pytest.mark.parametrize(
    "text",
    ["has:poll", "IS:Reply", "in:library", "lang:pt-BR", "during:2024", "before:2024-12", "has:“poll”"],
)
def test_its_twin_with_one_that_it_knows_does(text: str) -> None:
    assert understand(f"cats {text}").possible


def test_what_asks_for_nothing_is_empty() -> None:
    for text in ("", " ", '""', "-", "…", "in:public"):
        assert understand(text).empty, text
    for text in ("a", "from:me", "-has:poll", "has:wings"):
        assert not understand(text).empty, text


def test_languages_and_authors_are_alternatives() -> None:
    found = understand("from:me language:de language:en-GB -from:@a@b.example")
    assert found.every == ((Term(tokens=(".language.de",)), Term(tokens=(".language.en",))),)
    assert (found.authors, found.not_authors) == (("me",), ("@a@b.example",))


@given(st.dates(date(1999, 1, 1), date(2051, 1, 1)), st.integers(-3, 1200), st.dates())
def test_a_span_is_true_of_its_days_and_of_no_other(first: date, length: int, other: date) -> None:
    last = first + timedelta(days=length)
    marks = {token for term in asking.span(first, last) for token in term.tokens}
    for day in (first, last, other, first - timedelta(days=1), last + timedelta(days=1)):
        if asking.FIRST_DAY <= day <= asking.LAST_DAY:
            assert bool(marks & set(day_marks(day))) == (first <= day <= last), day


def test_dates_that_bound_each_other_become_one_span() -> None:
    found = understand("after:2024-02-28 before:2024-03 during:2024")
    assert found.every == ((Term(tokens=(".d.20240229",)),),)
    assert not understand("cats after:2024 before:2024").possible
    assert understand("-during:2024-02").none == (Term(tokens=(".m.202402",)),)


def test_a_span_of_all_days_is_short() -> None:
    assert len(asking.span(date(2000, 1, 2), date(2049, 12, 30))) <= 2 * (11 + 31) + 48
    assert asking.span(date.min, date.max) == asking.span(asking.FIRST_DAY, asking.LAST_DAY)


# DOS-17
@given(st.text(alphabet=st.sampled_from("ab \"-:.東fromhasin2024„“\\'*()&|!<>\0"), max_size=120))
def test_no_text_breaks_out_of_a_question(text: str) -> None:
    try:
        found = understand(text)
    except NotValid:
        return
    terms = [term for group in found.every for term in group] + list(found.none)
    for term in terms:
        assert term.tokens
        for token in term.tokens:
            assert not set(token) & set(" '\"*:-\\&|!()<>\0")
