"""Values the joining room hands out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from fediverse_node.kernel.errors import NotValid

LinkKind = Literal["confirm", "reset"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Lets people in who know its code.

    Attributes:
        account_id: whose it is; None for the operator's.
        uses_left: None for any number.
    """

    id: int
    code: str
    note: str
    account_id: int | None
    uses_left: int | None
    used: int
    expires_at: datetime | None
    created_at: datetime
    revoked_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        """Whether somebody can still come in by it."""
        over = self.expires_at is not None and self.expires_at <= now
        return self.revoked_at is None and not over and self.uses_left != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """That somebody made their account themselves.

    Attributes:
        invited_by: whose invitation it was, by account; None for the operator's or for none.
        app_id: through which app; None for the page.
    """

    account_id: int
    invitation_id: int | None
    invited_by: int | None
    app_id: int | None
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """Where an account is reached. Only a confirmed address gets links that let somebody in."""

    account_id: int
    address: str
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody who wants to join has typed.

    Attributes:
        app_id: the app they came through; None for the page.
        language: of the letters to them, and of their posts.
    """

    username: str
    password: str = field(repr=False)
    email: str = ""
    reason: str = ""
    agreement: bool = False
    code: str | None = None
    language: str = "en"
    app_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one field: a word of Mastodon's for apps, and a sentence."""

    code: str
    text: str


class Unfit(NotValid):
    """Something that was typed into the form cannot be taken.

    Args:
        faults: by field.
    """

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        super().__init__(" ".join(fault.text for fault in faults.values()))
        self.faults = faults
