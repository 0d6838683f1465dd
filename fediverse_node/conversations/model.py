"""Values the conversations room hands out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation as one person has it.

    Attributes:
        actor_id: whose it is.
        people: the others who take part, by their uris.
        last_post_id: the newest post in it.
        unread: whether that post was not read.
    """

    id: int
    actor_id: int
    people: tuple[str, ...]
    last_post_id: int
    unread: bool
