"""Values the notifications room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

NotificationType = Literal[
    "mention", "follow", "follow_request", "favourite", "reblog", "update", "poll", "quote"
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One event a local actor is told of. `post_id` is 0 where there is no post."""

    id: int
    actor_id: int
    type: NotificationType
    from_actor_id: int
    post_id: int
    created_at: datetime
