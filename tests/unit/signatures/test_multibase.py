from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import multibase


@given(st.binary(max_size=100))
def test_every_sequence_of_bytes_comes_back(data: bytes) -> None:
    assert multibase.decode(multibase.encode(data)) == data


@given(st.text(alphabet="123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", max_size=80))
def test_every_text_is_the_only_text_of_its_bytes(digits: str) -> None:
    assert multibase.encode(multibase.decode("z" + digits)) == "z" + digits


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"", "z"), (b"\0\0\1", "z112"), (b"Hello World!", "z2NEpo7TZRRrLZSi2U"), (b"\0" * 5, "z11111")],
)
def test_known_values(data: bytes, text: str) -> None:
    assert multibase.encode(data) == text
    assert multibase.decode(text) == data


@pytest.mark.parametrize("text", ["", "f00", "z0", "zO", "zI", "zl", "z é", "z" + "2" * 2048])
def test_other_bases_letters_and_lengths_are_refused(text: str) -> None:
    assert multibase.decode("z" + "2" * 2047)
    with pytest.raises(NotValid):
        multibase.decode(text)
