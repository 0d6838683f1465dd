"""Moments as people type them into a form: a date and a time, and how far their clock is from UTC.

Without a script a server cannot know anybody's time zone, and guessing it would let posts appear hours off.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from fediverse_node.kernel.errors import NotValid

#: All distances from UTC that clocks have anywhere, in minutes.
_MINUTES: Final = (
    *range(-720, -570, 60), -570, *range(-540, -210, 60), -210, *range(-180, 210, 60), 210, 240, 270, 300,
    330, 345, 360, 390, *range(420, 540, 60), 525, 540, 570, 600, 630, 660, 720, 765, 780, 840,
)  # fmt: skip
_TYPED: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?", re.ASCII)


def _name(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


#: What can be chosen, as `+HH:MM`.
ZONES: Final[tuple[str, ...]] = tuple(_name(minutes) for minutes in sorted(_MINUTES))
HERE: Final = "+00:00"


def checked_zone(text: str) -> str:
    """*text*, if it can be chosen; else UTC."""
    return text if text in ZONES else HERE


def moment_of(typed: str, zone: str) -> datetime:
    """The moment that *typed*, as `datetime-local` fields send it, is in a zone.

    Raises:
        NotValid: it is no date and time.
    """
    if not _TYPED.fullmatch(typed):
        raise NotValid("Give a date and a time, such as 2027-01-31T18:30.")
    try:
        return datetime.fromisoformat(f"{typed}{checked_zone(zone)}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotValid("There is no such date and time.") from error


def as_typed(moment: datetime) -> str:
    """*moment* in UTC, for such a field."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
