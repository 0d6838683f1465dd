"""How much of a text stands in other texts: linear in all of them, in every script."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

#: Characters in a row that have to agree, so that common words alone are nobody's.
RUN: Final = 10
#: Names what `shared` computes. A change of the method is a new name.
METHOD: Final = "shared-runs-10/1"


def shared(text: str, sources: Iterable[str]) -> float:
    """The share of the characters of *text*, 0 to 1, that stand in runs of ten or more in one of *sources*.

    Compared is without regard to case, white space and Unicode composition; a source shorter than ten
    characters counts where all of it stands in the text.
    """
    wanted = _plain(text)
    if not wanted:
        return 0.0
    known: dict[int, set[str]] = {}
    for source in map(_plain, sources):
        length = min(RUN, len(source))
        if length:
            runs = known.setdefault(length, set())
            runs.update(source[place : place + length] for place in range(len(source) - length + 1))
    return sum(_covered(wanted, known)) / len(wanted)


def _covered(text: str, known: dict[int, set[str]]) -> bytearray:
    """A one for every character that is in a known run."""
    covered = bytearray(len(text))
    for length, runs in known.items():
        for place in range(len(text) - length + 1):
            if text[place : place + length] in runs:
                covered[place : place + length] = b"\1" * length
    return covered


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
