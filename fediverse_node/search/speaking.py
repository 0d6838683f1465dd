"""A question, and what is written down, in the languages of the two engines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from fediverse_node.search.model import BREAK, Document, Sought, Term

#: PostgreSQL keeps no more places of one token in one post, and counts no further than `_MOST_PLACES`.
MOST_OF_ONE = 255
_MOST_PLACES = 16_000


def placed(document: Document) -> list[str]:
    """The words of *document* as both engines can keep them, each at its place."""
    seen: Counter[str] = Counter()
    words = []
    for word in document.words[:_MOST_PLACES]:
        seen[word] += 1
        words.append(word if seen[word] <= MOST_OF_ONE else BREAK)
    return words


def text_for_sqlite(document: Document) -> str:
    """What FTS5 is given: its tokenizer parts it at the blanks and does nothing else."""
    return " ".join([*document.marks, BREAK, *placed(document)])


def vector_for_postgresql(document: Document) -> str:
    """What is cast to `tsvector`."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(placed(document), start=1):
        if word != BREAK:
            places.setdefault(word, []).append(place)
    marks = [f"'{mark}'" for mark in document.marks]
    return " ".join([*marks, *(f"'{word}':{','.join(map(str, at))}" for word, at in places.items())])


def query_for_sqlite(sought: Sought) -> str:
    """*sought* as FTS5 asks it."""
    every = " AND ".join(_any(map(_phrase, group), " OR ") for group in sought.every)
    return f"({every}) NOT {_any(map(_phrase, sought.none), ' OR ')}" if sought.none else every


def query_for_postgresql(sought: Sought) -> str:
    """*sought* as what is cast to `tsquery`."""
    every = " & ".join(_any(map(_following, group), " | ") for group in sought.every)
    return f"{every} & !{_any(map(_following, sought.none), ' | ')}" if sought.none else every


def _any(parts: Iterable[str], between: str) -> str:
    return f"({between.join(parts)})"


def _phrase(term: Term) -> str:
    return f'"{" ".join(term.tokens)}"{"*" if term.begins else ""}'


def _following(term: Term) -> str:
    phrase = " <-> ".join(f"'{token}'" for token in term.tokens)
    return f"({phrase}{':*' if term.begins else ''})"
