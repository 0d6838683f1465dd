"""The light stem of a word in Arabic script: without the article, what is joined to it, and common endings.

After Larkey, Ballesteros and Connell, “Light Stemming for Arabic Information Retrieval” (light10). No roots
are looked for: `المدونات`, `والمدونات` and `مدونة` become one, `كتاب` and `مكتبة` stay apart.
"""

# ruff: noqa: RUF001 single letters of Arabic look like letters of other scripts

from __future__ import annotations

import re
from typing import Final

_ARABIC: Final = re.compile("[\u0621-\u064a\u067e\u0686\u0698\u06af]+")
_AND: Final = "و"
_ARTICLES: Final = ("وال", "بال", "كال", "فال", "ال", "لل")
_ENDINGS: Final = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")
#: Letters that have to be left.
_LEFT: Final = 2
_LEFT_BEHIND_AND: Final = 3


def stem(word: str) -> str:
    """The stem of *word*, which has been folded. Words of other scripts stay as they are."""
    if not _ARABIC.fullmatch(word):
        return word
    if word.startswith(_AND) and len(word) > _LEFT_BEHIND_AND:
        word = word[1:]
    for article in _ARTICLES:
        if word.startswith(article) and len(word) >= len(article) + _LEFT:
            word = word[len(article) :]
            break
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + _LEFT:
            word = word[: -len(ending)]
    return word
