"""Values the threads room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

#: `ancestors`: what a post answers, upwards; `replies`: what answers a post, downwards.
JobKind = Literal["ancestors", "replies"]
#: What a conversation may use up: fetches from elsewhere, and replies that are passed on to followers.
Purpose = Literal["fetch", "forward", "look"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadJob:
    """A gap in a conversation that is to be filled.

    Attributes:
        thread_id: the post whose conversation it is, as far up as we had it when the job was made; the
            allowance of an hour is counted by it.
        uri: the post to begin at: fetched first for `ancestors`, asked for its replies for `replies`.
        attempts: how many times it was tried and put off.
    """

    id: int
    kind: JobKind
    thread_id: int
    uri: str
    attempts: int
    due_at: datetime
    created_at: datetime
