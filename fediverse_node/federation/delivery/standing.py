"""How it stands with another server, in one word, decided without a clock, a socket or a row."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fediverse_node.federation.delivery.breaker import DORMANT_AFTER, forgotten
from fediverse_node.peers.model import Peer

#: `new`: nothing was sent yet. `slow`: its last answer took long. `failing`: the last exchanges
#: failed. `open`: it is left alone until its next probe. `dormant`: for a week. `forgotten`: for thirty
#: days, and what waits for it is given up at each probe.
Standing = Literal["healthy", "new", "slow", "failing", "open", "dormant", "forgotten"]


def standing(peer: Peer, now: datetime) -> Standing:
    """How it stands with *peer* at the moment *now*."""
    if peer.breaker == "open":
        if forgotten(peer, now):
            return "forgotten"
        dormant = peer.failing_since is not None and now - peer.failing_since >= DORMANT_AFTER
        return "dormant" if dormant else "open"
    if peer.failures:
        return "failing"
    if peer.slow:
        return "slow"
    return "healthy" if peer.last_success_at is not None else "new"
