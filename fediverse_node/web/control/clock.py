"""Whether our clock goes right, by the clocks of servers that we deliver to anyway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from fediverse_node.kernel.errors import NodeError
from fediverse_node.node import Node
from fediverse_node.peers import overview
from fediverse_node.web.control.finding import Finding

#: Some servers believe a Date that is a minute old, and no older one.
TOLERATED_SECONDS: Final = 30.0
_ASKED: Final = 2
_LOOKED_AT: Final = 200


async def look(node: Node) -> AsyncIterator[Finding]:
    """Nothing, where there is nobody to ask."""
    known = await node.db.read(lambda tx: overview.everyone(tx, limit=_LOOKED_AT))
    hosts = [peer.host for peer in known if peer.last_success_at and not peer.failures][:_ASKED]
    scheme = "http" if node.config.federation.allow_http else "https"
    apart = [found for host in hosts if (found := await _apart(node, f"{scheme}://{host}")) is not None]
    if not apart:
        return
    nearest = min(apart, key=abs)
    if abs(nearest) <= TOLERATED_SECONDS:
        yield Finding("clock", "well", "agrees with those of other servers")
    else:
        way = "ahead" if nearest > 0 else "behind"
        yield Finding(
            "clock",
            "ill",
            f"is {abs(nearest):.0f} seconds {way}: other servers refuse signatures whose time is wrong. "
            "Let the "
            "machine take its time from the network (chrony, systemd-timesyncd).",
        )


async def _apart(node: Node, origin: str) -> float | None:
    """By how many seconds our clock is ahead of theirs."""
    try:
        answer = await node.outbound.get(f"{origin}/.well-known/nodeinfo", accept="application/json")
        then: datetime = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (NodeError, ValueError):
        return None
    return (node.clock() - then).total_seconds() if then.tzinfo is not None else None
