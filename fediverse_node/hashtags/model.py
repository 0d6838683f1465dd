"""Values the hashtags room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: How many hashtags somebody may feature (Mastodon's limit), and follow.
MAX_FEATURED: Final = 10
MAX_FOLLOWED: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Featured:
    """A hashtag on somebody's profile: `tag` folded, `name` as they wrote it, both without the sign."""

    id: int
    actor_id: int
    tag: str
    name: str
