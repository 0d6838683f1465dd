"""Values the quotes room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Kind = Literal["quote", "reply", "boost"]
#: `revoked`: it was allowed, and is not any more.
State = Literal["pending", "accepted", "rejected", "revoked"]
#: What a person may choose for a post of theirs.
Audience = Literal["public", "followers", "following", "nobody"]
#: What somebody gets who wants to do something with a post. `unknown`: its author says nothing of it.
Verdict = Literal["automatic", "manual", "denied", "unknown"]
Action = Literal["reply", "quote", "boost", "like"]

ACTIONS: Final[tuple[Action, ...]] = ("reply", "quote", "boost", "like")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """Who may do one thing, as ids of actors and of collections.

    Attributes:
        automatic: they may, at once.
        manual: they may ask; the author decides each time.
    """

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What an author allows others to do with a post. None: the author says nothing of it."""

    reply: Permission | None = None
    quote: Permission | None = None
    boost: Permission | None = None
    like: Permission | None = None

    def of(self, action: Action) -> Permission | None:
        """What it says of *action*."""
        permission: Permission | None = getattr(self, action)
        return permission


SILENT: Final = Policy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One post does something with another that takes the consent of the other's author.

    Attributes:
        post_uri: the id of what is done: the quote, the answer, the boost.
        post_id: the same as a row; None while that post is not stored here.
        actor_id: who does it.
        target_uri: the id of the post it is done to.
        target_id: the same as a row; None while it is not here.
        target_actor_id: whose that post is, who alone may say yes or no.
        request_uri: the id of the activity that asked.
        authorization_uri: where the yes can be read: one of somebody elsewhere once it was verified, one
            of ours once it was given. None where none is needed, as for quotes of oneself.
    """

    id: int
    kind: Kind
    post_uri: str
    post_id: int | None = None
    actor_id: int
    target_uri: str
    target_id: int | None = None
    target_actor_id: int | None = None
    state: State
    request_uri: str | None = None
    authorization_uri: str | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def stands(self) -> bool:
        """Whether the post still does it: allowed, or not yet answered."""
        return self.state in {"accepted", "pending"}
