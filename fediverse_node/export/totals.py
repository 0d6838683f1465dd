"""The rows of an export in a few words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The rows in a few words. Lists are in order, counts by what is counted."""

    rows: int
    authors: int
    labels: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    licences: dict[str, int] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    repeated: int = 0
    newest_consent: str = ""
    last_place: int | None = None
    pictures: int = 0

    @classmethod
    def of(
        cls, groups: Iterable[tuple[str, str, str | None, str, int, int, str, int]], *, repeated: int
    ) -> Self:
        """The totals of *groups* of rows that are alike.

        Each is: label, language, licence, terms, author, how many, newest decision, last place in the log.
        """
        labels, languages, licences, terms = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
        authors: set[int] = set()
        newest, last = "", -1
        for label, language, licence, version, author, count, at, place in groups:
            labels[label] += count
            languages[language] += count
            terms[version] += count
            if licence is not None:
                licences[licence] += count
            authors.add(author)
            newest, last = max(newest, at), max(last, place)
        return cls(
            rows=labels.total(),
            authors=len(authors),
            labels=_in_order(labels),
            languages=_in_order(languages),
            licences=_in_order(licences),
            terms=tuple(sorted(terms)),
            repeated=repeated,
            newest_consent=newest,
            last_place=last if last >= 0 else None,
        )


def _in_order(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
