"""Says in the log and in the figures what happened to a host, once that is committed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.tallies import Tallies

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to a host.

    Attributes:
        kind: `opened`: it is left alone until `until`. `closed`: it answers again. `gave-up`: letters
            were too old. `forgotten`: it has not answered for thirty days, and its queue was emptied.
        letters: how many were given up.
    """

    host: str
    kind: Literal["opened", "closed", "gave-up", "forgotten"]
    until: datetime | None = None
    letters: int = 0


def tell(changes: Iterable[Change], tallies: Tallies) -> None:
    """Write them down for the operator."""
    for change in changes:
        if change.kind == "opened":
            tallies.count("breaker_changes", "open")
            until = to_rfc3339(change.until) if change.until else None
            log.warning("delivery.breaker_opened", extra={"host": change.host, "until": until})
        elif change.kind == "closed":
            tallies.count("breaker_changes", "closed")
            log.info("delivery.breaker_closed", extra={"host": change.host})
        elif change.kind == "gave-up":
            log.warning("delivery.gave_up", extra={"host": change.host, "letters": change.letters})
        else:
            log.warning("delivery.host_forgotten", extra={"host": change.host, "letters": change.letters})
