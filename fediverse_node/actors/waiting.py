"""Actors of people who signed up and are not in yet: nobody sees them, as if they were suspended.

No read path has to know of it. When nobody lets them in, they go without a trace, and the name is free:
nobody elsewhere has ever heard of them.
"""

from __future__ import annotations

from fediverse_node.actors.tables import actor_keys, actors
from fediverse_node.storage.tx import Tx


def hide(tx: Tx, actor_id: int) -> None:
    """Show an actor nowhere yet."""
    tx.execute(actors.update().where(actors.c.id == actor_id).values(suspended_at=tx.now))


def show(tx: Tx, actor_id: int) -> None:
    """Show an actor from now on."""
    tx.execute(actors.update().where(actors.c.id == actor_id).values(suspended_at=None, updated_at=tx.now))


def forget(tx: Tx, actor_id: int) -> None:
    """Remove an actor that was never shown, and its keys."""
    tx.execute(actor_keys.delete().where(actor_keys.c.actor_id == actor_id))
    tx.execute(actors.delete().where(actors.c.id == actor_id))
