"""Multibase base58btc: `z` and the digits of one large number in base 58.

The only base that FEP-521a keys and FEP-8b32 proofs use.
"""

from __future__ import annotations

from fediverse_node.kernel.errors import NotValid

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {letter: value for value, letter in enumerate(_ALPHABET)}
#: Longest text decoded, in characters: an RSA key of 8192 bits has some 1,430. The work grows
#: with the square of the length.
MAX_TEXT = 2048


def encode(data: bytes) -> str:
    """*data* as multibase base58btc."""
    number = int.from_bytes(data, "big")
    digits = []
    while number:
        number, digit = divmod(number, 58)
        digits.append(_ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(digits))


def decode(text: str) -> bytes:
    """The bytes of multibase base58btc *text*. Every sequence of bytes has exactly one text.

    Raises:
        NotValid: too long, another base, or a letter outside the alphabet.
    """
    if len(text) > MAX_TEXT or not text.startswith("z"):
        raise NotValid("This is not a base58btc value.")
    number = 0
    for letter in text[1:]:
        value = _VALUE.get(letter)
        if value is None:
            raise NotValid("This is not a base58btc value.")
        number = number * 58 + value
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
