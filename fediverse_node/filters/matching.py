"""Which words of a filter stand in a text: Mastodon's guidelines for filters, read over Unicode.

In any case, and a whole word only where it is not part of a longer one: that is asked at an end of a phrase
which is a letter or digit, so that `#tag` and `100%` are found, too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from fediverse_node.filters.model import Keyword

#: Filters of a few readers. A pattern costs some hundred microseconds, and is asked with every page.
_KEPT = 256


def matches(keywords: Sequence[Keyword], text: str) -> list[str]:
    """Those of *keywords* that stand in *text*, each once, as its owner wrote it."""
    if not keywords or not text:
        return []
    wanted = tuple((keyword.keyword, keyword.whole_word) for keyword in keywords)
    if _any_of(wanted).search(text) is None:
        return []
    found = [word for word, whole in wanted if _any_of(((word, whole),)).search(text)]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=_KEPT)
def _any_of(wanted: tuple[tuple[str, bool], ...]) -> re.Pattern[str]:
    return re.compile("|".join(_one(word, whole=whole) for word, whole in wanted), re.IGNORECASE)


def _one(word: str, *, whole: bool) -> str:
    if not whole:
        return re.escape(word)
    before = r"(?<!\w)" if re.match(r"\w", word) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", word) else ""
    return f"{before}{re.escape(word)}{after}"
