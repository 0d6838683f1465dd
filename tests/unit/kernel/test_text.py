from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.text import (
    MAX_NAME,
    Handle,
    clean_line,
    clean_name,
    clean_text,
    find_hashtags,
    find_mentions,
    hashtag_at,
    hashtag_key,
    mention_at,
    parse_handle,
    plain_length,
    url_at,
)


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("hello @bob", ["@bob"]),
        ("@bob@a.example.", ["@bob@a.example"]),
        ("(@Bob_1@A.Example) and @bob_1@a.example", ["@bob_1@a.example"]),
        ("@bob@münchen.example, hi", ["@bob@xn--mnchen-3ya.example"]),
        ("@a.b-c@sub.a.example:8443!", ["@a.b-c@sub.a.example:8443"]),
        ("@bob@127.0.0.1:8001 @eve@localhost:80", ["@bob@127.0.0.1:8001", "@eve@localhost:80"]),
        ("مرحبا @bob@a.example، كيف", ["@bob@a.example"]),
        ("a\n@bob\n@eve", ["@bob", "@eve"]),
        ("mail bob@a.example", []),
        ("https://a.example/@bob", []),
        ("x=@bob /@bob &@bob", []),
        ("@@bob", []),
        ("@bob@", []),
        ("@bob@a.example@b.example", []),
        ("@ bob", []),
        ("@bo\u200bb", ["@bo"]),
        ("@" + "x" * 65, []),
        ("@bob@-ü.example", []),
        ("", []),
    ],
)
def test_people_are_found_where_they_are_named(text: str, handles: list[str]) -> None:
    assert [str(handle) for handle in find_mentions(text)] == handles


@pytest.mark.parametrize("text", ["@bob@a.example", "bob@a.example", "acct:bob@a.example", " BOB@A.EXAMPLE "])
def test_a_handle_is_read_in_every_form(text: str) -> None:
    assert parse_handle(text) == Handle("bob", "a.example")


@pytest.mark.parametrize(
    "text", ["", "bob@", "@", "bob@a@b", "a b", "bob@a.example/x", "https://a.example", "bob@-ü.x"]
)
def test_what_is_no_handle_is_none(text: str) -> None:
    assert parse_handle(text) is None
    assert parse_handle("bob") == Handle("bob", None)


def test_a_handle_is_found_at_its_place_only() -> None:
    assert mention_at("hi @bob", 3) == (7, Handle("bob", None))
    assert mention_at("hi @bob", 0) is None
    assert mention_at("@bob@-ü.example", 0) is None


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#one two #Two", ["one", "Two"]),
        ("#Tag #tag #TAG", ["Tag"]),
        ("#مرحبا #שלום #日本語 #हिन्दी #Ünïcode", ["مرحبا", "שלום", "日本語", "हिन्दी", "Ünïcode"]),
        ("#می\u200cروم", ["می\u200cروم"]),
        ("\uff03全角", ["全角"]),
        ("#snake_case, #kebab-case; #l·l", ["snake_case", "kebab", "l·l"]),
        ("#1 #2026 #_ #1st", ["1st"]),
        ("(#a)[#b]", ["a", "b"]),
        ("##a a#b /#c =#d &#e;", []),
        ("https://a.example/#frag https://a.example/x#frag", []),
        ("#", []),
        ("#\u200c", []),
        ("#" + "x" * 100, ["x" * 100]),
        ("#" + "x" * 101, []),
        ("#a😀b", ["a"]),
    ],
)
def test_topics_are_found_in_every_script(text: str, tags: list[str]) -> None:
    assert find_hashtags(text) == tags


def test_spellings_of_a_topic_have_one_key() -> None:
    assert hashtag_key("#\uff34\uff41\uff47") == hashtag_key("TAG") == "tag"
    assert hashtag_key("e\u0301") == hashtag_key("É")
    assert hashtag_at("x #tag", 2) == (6, "tag")
    assert hashtag_at("x #tag", 0) is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://a.example/x. And", "https://a.example/x"),
        ("https://a.example/x_(y)?", "https://a.example/x_(y)"),
        ("https://a.example/x) y", "https://a.example/x"),
        ("https://a.example/x)).", "https://a.example/x"),
        ("https://a.example/[x]", "https://a.example/[x]"),
        ("https://مثال.example/مرحبا،", "https://مثال.example/مرحبا"),
        ("HTTPS://a.example", "HTTPS://a.example"),
        ("https://...", None),
        ("https://", None),
        ("ftp://a.example", None),
    ],
)
def test_an_address_ends_before_the_punctuation_of_its_sentence(text: str, url: str | None) -> None:
    assert url_at(text, 0, len(text)) == url


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Alice", "Alice"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u2066b\u2069c\ufeffd\u200be", "abcde"),
        ("a\x00b\x07c\x9bd", "abcd"),
        ("  a \n\t b  ", "a b"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("می\u200cروم", "می\u200cروم"),
        ("e\u0301", "é"),
    ],
)
def test_a_name_cannot_turn_or_hide_text(text: str, clean: str) -> None:
    assert clean_name(text) == clean


def test_a_name_has_a_limit_and_text_keeps_its_lines() -> None:
    assert len(clean_name("x" * 9999)) == MAX_NAME
    assert clean_text("a\r\nb\n\tc\rd") == "a\nb\n\tcd"
    assert clean_line("a\u2028b\nc") == "ab c"


@given(st.text(max_size=50))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_name(clean_name(text)) == clean_name(text)


def test_addresses_and_hosts_of_mentions_count_little() -> None:
    assert plain_length("hello") == 5
    assert plain_length("see https://a.example/" + "x" * 200) == 4 + 23
    assert plain_length("@bob@long.name.example hi") == len("@bob hi")
    assert plain_length("@bob hi") == 7
    assert plain_length("e\u0301") == 1


@pytest.mark.parametrize(
    "piece",
    [
        "@a",
        "@a@",
        "@a@a.",
        "@",
        "#",
        "#a",
        "# #",
        "https://",
        "https://a(",
        "((",
        "@a@b.c ",
        "\u0301#",
        "@a.",
        "#\u200d",
        "http://a)",
    ],
)
def test_hostile_text_is_bounded_work(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    assert len(find_mentions(text)) <= 1
    assert len(find_hashtags(text)) <= 1
    assert plain_length(text) <= 100_000
    assert clean_line(text)


@given(st.text("@#a.b_-:1/ \u0301\u200cé", max_size=40))
def test_any_text_can_be_searched(text: str) -> None:
    assert all(parse_handle(str(handle)) == handle for handle in find_mentions(text))
    assert len({hashtag_key(tag) for tag in find_hashtags(text)}) == len(find_hashtags(text))
