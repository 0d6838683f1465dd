"""Values the accounts room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

#: An owner may do to a moderator what a moderator may do to everybody else.
Role = Literal["moderator", "owner"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may sign in and speak for one local actor.

    Attributes:
        language: default language of new posts (BCP 47).
        visibility: default visibility of new posts.
        disabled_at: since when signing in is refused; None while it is allowed.
        licence: default licence of new posts that are open to everybody (SPDX); None for none.
        never_ask: no form asks them whether a post may be used for training. Nothing else changes: what
            they say of their own accord counts, and silence is no for everybody.
        role: what they may do for the server; None for nearly everybody.
        pending: somebody still has to let them in. unconfirmed: they still have to show that their e-mail
            address is theirs. While one of the two holds they can do nothing, and are shown nowhere.
        credit: how datasets name them (`consent.model.CREDITS`), where a yes says nothing else; None for not
            at all.
    """

    id: int
    actor_id: int
    language: str
    visibility: str
    created_at: datetime
    disabled_at: datetime | None = None
    licence: str | None = None
    never_ask: bool = False
    credit: str | None = None
    role: Role | None = None
    pending: bool = False
    unconfirmed: bool = False

    @property
    def waits(self) -> bool:
        """Whether they signed up and are not in yet."""
        return self.pending or self.unconfirmed

    @property
    def moderates(self) -> bool:
        """Whether they may look after the server."""
        return self.role is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser in which somebody signed in. Its secret is nowhere; only its hash is stored.

    Attributes:
        browser: what it calls itself, in a few words; empty when it does not say.
        last_used_at: to the hour.
    """

    id: int
    account_id: int
    browser: str
    created_at: datetime
    last_used_at: datetime
