from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.activitystreams import read_parts, values
from fediverse_node.kernel.errors import NotValid


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, []),
        ("a", ["a"]),
        (["a", "b"], ["a", "b"]),
        ({"@list": [1, 2]}, [1, 2]),
        ({"@set": 1}, [1]),
        ({"@list": [1], "x": 2}, [{"@list": [1], "x": 2}]),
        (0, [0]),
    ],
)
def test_one_and_many_are_read_alike(given: Any, expected: Any) -> None:
    assert values.items(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [("a", "a"), ({"@value": "a"}, "a"), ([5, {"@value": 5}, "a"], "a"), (5, None), (None, None), ({}, None)],
)
def test_a_text_is_found_or_there_is_none(given: Any, expected: Any) -> None:
    assert values.text(given) == expected


def test_blank_text_is_no_text() -> None:
    assert values.filled(" \n", 5) is None
    assert values.filled("abcdef", 5) == "abcde"


@pytest.mark.parametrize(
    ("given", "expected"),
    [("u", "u"), ({"id": "u"}, "u"), ({"@id": "u"}, "u"), ({"href": "u"}, "u"),
     ("", None), ("u" * 2049, None), (5, None)],
)  # fmt: skip
def test_a_link_is_found_in_every_form(given: Any, expected: Any) -> None:
    assert values.link(given) == expected


def test_links_come_once_each_and_have_a_limit() -> None:
    assert values.links(["a", "b", "a", {"id": "c"}], 2) == ("a", "b")
    assert values.links(["a", "a"], 2) == ("a",)


@pytest.mark.parametrize(
    "given",
    [
        "javascript:alert(1)",
        "//a.example",
        "/a",
        "ftp://a.example",
        "https://a.example\r\nX: y",
        5,
        None,
        {},
        [],
    ],
)
def test_only_http_addresses_are_web_addresses(given: Any) -> None:
    assert values.web_address(given) is None
    assert values.web_address([given, {"url": {"href": "https://a.example/"}}]) == "https://a.example/"


def test_numbers_and_flags_of_the_wrong_type_are_nothing() -> None:
    assert [values.count(each) for each in (3, 0, -1, True, "3", 1.0)] == [3, 0, None, None, None, None]
    assert [values.flag(each) for each in (True, "TRUE", "no", 1, None)] == [True, True, None, None, None]
    assert [values.number(each) for each in (1, 0.5, True, "1")] == [1.0, 0.5, None, None]
    assert values.moment("2026-11-21") is not None
    assert values.moment("x" * 100) is None
    assert values.moment("yesterday") is None


def test_an_optional_id_is_a_string_or_absent() -> None:
    assert read_parts.optional_id({}) is None
    assert read_parts.optional_id({"@id": "x"}) == "x"
    with pytest.raises(NotValid):
        read_parts.optional_id({"id": ["x"]})


def test_a_picture_is_found_in_every_form() -> None:
    link = {"type": "Link", "href": "https://a.example/p", "mediaType": "image/png"}
    assert read_parts.picture({"type": "Image", "url": link}) == ("https://a.example/p", "image/png")
    assert read_parts.picture([None, "https://a.example/p"]) == ("https://a.example/p", None)
    assert read_parts.picture({"type": "Image"}) == (None, None)
