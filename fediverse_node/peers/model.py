"""Values the peers room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

#: Ways to sign a request: draft-cavage-12 or RFC 9421 with our RSA key, RFC 9421 with our Ed25519 key.
Signing = Literal["cavage", "rfc9421", "ed25519"]


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
        slow: whether its last exchange took long.
        signing: the way of signing that it last accepted; it is tried first.
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
    signing: Signing | None = None
    slow: bool = False
