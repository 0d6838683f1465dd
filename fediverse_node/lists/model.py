"""Values the lists room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

#: Whose answers to others are shown: to anybody the owner follows, to people on the list, to nobody.
RepliesPolicy = Literal["followed", "list", "none"]
POLICIES: Final[tuple[RepliesPolicy, ...]] = get_args(RepliesPolicy)
#: How many lists somebody may have (Mastodon's limit), and the longest name of one.
MAX_LISTS: Final = 50
MAX_TITLE: Final = 256
#: Most people on one list.
MAX_MEMBERS: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleList:
    """A list.

    Attributes:
        actor_id: its owner.
        exclusive: whoever is on it does not stand in the home timeline.
    """

    id: int
    actor_id: int
    title: str
    replies_policy: RepliesPolicy
    exclusive: bool
