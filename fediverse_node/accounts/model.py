"""Values the accounts room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may sign in and speak for one local actor.

    Attributes:
        language: default language of new posts (BCP 47).
        visibility: default visibility of new posts.
        disabled_at: since when signing in is refused; None while it is allowed.
    """

    id: int
    actor_id: int
    language: str
    visibility: str
    created_at: datetime
    disabled_at: datetime | None = None
