"""BlurHash: a picture in thirty characters, for the moment before it is there.

Source: the BlurHash algorithm as Wolt published it. Four by three components, which is what peers make.
"""

from __future__ import annotations

import math
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
_ACROSS: Final = 4
_DOWN: Final = 3

_Colour = tuple[float, float, float]


def encode(pixels: bytes, *, width: int, height: int) -> str:
    """The hash of a small picture: *pixels* are red, green and blue of each, row by row."""
    linear = [_linear(value) for value in range(256)]
    factors = [
        _factor(pixels, linear, width=width, height=height, across=across, down=down)
        for down in range(_DOWN)
        for across in range(_ACROSS)
    ]
    most = max(abs(value) for factor in factors[1:] for value in factor)
    scale = min(82, max(0, math.floor(most * 166 - 0.5)))
    written = [
        _digits((_ACROSS - 1) + (_DOWN - 1) * 9, 1),
        _digits(scale, 1),
        _digits(_average(factors[0]), 4),
        *(_digits(_detail(factor, (scale + 1) / 166), 2) for factor in factors[1:]),
    ]
    return "".join(written)


def _factor(
    pixels: bytes, linear: list[float], *, width: int, height: int, across: int, down: int
) -> _Colour:
    wave_x = [math.cos(math.pi * across * x / width) for x in range(width)]
    wave_y = [math.cos(math.pi * down * y / height) for y in range(height)]
    red = green = blue = 0.0
    place = 0
    for y in wave_y:
        for x in wave_x:
            weight = x * y
            red += weight * linear[pixels[place]]
            green += weight * linear[pixels[place + 1]]
            blue += weight * linear[pixels[place + 2]]
            place += 3
    scale = (1 if across == 0 and down == 0 else 2) / (width * height)
    return red * scale, green * scale, blue * scale


def _average(colour: _Colour) -> int:
    red, green, blue = (_srgb(value) for value in colour)
    return (red << 16) + (green << 8) + blue


def _detail(colour: _Colour, most: float) -> int:
    red, green, blue = (_step(value / most) for value in colour)
    return red * 361 + green * 19 + blue


def _step(value: float) -> int:
    root = math.copysign(math.sqrt(abs(value)), value)
    return min(18, max(0, math.floor(root * 9 + 9.5)))


def _linear(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _srgb(value: float) -> int:
    part = min(1.0, max(0.0, value))
    bent = part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
    return int(bent * 255 + 0.5)


def _digits(value: int, length: int) -> str:
    return "".join(_ALPHABET[value // 83**place % 83] for place in reversed(range(length)))
