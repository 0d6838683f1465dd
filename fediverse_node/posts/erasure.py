"""Erasing what a departed actor said: asked for at once, done bit by bit, begun anew where it stopped.

Nothing of a deleted actor is shown from the first moment; this takes the text itself out of the rows.
"""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import COLUMNS, LIVE, post_from
from fediverse_node.posts.tables import erasures, posts
from fediverse_node.storage.tx import Tx

#: Rung when there is something to erase.
BELL = "erasures"


def ask(tx: Tx, actor_id: int) -> None:
    """Let everything that an actor said be erased. Safe to ask twice."""
    tx.insert_new(erasures, {"actor_id": actor_id, "asked_at": tx.now, "done_at": None})
    tx.ring(BELL)


def next_actor(tx: Tx) -> int | None:
    """Whose posts are to be erased next: whoever went first."""
    statement = sa.select(erasures.c.actor_id).where(erasures.c.done_at.is_(None))
    found: int | None = tx.scalar(statement.order_by(erasures.c.asked_at, erasures.c.actor_id).limit(1))
    return found


def left_of(tx: Tx, actor_id: int, *, limit: int) -> list[Post]:
    """Some of what still stands of an actor's posts and boosts, oldest first."""
    statement = sa.select(*COLUMNS).where(posts.c.actor_id == actor_id, LIVE)
    return [post_from(row) for row in tx.all(statement.order_by(posts.c.id).limit(limit))]


def finish(tx: Tx, actor_id: int) -> None:
    """Nothing is left of this actor's posts."""
    tx.execute(erasures.update().where(erasures.c.actor_id == actor_id).values(done_at=tx.now))
