"""Favourites: one per post and actor, with the id of the Like that made it."""

from __future__ import annotations

import sqlalchemy as sa

from fediverse_node.posts.tables import favourites, posts
from fediverse_node.storage.tx import Tx

_COUNT = (
    posts.update()
    .where(posts.c.id == sa.bindparam("counted_id"))
    .values(favourites_count=posts.c.favourites_count + sa.bindparam("step"))
)


def favourite(tx: Tx, post_id: int, actor_id: int, uri: str) -> bool:
    """Add a favourite. False when it is there already."""
    values = {"id": tx.new_id(), "post_id": post_id, "actor_id": actor_id, "uri": uri, "created_at": tx.now}
    added = tx.insert_new(favourites, values)
    if added:
        _count(tx, post_id, 1)
    return added


def rename(tx: Tx, post_id: int, actor_id: int, uri: str) -> None:
    """A peer sent a second Like for the pair: the favourite goes by its newest id from now on."""
    where = sa.and_(favourites.c.post_id == post_id, favourites.c.actor_id == actor_id)
    tx.execute(favourites.update().where(where).values(uri=uri))


def unfavourite(tx: Tx, post_id: int, actor_id: int) -> str | None:
    """Take a favourite back. Gives the id of its Like; None when there was none."""
    uri = favourite_uri(tx, post_id, actor_id)
    if uri is not None:
        where = sa.and_(favourites.c.post_id == post_id, favourites.c.actor_id == actor_id)
        if tx.execute(favourites.delete().where(where)).rowcount:
            _count(tx, post_id, -1)
    return uri


def favourite_uri(tx: Tx, post_id: int, actor_id: int) -> str | None:
    """The id of the Like, if this actor favourited this post."""
    where = sa.and_(favourites.c.post_id == post_id, favourites.c.actor_id == actor_id)
    found: str | None = tx.scalar(sa.select(favourites.c.uri).where(where))
    return found


def favourite_by_uri(tx: Tx, uri: str) -> tuple[int, int] | None:
    """(post id, actor id) of the favourite that this Like made."""
    row = tx.first(sa.select(favourites.c.post_id, favourites.c.actor_id).where(favourites.c.uri == uri))
    return None if row is None else (row[0], row[1])


def _count(tx: Tx, post_id: int, step: int) -> None:
    tx.change(_COUNT, {"counted_id": post_id, "step": step})
