"""Values the notifications room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

NotificationType = Literal[
    "mention", "follow", "follow_request", "favourite", "reblog", "update", "poll", "quote"
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One event a local actor is told of. `post_id` is 0 where there is no post.

    Attributes:
        filtered: held back until the person accepts its sender.
    """

    id: int
    actor_id: int
    type: NotificationType
    from_actor_id: int
    post_id: int
    created_at: datetime
    filtered: bool = False


#: What becomes of a notification: it is shown, held back until its sender is accepted, or never made.
Treatment = Literal["accept", "filter", "drop"]
TREATMENTS: Final[tuple[Treatment, ...]] = get_args(Treatment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What somebody decided about notifications by those they do not know. The first set is everybody's."""

    for_not_following: Treatment = "accept"
    for_not_followers: Treatment = "accept"
    for_new_accounts: Treatment = "accept"
    for_private_mentions: Treatment = "accept"
    for_limited_accounts: Treatment = "filter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody of whom notifications are held back.

    Attributes:
        count: of these notifications.
        last_post_id: the newest post they are about; 0 for none.
    """

    id: int
    from_actor_id: int
    created_at: datetime
    updated_at: datetime
    count: int
    last_post_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How much is held back for somebody: of how many people, and how many notifications."""

    requests: int
    notifications: int
