"""Did it arrive? Where a post was sent, what was answered, and when it is tried again."""

from __future__ import annotations

from fediverse_node.deliveries import queries as deliveries
from fediverse_node.deliveries.model import TraceRow
from fediverse_node.kernel.ids import parse_id
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx


def trace(tx: Tx, post: str | int) -> list[TraceRow]:
    """Every envelope about *post* (its id here, as number or text, or its uri), by host.

    Empty when there is no such post, or when it was sent to nobody.
    """
    found = post if isinstance(post, int) else parse_id(post)
    if found is None:
        known = posts.by_uri(tx, str(post))
        found = known.id if known is not None else None
    return [] if found is None else deliveries.trace(tx, found)
