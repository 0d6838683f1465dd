"""Did it arrive? Where a post was sent, what was answered, and when it is tried again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fediverse_node.deliveries import backlog
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.deliveries.model import TraceRow
from fediverse_node.federation.delivery.queue import BELL
from fediverse_node.kernel.ids import parse_id
from fediverse_node.moderation.policy import policy
from fediverse_node.peers import overview
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


#: An author does not make us knock at a server more often than this.
PATIENCE: Final = timedelta(seconds=60)


def retry(
    tx: Tx, post_id: int, *, actor_id: int | None = None, host: str | None = None, patient: bool = False
) -> list[str]:
    """Try at once what has not arrived, also what was given up.

    A server that is left alone is asked with one letter, as at any probe; the rest follows when it answers.

    Args:
        tx: a write transaction.
        post_id: the post.
        actor_id: what this actor sent about it, and nobody else.
        host: at this server only.
        patient: leave alone what was tried within the last minute.

    Returns:
        The hosts that are tried, in order. Servers that are shut out here are not among them.
    """
    rules = policy(tx)
    rows = deliveries.trace(tx, post_id)
    shut_out = {row.host for row in rows if rules.is_shut_out(row.inbox)}
    hosts = backlog.try_again(
        tx,
        post_id,
        actor_id=actor_id,
        host=host,
        tried_before=tx.now - PATIENCE if patient else None,
        without=shut_out,
    )
    if hosts:
        overview.probe_now(tx, hosts)
        tx.ring(BELL)
    return sorted(hosts)
