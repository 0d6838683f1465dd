"""Values the peers room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another server, as far as reaching it goes.

    Attributes:
        host: `host[:port]`, canonical.
        breaker: `closed` lets deliveries through; `open` holds them back until `probe_at`.
        failures: how many exchanges failed in a row.
        failing_since: when the first of them failed.
        probe_delay: seconds between probes, while open.
        parked: whether mail was put aside that has to be brought back.
    """

    host: str
    software: str | None = None
    breaker: Literal["closed", "open"] = "closed"
    failures: int = 0
    failing_since: datetime | None = None
    probe_at: datetime | None = None
    probe_delay: int | None = None
    parked: bool = False
    last_error: str | None = None
    last_success_at: datetime | None = None
