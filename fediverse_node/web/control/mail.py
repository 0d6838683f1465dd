"""How delivery goes, as `doctor` says it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

from fediverse_node.deliveries import backlog
from fediverse_node.federation.delivery.standing import standing
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.node import Node
from fediverse_node.peers import queries as peers
from fediverse_node.peers.model import Peer
from fediverse_node.storage.tx import Tx
from fediverse_node.web.control.finding import Finding

#: What was due so long ago and is not even tried says that nobody works.
LATE: Final = timedelta(minutes=10)
_NAMED: Final = 5


async def look(node: Node) -> AsyncIterator[Finding]:
    """The backlog, and the servers that do not answer."""
    waiting = await node.db.read(backlog.waiting)
    late = await node.db.read(lambda tx: backlog.overdue(tx, tx.now - LATE))
    if late:
        yield Finding(
            "backlog",
            "ill",
            f"{late} letters have been due for over ten minutes and nobody takes them. Is a worker "
            "running, and "
            "does its log say delivery.turn_failed?",
        )
    elif waiting is None:
        yield Finding("backlog", "well", "nothing waits to be delivered")
    else:
        oldest = to_rfc3339(waiting.oldest)
        yield Finding("backlog", "well", f"{waiting.letters} letters wait, the oldest since {oldest}")
    yield await _failing(node)


async def _failing(node: Node) -> Finding:
    def look_at(tx: Tx) -> dict[str, list[Peer]]:
        found: dict[str, list[Peer]] = {}
        for peer in peers.failing(tx):
            found.setdefault(standing(peer, tx.now), []).append(peer)
        return found

    failing = await node.db.read(look_at)
    if not failing:
        return Finding("other servers", "well", "all that were written to answer")
    words = []
    if given_up := failing.get("forgotten"):
        words.append(f"silent for thirty days, their mail is dropped: {_names(given_up)}")
    if dormant := failing.get("dormant"):
        words.append(f"silent for a week, tried once a day: {_names(dormant)}")
    if others := [*failing.get("open", ()), *failing.get("failing", ())]:
        words.append(f"not answering at the moment: {_names(others)}")
    return Finding("other servers", "remark", f"{'; '.join(words)}. See: fediverse-node hosts")


def _names(found: list[Peer]) -> str:
    named = ", ".join(peer.host for peer in found[:_NAMED])
    return f"{named} and {len(found) - _NAMED} more" if len(found) > _NAMED else named
