"""Emoji under posts (FEP-c0e0): some for each actor and post, counted in the post's own row.

The post carries the tally, so that a page of posts needs no statement for reactions that are not there.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from fediverse_node.posts.model import Reaction
from fediverse_node.posts.tables import emoji_reactions, posts
from fediverse_node.storage.tx import Row, Tx

#: Emoji of one actor under one post.
MAX_OF_ACTOR = 5
#: Different emoji under one post.
MAX_KINDS = 50

_COLUMNS = (
    emoji_reactions.c.post_id,
    emoji_reactions.c.actor_id,
    emoji_reactions.c.emoji,
    emoji_reactions.c.picture,
    emoji_reactions.c.uri,
)
_SELECT = sa.select(*_COLUMNS)


def add(tx: Tx, reaction: Reaction) -> bool:
    """Put an emoji under a post. False when it is there already, or when there are too many."""
    mine = of_actor(tx, reaction.post_id, reaction.actor_id)
    if any(each.emoji == reaction.emoji for each in mine):
        _rename(tx, reaction)
        return False
    if len(mine) >= MAX_OF_ACTOR:
        return False
    kinds = {emoji for emoji, _, _ in _tally(tx, reaction.post_id)}
    if reaction.emoji not in kinds and len(kinds) >= MAX_KINDS:
        return False
    added = tx.insert_new(
        emoji_reactions,
        {
            "id": tx.new_id(),
            "post_id": reaction.post_id,
            "actor_id": reaction.actor_id,
            "emoji": reaction.emoji,
            "picture": reaction.picture,
            "uri": reaction.uri,
            "created_at": tx.now,
        },
    )
    if added:
        _recount(tx, reaction.post_id)
    return added


def remove(tx: Tx, reaction: Reaction) -> bool:
    """Take an emoji back. False when it was not there."""
    table = emoji_reactions.c
    where = sa.and_(
        table.post_id == reaction.post_id,
        table.actor_id == reaction.actor_id,
        table.emoji == reaction.emoji,
    )
    removed = bool(tx.execute(emoji_reactions.delete().where(where)).rowcount)
    if removed:
        _recount(tx, reaction.post_id)
    return removed


def by_uri(tx: Tx, uri: str) -> Reaction | None:
    """The reaction that this activity made."""
    row = tx.first(_SELECT.where(emoji_reactions.c.uri == uri))
    return None if row is None else _reaction(row)


def of_actor(tx: Tx, post_id: int, actor_id: int) -> list[Reaction]:
    """What an actor put under a post, oldest first."""
    where = sa.and_(emoji_reactions.c.post_id == post_id, emoji_reactions.c.actor_id == actor_id)
    return [_reaction(row) for row in tx.all(_SELECT.where(where).order_by(emoji_reactions.c.id))]


def of_post(tx: Tx, post_id: int, *, limit: int = 500) -> list[Reaction]:
    """What everybody put under a post, oldest first."""
    statement = _SELECT.where(emoji_reactions.c.post_id == post_id).order_by(emoji_reactions.c.id)
    return [_reaction(row) for row in tx.all(statement.limit(limit))]


def mine(tx: Tx, actor_id: int, ids: Iterable[int]) -> set[tuple[int, str]]:
    """(post, emoji) of what an actor put under any of *ids*, in one statement."""
    where = sa.and_(emoji_reactions.c.actor_id == actor_id, emoji_reactions.c.post_id.in_(set(ids)))
    statement = sa.select(emoji_reactions.c.post_id, emoji_reactions.c.emoji).where(where)
    return {(row[0], row[1]) for row in tx.all(statement)}


def _reaction(row: Row) -> Reaction:
    return Reaction(post_id=row[0], actor_id=row[1], emoji=row[2], picture=row[3], uri=row[4])


def _rename(tx: Tx, reaction: Reaction) -> None:
    """A peer sent it anew: it goes by its newest id from now on, so that a late Undo does not end it."""
    table = emoji_reactions.c
    where = sa.and_(
        table.post_id == reaction.post_id,
        table.actor_id == reaction.actor_id,
        table.emoji == reaction.emoji,
    )
    tx.execute(emoji_reactions.update().where(where).values(uri=reaction.uri))


def _tally(tx: Tx, post_id: int) -> list[tuple[str, str | None, int]]:
    table = emoji_reactions.c
    statement = (
        sa.select(table.emoji, sa.func.max(table.picture), sa.func.count())
        .where(table.post_id == post_id)
        .group_by(table.emoji)
        .order_by(sa.func.min(table.id))
    )
    return [(row[0], row[1], row[2]) for row in tx.all(statement)]


def _recount(tx: Tx, post_id: int) -> None:
    tx.execute(posts.update().where(posts.c.id == post_id).values(reactions=_tally(tx, post_id) or None))
