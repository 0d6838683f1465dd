"""Words from text: the one analyser, for what is written down and for what is asked, on both engines.

The engines get tokens and never see text, so that both find the same: SQLite's and PostgreSQL's own ideas of
what a word is differ, and neither finds anything in a language without blanks.

Compatible characters are unified (NFKC), case and accents folded, tatweel and other things that only
decorate left out, the letters that Arabic and Persian write in several ways made one. Scripts that write no
blanks become pairs of neighbours: `東京都` is 東京, 京都, and 都 at the end of the run.
"""

# ruff: noqa: RUF001 letters that look alike are what this is about

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from fediverse_node.search.stemming import stem

#: Longer words are cut: nobody types them, and they would fill the index.
LONGEST: Final = 40

# Blanks are not written between words, or not reliably: Thai, Lao, Burmese, Khmer; Chinese and Japanese;
# Korean, whose particles hang on to their words.
_RUN_TOGETHER = (
    "\u0e01-\u0e4e\u0e80-\u0ecf\u1000-\u103f\u1100-\u11ff\u1780-\u17d3\u2e80-\u2fdf\u3005-\u3007\u3031-\u3035"
    "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
# Vowels of these scripts are marks, which `\w` leaves out: India's, and those above.
_VOWELS = "\u0900-\u0963\u0966-\u0d7f\u0e31-\u0e4e\u0eb1-\u0ece\u102b-\u103e\u17b4-\u17d3"
_WORD = re.compile(rf"[^\W_{_VOWELS}]+(?:[{_VOWELS}]+[^\W_{_VOWELS}]*)*|[{_VOWELS}]+[^\W_]*")
_ASCII_WORD = re.compile("[a-z0-9]+")
_RUN = re.compile(rf"([{_RUN_TOGETHER}]+)")
_IS_RUN = re.compile(rf"[{_RUN_TOGETHER}]")
# Accents of Latin, Greek and Cyrillic, points of Hebrew, vowel signs of Arabic; what only joins, turns or
# decorates. Marks of other scripts are letters, and stay.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f"
    "\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]"
)
# What has no decomposition, and what is one letter in two languages.
_LETTERS = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "þ": "th", "æ": "ae", "œ": "oe",
        "ى": "ي", "ی": "ي", "ے": "ي", "ې": "ي", "ئ": "ي", "ک": "ك", "ڪ": "ك", "ؤ": "و", "ة": "ه", "ہ": "ه",
        "ھ": "ه", "ە": "ه", "ۀ": "ه", "ۃ": "ه", "آ": "ا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ء": "",
        "_": " ",
    }
)  # fmt: skip
_DIGIT = re.compile(r"[^\D0-9]")


def fold(text: str) -> str:
    """*text* with everything made one that people do not tell apart when they search."""
    if text.isascii():
        return text.lower().replace("_", " ")
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", composed))
    folded = unicodedata.normalize("NFC", bare).translate(_LETTERS)
    return _DIGIT.sub(_plain_digit, folded)


def tokens(text: str) -> list[str]:
    """The tokens of *text*, in their order: what is written into the index."""
    return list(_tokens(text))


def asked(text: str) -> tuple[tuple[str, ...], bool]:
    """The tokens that stand side by side where *text* is said, and whether the last may be a beginning.

    A run without blanks may go on in what is found: its last character stands for a pair of its own there.
    """
    found = tokens(text)
    if not found or not _IS_RUN.match(found[-1]) or len(found[-1]) > 1:
        return tuple(found), False
    if len(found) > 1 and _IS_RUN.match(found[-2]) and found[-2].endswith(found[-1]) and len(found[-2]) > 1:
        return tuple(found[:-1]), False
    return tuple(found), True


def _tokens(text: str) -> Iterator[str]:
    folded = fold(text)
    if folded.isascii():
        yield from (word[:LONGEST] for word in _ASCII_WORD.findall(folded))
        return
    for word in _WORD.findall(folded):
        if word.isascii():
            yield word[:LONGEST]
            continue
        for part in _RUN.split(word):
            if not part:
                continue
            if _IS_RUN.match(part):
                yield from (part[start : start + 2] for start in range(len(part)))
            else:
                yield stem(part[:LONGEST])


def _plain_digit(found: re.Match[str]) -> str:
    return str(unicodedata.decimal(found[0]))
