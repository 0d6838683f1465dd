from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.uploads.blurhash import encode

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"


def number(text: str) -> int:
    found = 0
    for letter in text:
        found = found * 83 + ALPHABET.index(letter)
    return found


def test_black_is_what_every_implementation_makes_of_it() -> None:
    assert encode(bytes(8 * 8 * 3), width=8, height=8) == "L00000fQfQfQfQfQfQfQfQfQfQfQ"


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 128, 255), (255, 255, 255), (17, 34, 51)])
def test_one_colour_is_its_own_average(colour: tuple[int, int, int]) -> None:
    made = encode(bytes(colour) * 64, width=8, height=8)
    assert number(made[2:6]).to_bytes(3) == bytes(colour)


def test_left_and_right_differ() -> None:
    row = b"\xff\x00\x00" * 8 + b"\x00\x00\xff" * 8
    mirrored = b"\x00\x00\xff" * 8 + b"\xff\x00\x00" * 8
    assert encode(row * 16, width=16, height=16)[6:8] != encode(mirrored * 16, width=16, height=16)[6:8]


@given(st.binary(min_size=4 * 3 * 3, max_size=4 * 3 * 3))
def test_whatever_the_colours_it_has_the_same_form(pixels: bytes) -> None:
    made = encode(pixels, width=4, height=3)
    assert len(made) == 28
    assert set(made) <= set(ALPHABET)
    assert number(made[0]) == 3 + 2 * 9
