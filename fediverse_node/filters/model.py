"""Values the filters room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

Context = Literal["home", "notifications", "public", "thread", "account"]
CONTEXTS: Final[tuple[Context, ...]] = get_args(Context)
#: What an app does with a post: show that a filter matched, show nothing, or cover its pictures.
Action = Literal["warn", "hide", "blur"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
#: Each page that somebody reads is looked through for all their words.
MAX_FILTERS: Final = 100
MAX_KEYWORDS: Final = 500
MAX_POSTS: Final = 500
MAX_TITLE: Final = 256
MAX_KEYWORD: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword:
    """A word or phrase of a filter. `whole_word`: not as a part of longer words."""

    id: int
    filter_id: int
    keyword: str
    whole_word: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FilteredPost:
    """A single post that a filter is about."""

    id: int
    filter_id: int
    post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter with all that it is about.

    Attributes:
        contexts: where apps heed it.
        expires_at: from when on it no longer holds; None: for good.
    """

    id: int
    actor_id: int
    title: str
    contexts: tuple[str, ...]
    action: Action
    expires_at: datetime | None
    keywords: tuple[Keyword, ...] = ()
    posts: tuple[FilteredPost, ...] = ()
