"""Values the imports room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WishKind = Literal["follow", "block", "mute"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to do with somebody, once that person has been found.

    Attributes:
        handle: `@name@host`.
        notifications: of a mute: whether notifications are hidden, too.
        attempts: failures so far.
    """

    id: int
    actor_id: int
    kind: WishKind
    handle: str
    notifications: bool = True
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """A wish that could not be fulfilled, and why, in words for whoever had it."""

    kind: WishKind
    handle: str
    problem: str
