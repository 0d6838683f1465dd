"""Values the search room hands out: what somebody asks for, and what the index says of a post.

Beside its words each post has marks, tokens that no text can hold because they begin with a dot. What a
question asks for beyond words becomes marks, too, so that an engine only ever looks for tokens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

#: Public, and by somebody who lets their posts be found.
OPEN: Final = ".open"
#: Stands between the parts of a post, so that no phrase goes from one into the next.
BREAK: Final = "."


def mark(kind: str, value: str | int) -> str:
    """The mark that says that a post has this *value* of a *kind*."""
    return f".{kind}.{value}"


def library_mark(actor_id: int) -> str:
    """The mark of what somebody here wrote, is named in, favourited, bookmarked or boosted."""
    return mark("of", actor_id)


def day_marks(day: date) -> tuple[str, str, str]:
    """The marks of a day: its year, its month, and itself."""
    return mark("y", day.year), mark("m", f"{day:%Y%m}"), mark("d", f"{day:%Y%m%d}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Tokens that stand side by side; with *begins* the last is the beginning of one."""

    tokens: tuple[str, ...]
    begins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What an engine looks for: one of each group of *every*, and nothing of *none*. *every* is not empty."""

    every: tuple[tuple[Term, ...], ...]
    none: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the index holds of a post: its marks, and its words in their order."""

    post_id: int
    marks: tuple[str, ...]
    words: tuple[str, ...]
