"""What somebody typed, understood: words, “phrases”, what must not be there, and operators."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

from fediverse_node.kernel.errors import NotValid
from fediverse_node.search.analysis import asked
from fediverse_node.search.model import Term, day_marks, mark

#: Characters of a question, and words, phrases and operators in it.
LONGEST: Final = 500
MOST: Final = 32
#: What is older or newer than the dates that are told apart counts as the first or last of them.
FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2049, 12, 31)

Place = Literal["all", "library", "public"]

_PART = re.compile(
    r'(?P<not>-)?(?:(?P<name>[A-Za-z]{2,8}):(?=[^\s"]))?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))'
)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]+)*", re.ASCII | re.IGNORECASE)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\uff02": '"', "\uff1a": ":"})
HAS: Final = ("media", "image", "video", "audio", "poll", "link")
IS: Final = ("reply", "sensitive", "edited", "local")
_PLACES: Final[Mapping[str, Place]] = {"all": "all", "library": "library", "public": "public"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was understood.

    Attributes:
        every: one of each of these groups has to be there.
        none: none of these may.
        authors, not_authors: handles as they were typed, or `me`; whom they name, others know.
        place: `library` is what the asker wrote, is named in or marked, `public` what everybody may find.
        possible: False where an operator asks for what there is not, and so nothing is found.
    """

    every: tuple[tuple[Term, ...], ...] = ()
    none: tuple[Term, ...] = ()
    authors: tuple[str, ...] = ()
    not_authors: tuple[str, ...] = ()
    place: Place = "all"
    possible: bool = True

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing that a post could have or not have."""
        return self.possible and not (self.every or self.none or self.authors or self.not_authors)


@dataclass(slots=True)
class _Reading:
    every: list[tuple[Term, ...]] = field(default_factory=list)
    none: list[Term] = field(default_factory=list)
    languages: list[Term] = field(default_factory=list)
    first: date = date.min
    last: date = date.max
    authors: list[str] = field(default_factory=list)
    not_authors: list[str] = field(default_factory=list)
    place: Place = "all"
    possible: bool = True

    def take(self, terms: tuple[Term, ...], *, negated: bool) -> None:
        if negated:
            self.none += terms
        else:
            self.every.append(terms)


def understand(text: str) -> Question:
    """What *text* asks for.

    An operator with a value that it does not know finds nothing; a name that is none is a word like others.

    Raises:
        NotValid: it is longer than `LONGEST`, or has more than `MOST` parts.
    """
    if len(text) > LONGEST:
        raise NotValid(f"A search has at most {LONGEST} characters.")
    reading = _Reading()
    for number, part in enumerate(_PART.finditer(text.translate(_QUOTES)), start=1):
        if number > MOST:
            raise NotValid(f"A search has at most {MOST} words.")
        _read(part, reading)
    if reading.languages:
        reading.every.append(tuple(reading.languages))
    if (reading.first, reading.last) != (date.min, date.max):
        # One span, however many say where it ends: an engine looks at each day and month of it.
        days = span(reading.first, reading.last)
        reading.every += [days] if days else []
        reading.possible = reading.possible and bool(days)
    return Question(
        every=tuple(dict.fromkeys(reading.every)),
        none=tuple(dict.fromkeys(reading.none)),
        authors=tuple(dict.fromkeys(reading.authors)),
        not_authors=tuple(dict.fromkeys(reading.not_authors)),
        place=reading.place,
        possible=reading.possible,
    )


def span(first: date, last: date) -> tuple[Term, ...]:
    """Any day from *first* to *last*: whole years and months where it can be, so that they are few."""
    return tuple(Term(tokens=(each,)) for each in _days(max(first, FIRST_DAY), min(last, LAST_DAY)))


def told_apart(day: date) -> date:
    """The day that *day* counts as."""
    return min(max(day, FIRST_DAY), LAST_DAY)


def _read(part: re.Match[str], reading: _Reading) -> None:
    negated, name = part["not"] is not None, (part["name"] or "").lower()
    value = part["phrase"] if part["word"] is None else part["word"]
    operator = _OPERATORS.get(name)
    if operator is not None:
        operator(value.strip(), reading, negated)
        return
    words, begins = asked(f"{name} {value}" if name else value)
    if words:
        reading.take((Term(tokens=words, begins=begins),), negated=negated)


def _from(value: str, reading: _Reading, negated: bool) -> None:  # noqa: FBT001 all operators are called alike
    (reading.not_authors if negated else reading.authors).append(value)


def _choice(kind: str, choices: tuple[str, ...]) -> Callable[[str, _Reading, bool], None]:
    def take(value: str, reading: _Reading, negated: bool) -> None:  # noqa: FBT001 as above
        if value.lower() in choices:
            reading.take((Term(tokens=(mark(kind, value.lower()),)),), negated=negated)
        elif not negated:
            reading.possible = False

    return take


def _language(value: str, reading: _Reading, negated: bool) -> None:  # noqa: FBT001 as above
    found = _LANGUAGE.fullmatch(value)
    if found is not None:
        term = Term(tokens=(mark("language", found[1].lower()),))
        (reading.none if negated else reading.languages).append(term)
    elif not negated:
        reading.possible = False


def _in(value: str, reading: _Reading, negated: bool) -> None:  # noqa: FBT001 as above
    place = _PLACES.get(value.lower())
    if place is None or negated:
        reading.possible = False
    else:
        reading.place = place


def _dated(when: Callable[[date, date], tuple[date, date]]) -> Callable[[str, _Reading, bool], None]:
    def take(value: str, reading: _Reading, negated: bool) -> None:  # noqa: FBT001 as above
        meant = _days_of(value)
        if meant is None:
            reading.possible = reading.possible and negated
        elif negated:
            reading.take(span(*when(*meant)), negated=True)
        else:
            first, last = when(*meant)
            reading.first, reading.last = max(reading.first, first), min(reading.last, last)

    return take


def _days_of(value: str) -> tuple[date, date] | None:
    """The first and the last day of a year, a month or a day."""
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    if day is not None:
        return first, first
    return first, _month_end(first) if month is not None else date(year, 12, 31)


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _days(day: date, last: date) -> Iterator[str]:
    while day <= last:
        year_mark, month_mark, day_mark = day_marks(day)
        year_end, month_end = date(day.year, 12, 31), _month_end(day)
        if (day.month, day.day) == (1, 1) and year_end <= last:
            yield year_mark
            end = year_end
        elif day.day == 1 and month_end <= last:
            yield month_mark
            end = month_end
        else:
            yield day_mark
            end = day
        day = end + timedelta(days=1)


_ONE_DAY: Final = timedelta(days=1)
_OPERATORS: Final[Mapping[str, Callable[[str, _Reading, bool], None]]] = {
    "from": _from,
    "has": _choice("has", HAS),
    "is": _choice("is", IS),
    "language": _language,
    "lang": _language,
    "in": _in,
    # Neither takes in the day itself, as with Mastodon.
    "before": _dated(lambda first, _: (FIRST_DAY, _day_before(first))),
    "after": _dated(lambda _, last: (_day_after(last), LAST_DAY)),
    "during": _dated(lambda first, last: (first, last)),
}


def _day_before(day: date) -> date:
    return day - _ONE_DAY if day > date.min else day


def _day_after(day: date) -> date:
    return day + _ONE_DAY if day < date.max else day
