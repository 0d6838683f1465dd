from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.assist.plain import MAX_OUTPUT, plain
from fediverse_node.kernel.text import find_hashtags, find_mentions, hashtag_key


def test_ordinary_text_passes_unchanged() -> None:
    text = "Two lines.\n\nWith “quotes”, 1 < 2, a list:\n- one\n- *two*\nand 👨‍👩‍👧 سلام."
    assert plain(text, given="") == (text, ())


def test_mentions_of_strangers_are_made_plain_and_listed() -> None:
    text, notices = plain("Ask @bob@evil.example and @mallory, and @carol@friends.example!", given="")
    assert text == "Ask bob at evil.example and mallory, and carol at friends.example!"
    assert [notice.split(" ")[0] for notice in notices] == [
        "@bob@evil.example",
        "@mallory",
        "@carol@friends.example",
    ]


def test_mentions_that_the_person_wrote_stay() -> None:
    text = "Thank you @Carol@friends.example #Books"
    assert plain(text, given="tell @carol@friends.example thanks, #books") == (text, ())


def test_hashtags_of_the_model_are_made_plain_and_listed() -> None:
    text, notices = plain("Good day #Spam #kept \uff03wide", given="#Kept")
    assert text == "Good day Spam #kept wide"
    assert len(notices) == 2


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("<p>Hello <b>you</b></p><script>alert(1)</script>", "Hello you"),
        ('<img src="https://evil.example/?q=secret">Text', "Text"),
        ("![see](https://evil.example/?q=secret)", "[see](https://evil.example/?q=secret)"),
        ("a\u200bb\u202ec\u2066d\x00e\ufefff", "abcdef"),
        ("hi\U000e0069\U000e0067\U000e006e there", "hi there"),
        ("lone \ud800 surrogate", "lone  surrogate"),
    ],
)
def test_markup_images_and_hidden_characters_do_not_survive(output: str, expected: str) -> None:
    assert plain(output, given="")[0] == expected


def test_what_is_too_long_is_cut_between_characters() -> None:
    text, notices = plain("ü" * MAX_OUTPUT, given="")
    assert len(text.encode()) == MAX_OUTPUT
    assert "cut" in notices[0]
    assert plain("ü" * (MAX_OUTPUT // 2), given="")[1] == ()


@pytest.mark.parametrize("output", ["", "  \n ", "\u200b\u200b", "<script>x</script>"])
def test_nothing_stays_nothing(output: str) -> None:
    assert plain(output, given="")[0] == ""


PIECES = st.sampled_from(
    [
        "@",
        "#",
        "\uff03",
        "a",
        "bob",
        "@x.example",
        "@@",
        "<b>",
        "</",
        " ",
        "\n",
        "&amp;",
        "&#64;",
        "é",
        "\u200d",
        ".",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join), st.lists(PIECES, max_size=10).map("".join))
def test_no_answer_names_anybody_its_person_did_not(output: str, written: str) -> None:
    text, _ = plain(output, given=written)
    assert set(find_mentions(text)) <= set(find_mentions(written))
    assert {hashtag_key(tag) for tag in find_hashtags(text)} <= {
        hashtag_key(tag) for tag in find_hashtags(written)
    }
