"""When an account moved last: what is asked before another move is believed or made."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from fediverse_node.actors.tables import actor_moves
from fediverse_node.storage.tx import Tx

#: Between two moves of one account: followers cannot be sent around the world in a circle.
COOLDOWN = timedelta(days=30)


def moved_lately(tx: Tx, actor_id: int) -> bool:
    """Whether the last move of an actor is less than `COOLDOWN` ago."""
    moved_at = tx.scalar(sa.select(actor_moves.c.moved_at).where(actor_moves.c.actor_id == actor_id))
    return moved_at is not None and moved_at > tx.now - COOLDOWN


def note(tx: Tx, actor_id: int, target_uri: str) -> None:
    """Remember that an actor moved now."""
    row = {"actor_id": actor_id, "target_uri": target_uri, "moved_at": tx.now}
    tx.upsert(actor_moves, row, key=["actor_id"])
