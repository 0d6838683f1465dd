"""Links by which somebody without a way to sign in sees where a post went. Whoever has one may look."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from fediverse_node.deliveries.tables import trace_links
from fediverse_node.storage.tx import Tx

#: Long enough to look, short enough that a link in a history is worth nothing.
LIVES = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceLink:
    """What a link shows: what an actor sent about a post."""

    post_id: int
    actor_id: int
    expires_at: datetime


def new_link(tx: Tx, post_id: int, actor_id: int) -> tuple[str, TraceLink]:
    """A token that opens the way of a post for a while. It is not kept, only what it is known by."""
    token = secrets.token_urlsafe(32)
    link = TraceLink(post_id=post_id, actor_id=actor_id, expires_at=tx.now + LIVES)
    tx.insert(
        trace_links,
        {
            "token_sha256": _digest(token),
            "post_id": link.post_id,
            "actor_id": link.actor_id,
            "expires_at": link.expires_at,
        },
    )
    return token, link


def opened_by(tx: Tx, token: str) -> TraceLink | None:
    """What *token* opens; None for one that never did, or does no more."""
    row = tx.first(
        sa.select(trace_links.c.post_id, trace_links.c.actor_id, trace_links.c.expires_at).where(
            trace_links.c.token_sha256 == _digest(token), trace_links.c.expires_at > tx.now
        )
    )
    return None if row is None else TraceLink(post_id=row[0], actor_id=row[1], expires_at=row[2])


def forget_old(tx: Tx) -> None:
    """Drop what opens nothing any more."""
    tx.execute(trace_links.delete().where(trace_links.c.expires_at <= tx.now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
