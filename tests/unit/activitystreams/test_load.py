from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fediverse_node.activitystreams.load import MAX_INBOX_BODY, load_json
from fediverse_node.kernel.errors import NotValid, TooLarge


def load(text: str | bytes, limit: int = MAX_INBOX_BODY) -> dict[str, object]:
    return load_json(text.encode("utf-8") if isinstance(text, str) else text, limit=limit)


def nested(levels: int, opening: str = "[", closing: str = "]") -> str:
    """An object that holds *levels* - 1 more levels."""
    return '{"a":' + opening * (levels - 1) + closing * (levels - 1) + "}"


@pytest.mark.parametrize(
    ("refused", "twin"),
    [
        ('{"a":1,"a":2}', '{"a":1,"b":2}'),
        ('{"x":[{"a":1,"\\u0061":2}]}', '{"x":[{"a":1,"\\u0062":2}]}'),
        ('{"a":NaN}', '{"a":0}'),
        ('{"a":Infinity}', '{"a":"Infinity"}'),
        ('{"a":-Infinity}', '{"a":-1}'),
        ('{"a":1e999}', '{"a":1e99}'),
        ('{"a":1234567890123456789}', '{"a":-123456789012345678}'),
        ('{"a":' + "9" * 5000 + "}", '{"a":9}'),
        ('{"a":"\\ud800"}', '{"a":"\\ud83d\\ude00"}'),
        ('{"\\udc00":1}', '{"\\u00fc":1}'),
        ('{"a":["\\u0000"]}', '{"a":["\\\\u0000"]}'),
        ('{"a":"\x00"}', '{"a":" "}'),
        (nested(33), nested(32)),
        (nested(1000), nested(30) + " " * 900),
        (nested(100_000), nested(2)),
        (nested(40, '{"b":', "}").replace("{}", "{}"), '{"a":{"b":{"b":1}}}'),
        ("[]", "{}"),
        ('"text"', '{"a":"text"}'),
        ("null", '{"a":null}'),
        ("", "{}"),
        ('{"a":1}}', '{"a":1} '),
        ("{'a':1}", '{"a":1}'),
        ('{"a":1,}', '{"a":1}'),
        ('{"a":01}', '{"a":10}'),
    ],
)
def test_a_text_with_two_readings_is_refused_and_its_twin_is_not(refused: str, twin: str) -> None:
    with pytest.raises(NotValid):
        load(refused)
    assert load(twin) == json.loads(twin)


@pytest.mark.parametrize(
    "refused",
    [
        '{"a":"é"}'.encode("latin-1"),
        '{"a":1}'.encode("utf-16"),
        '{"a":1}'.encode("utf-16-le"),
        '{"a":1}'.encode("utf-32"),
        b"\xef\xbb\xbf" + b'{"a":1}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\xc0\x80"}',
        b"\xff\xfe",
    ],
)
def test_only_utf_8_without_a_mark_is_read(refused: bytes) -> None:
    with pytest.raises(NotValid):
        load(refused)
    assert load('{"a":"é"}'.encode()) == {"a": "é"}


def test_one_byte_more_than_the_limit_is_too_large() -> None:
    body = '{"a":"' + "x" * 100 + '"}'
    assert load(body, limit=len(body))
    with pytest.raises(TooLarge):
        load(body, limit=len(body) - 1)


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert len(load('{"a":[' + ",".join(["[]"] * 500) + "]}")["a"]) == 500  # type: ignore[arg-type] # a list


def test_numbers_and_texts_arrive_unchanged() -> None:
    found = load('{"int":-5,"zero":0,"float":-0.5,"big":1.5e10,"text":"\\u0645\\u0631 \\ud83d\\ude00"}')
    assert found == {"int": -5, "zero": 0, "float": -0.5, "big": 1.5e10, "text": "مر 😀"}
    assert type(found["zero"]) is int


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(texts, children, max_size=4),
    max_leaves=20,
)


@given(
    document=st.dictionaries(st.sampled_from(["id", "type", "to", "ä"]), json_values), escaped=st.booleans()
)
def test_what_is_well_formed_is_read_as_it_was_written(*, document: dict[str, object], escaped: bool) -> None:
    assert load(json.dumps(document, ensure_ascii=escaped)) == document


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else(raw: bytes) -> None:
    refused_or_read(raw)


@settings(max_examples=300)
@given(st.text('{}[]":,\\udD8Cc0 19eE.-naNIfty\x00\x1f\ufeff', max_size=60))
def test_anything_like_json_is_read_or_refused_and_nothing_else(text: str) -> None:
    refused_or_read(text.encode("utf-8"))


def refused_or_read(raw: bytes) -> None:
    try:
        assert type(load_json(raw, limit=100)) is dict
    except NotValid as error:
        assert str(error)  # noqa: PT017 - either outcome is right
