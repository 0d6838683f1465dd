"""Values the follows room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """One actor follows another, or asked to.

    Attributes:
        uri: id of the Follow activity, echoed verbatim in Accept, Reject and Undo.
        state: `pending` until the target's Accept; a pending follow shows nothing.
    """

    id: int
    follower_id: int
    target_id: int
    uri: str
    state: Literal["pending", "accepted"]
    created_at: datetime
    accepted_at: datetime | None = None
