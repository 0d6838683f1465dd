"""Who lives here and cannot sign."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.actors.tables import actor_keys, actors
from fediverse_node.storage.tx import Tx

_MOST = 10


def keyless(tx: Tx) -> list[str]:
    """Names of actors of ours who are active and have no RSA key: a few of them."""
    has_key = (
        sa.select(sa.literal(1))
        .where(actor_keys.c.actor_id == actors.c.id, actor_keys.c.kind == "rsa")
        .where(actor_keys.c.private_key.is_not(None))
        .exists()
    )
    statement = (
        sa.select(actors.c.username)
        .where(actors.c.local, actors.c.deleted_at.is_(None), ~has_key)
        .order_by(actors.c.id)
        .limit(_MOST)
    )
    return [row[0] for row in tx.all(statement)]
