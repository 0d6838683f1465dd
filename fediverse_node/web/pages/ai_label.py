"""What a page says of the part that a model had in a post."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AiLabel:
    """What AI did in a post: `disclosure` is the value for machines."""

    disclosure: str
    text: str
    review: str | None
    tools: tuple[str, ...]
    model: str | None
    provider: str | None
    hashtag: str | None
    hashtag_url: str
