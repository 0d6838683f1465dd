"""Values the arrivals room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An activity that was proved and taken in, and still has to take effect.

    Attributes:
        host: the signer's; jobs of one host begin in order.
        signer_uri: the actor whose key signed it.
        document: the bytes that were verified.
        attempts: how many times it was tried and put off.
    """

    id: int
    host: str
    signer_uri: str
    document: bytes
    attempts: int
    due_at: datetime
    created_at: datetime
