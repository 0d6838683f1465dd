"""Values the scheduled room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

#: So long before it appears a post has to be scheduled, at least: sooner than that it can be posted.
AHEAD: Final = timedelta(minutes=5)
#: And at most.
FARTHEST: Final = timedelta(days=5 * 366)
#: Posts of one person that wait, in all and for one day in UTC, as Mastodon has it.
MOST: Final = 300
MOST_A_DAY: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A post that is to appear later.

    Attributes:
        draft: all that its author said, as the outbox wrote it down.
        scheduled_at: when they want it to appear.
        failure: why it could not, as a sentence for them; None while it waits.
    """

    id: int
    actor_id: int
    draft: dict[str, Any]
    scheduled_at: datetime
    failure: str | None
    created_at: datetime
