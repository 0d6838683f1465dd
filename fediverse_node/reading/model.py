"""Values the reading room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

Timeline = Literal["home", "notifications"]
TIMELINES: Final[tuple[Timeline, ...]] = get_args(Timeline)
#: Characters of a note about somebody, as Mastodon has it.
MAX_NOTE: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """Where somebody stopped reading.

    Attributes:
        version: grows by one with each change.
    """

    timeline: Timeline
    last_read_id: int
    version: int
    updated_at: datetime
