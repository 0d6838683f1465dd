"""Pinned posts: what somebody shows first on their profile."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import COLUMNS, LIVE, POST
from fediverse_node.posts.tables import pins, posts
from fediverse_node.storage.tx import Tx

#: Posts that one of ours may pin; what Mastodon shows.
MAX_PINS = 5
#: Posts of somebody elsewhere that are kept as pinned (limits table L).
MAX_REMOTE_PINS = 20

# Asked with pages and timelines, so they are built once.
_OF_ACTOR = (
    sa.select(*COLUMNS)
    .join_from(pins, posts, posts.c.id == pins.c.post_id)
    .where(pins.c.actor_id == sa.bindparam("owner_id"), LIVE)
    .order_by(pins.c.place.desc())
)


def of_actor(tx: Tx, actor_id: int) -> list[Post]:
    """What an actor pinned, the newest pin first, as far as it still stands."""
    return tx.values(_OF_ACTOR, {"owner_id": actor_id}, POST)


def pin(tx: Tx, actor_id: int, post_id: int) -> bool:
    """Put a post first. False when it was pinned already, and stays where it is."""
    return tx.insert_new(pins, {"actor_id": actor_id, "post_id": post_id, "place": tx.new_id()})


def unpin(tx: Tx, actor_id: int, post_id: int) -> bool:
    """Take a pin out. False when there was none."""
    where = sa.and_(pins.c.actor_id == actor_id, pins.c.post_id == post_id)
    return tx.execute(pins.delete().where(where)).rowcount == 1


def replace(tx: Tx, actor_id: int, post_ids: list[int]) -> None:
    """Make *post_ids*, the first one first, the pins of an actor."""
    tx.execute(pins.delete().where(pins.c.actor_id == actor_id))
    rows = [
        {"actor_id": actor_id, "post_id": post_id, "place": tx.new_id()}
        for post_id in reversed(list(dict.fromkeys(post_ids)))
    ]
    tx.insert_missing(pins, rows)
