"""Values the mail room hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A letter that waits to be sent.

    Attributes:
        recipient: an address from `kernel.email.check_address`.
        body: plain text.
        attempts: how often the mail server would not take it.
    """

    id: int
    recipient: str
    subject: str
    body: str = field(repr=False)
    created_at: datetime
    attempts: int
