"""Values the relays room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["pending", "active", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A relay that this server subscribed to.

    Attributes:
        actor_id: the relay's actor.
        follow_uri: the Follow by which it was asked.
        state: `pending` until it answers; only an `active` one is listened to and given posts.
    """

    id: int
    actor_id: int
    follow_uri: str
    state: State
    created_at: datetime
    accepted_at: datetime | None = None
