"""Values the announcements room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

#: The longest text, how many different emoji stand under one, and how many announcements there may be.
MAX_TEXT: Final = 5_000
MAX_KINDS: Final = 8
MAX_ANNOUNCEMENTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One of them.

    Attributes:
        text: as the operator wrote it, in Markdown; *content_html* is what became of it.
        starts_at, ends_at: when what it is about happens; before and after it is shown as well, until it
            has ended. None: at once, or for good.
        all_day: these two are days.
    """

    id: int
    text: str
    content_html: str
    starts_at: datetime | None
    ends_at: datetime | None
    all_day: bool
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """An emoji under an announcement: how many people put it there, and whether the reader did."""

    emoji: str
    count: int
    mine: bool
