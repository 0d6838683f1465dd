from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.web import forms
from fediverse_node.web.forms import Fields, nest


def test_brackets_become_lists_and_objects() -> None:
    pairs = [
        ("status", "hi"),
        ("id[]", "1"),
        ("id[]", "2"),
        ("poll[options][]", "a"),
        ("poll[options][]", "b"),
        ("fields_attributes[0][name]", "n"),
        ("status", "ho"),
    ]
    assert nest(pairs) == {
        "status": "ho",
        "id": ["1", "2"],
        "poll": {"options": ["a", "b"]},
        "fields_attributes": {"0": {"name": "n"}},
    }


@pytest.mark.parametrize(
    "pairs",
    [
        [("a", "1"), ("a[]", "2")],
        [("a[]", "1"), ("a", "2")],
        [("a[b]", "1"), ("a[]", "2")],
        [("a[b]", "1"), ("a", "2")],
        [("a[", "1")],
        [("[a]", "1")],
        [("", "1")],
        [("a[b][c][d][e][f]", "1")],
        [("a" * 101, "1")],
        [(f"a{number}", "1") for number in range(501)],
    ],
)
def test_names_that_cannot_be_meant_are_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(NotValid):
        nest(pairs)


@given(st.lists(st.tuples(st.text("ab[]0", max_size=12), st.text(max_size=3)), max_size=20))
def test_nesting_gives_an_answer_or_a_refusal(pairs: list[tuple[str, str]]) -> None:
    try:
        nest(pairs)
    except NotValid:
        return


@pytest.mark.parametrize("written", [True, "true", "1", "on", "t", "YES", " true ", 1])
def test_many_ways_to_say_true(written: forms.Value) -> None:
    assert Fields({"flag": written}).flag("flag") is True


@pytest.mark.parametrize("written", [False, "false", "0", "off", "f", "no", "", 0])
def test_many_ways_to_say_false(written: forms.Value) -> None:
    assert Fields({"flag": written}).flag("flag") is False


@pytest.mark.parametrize("written", ["maybe", "2", [], {}, 1.5])
def test_other_ways_say_nothing(written: forms.Value) -> None:
    with pytest.raises(NotValid):
        Fields({"flag": written}).flag("flag")
    assert Fields({}).flag("flag") is None


def test_lists_are_read_however_they_are_written() -> None:
    for written in (["1", "2"], {"0": "1", "1": "2"}, [1, 2]):
        assert Fields({"id": written}).texts("id") == ["1", "2"]  # type: ignore[dict-item]  # lists are invariant
    assert Fields({"id": "1"}).texts("id") == ["1"]
    assert Fields({"id": ["", None]}).texts("id") == []
    assert Fields({}).texts("id") == []
    with pytest.raises(NotValid):
        Fields({"id": [["1"]]}).texts("id")


def test_numbers_are_brought_into_their_bounds() -> None:
    right: dict[forms.Value, int] = {"5": 5, 5: 5, "0": 1, "999999999": 40, "": 20, None: 20}
    for written, read in right.items():
        assert Fields({"limit": written}).number("limit", default=20, most=40) == read
    wrong: list[forms.Value] = ["x", "-1", "1.5", "1e3", "9999999999", "٣", [1]]
    for written in wrong:
        with pytest.raises(NotValid):
            Fields({"limit": written}).number("limit", default=20, most=40)


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "a\udfffb"])
def test_what_cannot_be_stored_is_refused(text: str) -> None:
    with pytest.raises(NotValid):
        Fields({"status": text}).text("status")


def test_nothing_sent_is_told_from_something_sent() -> None:
    nothing: list[forms.Value] = [None, "", [], {}]
    assert not any(Fields({"poll": value}).has("poll") for value in nothing)
    something: list[forms.Value] = ["0", False, 0, ["a"], {"a": ""}]
    assert all(Fields({"poll": value}).has("poll") for value in something)


MULTIPART = 'multipart/form-data; boundary="b b"'


def parts(body: bytes) -> list[tuple[str, str]]:
    return forms._multipart_pairs(MULTIPART, body)


def test_multipart_keeps_newlines_and_boundaries_inside_of_text() -> None:
    text = "one\r\ntwo --b b\r\n\r\n--three"
    head = '--b b\r\nContent-Disposition: form-data; name="status"\r\n\r\n'
    other = "\r\n--b b\r\ncontent-disposition: form-data; name=id[]\r\nContent-Type: text/plain\r\n\r\n7"
    body = f"{head}{text}{other}\r\n--b b--\r\n".encode()
    assert parts(body) == [("status", text), ("id[]", "7")]


@given(st.binary(max_size=300))
def test_any_multipart_body_gives_an_answer_or_a_refusal(body: bytes) -> None:
    for whole in (body, b"--b b\r\n" + body + b"\r\n--b b--"):
        try:
            parts(whole)
        except NotValid:
            continue


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50), st.text("abc", min_size=1, max_size=5))
def test_what_is_put_into_multipart_comes_out(text: str, name: str) -> None:
    body = f'--b b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n--b b--'.encode()
    assert parts(body) == [(name, text)]


def test_rows_of_two_are_read_however_they_were_written() -> None:
    rows = (("a", "1"), ("b", ""))
    written = nest([("f[0][name]", "a"), ("f[0][value]", "1"), ("f[1][name]", "b")])
    assert Fields(written).pairs("f", "name", "value") == rows
    listed: list[forms.Value] = [{"name": "a", "value": 1}, {"name": "b"}]
    assert Fields({"f": listed}).pairs("f", "name", "value") == rows
    assert Fields({}).pairs("f", "name", "value") is None
    wrong: tuple[forms.Value, ...] = ("x", 1, ["x"], {"0": "x"}, [{"name": {}}])
    for value in wrong:
        with pytest.raises(NotValid):
            Fields({"f": value}).pairs("f", "name", "value")


def test_rows_without_numbers_begin_where_a_name_comes_again() -> None:
    pairs = [("a[][x]", "1"), ("a[][y]", "2"), ("a[][x]", "3"), ("a[][z][w]", "4")]
    assert nest(pairs) == {"a": [{"x": "1", "y": "2"}, {"x": "3", "z": {"w": "4"}}]}
    for other in ([("a", "1")], [("a[b]", "1")], [("a[]", "1"), ("a[x]", "1")]):
        with pytest.raises(NotValid):
            nest([*other, ("a[][x]", "1"), ("a", "2")])
