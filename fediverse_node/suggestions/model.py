"""Values the suggestions room hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What a model suggested to one account.

    Attributes:
        handle: names it; useless to any other account.
        action: `draft`, `rewrite`, `shorten` or `translate`.
        input_sha256: of what was sent to the model, in hex; the text itself is not kept.
        output: plain text; empty once it is some days old.
        used_for: the uri of the first post that was made with it.
    """

    handle: str
    account_id: int
    provider: str
    model: str
    action: str
    input_sha256: str
    output: str = field(repr=False)
    created_at: datetime
    used_at: datetime | None = None
    used_for: str | None = None
