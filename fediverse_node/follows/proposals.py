"""Whom somebody may want to follow: those whom several of the people they follow do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from fediverse_node.follows.tables import declined_acquaintances, follows
from fediverse_node.storage.tx import Tx

#: Follows that are looked at: the latest of the person, and of these people together.
_MINE: Final = 200
_THEIRS: Final = 5_000


def friends_of_friends(tx: Tx, actor_id: int, *, limit: int) -> list[int]:
    """Ids of those followed by most of the people whom the actor follows, and not by the actor."""
    accepted = follows.c.state == "accepted"
    friends = (
        sa.select(follows.c.target_id)
        .where(follows.c.follower_id == actor_id, accepted)
        .order_by(follows.c.id.desc())
        .limit(_MINE)
    )
    ids = [row[0] for row in tx.all(friends)]
    if not ids:
        return []
    theirs = (
        sa.select(follows.c.target_id)
        .where(follows.c.follower_id.in_(ids), follows.c.target_id != actor_id, accepted)
        .limit(_THEIRS)
        .subquery()
    )
    own = sa.select(follows.c.target_id).where(follows.c.follower_id == actor_id)
    found = (
        sa.select(theirs.c.target_id)
        .where(theirs.c.target_id.not_in(own))
        .group_by(theirs.c.target_id)
        .order_by(sa.func.count().desc(), theirs.c.target_id.desc())
        .limit(limit)
    )
    return [row[0] for row in tx.all(found)]


def decline(tx: Tx, actor_id: int, target_id: int) -> None:
    """Do not propose *target_id* to this actor any more."""
    tx.insert_missing(declined_acquaintances, [{"actor_id": actor_id, "target_id": target_id}])


def declined_among(tx: Tx, actor_id: int, target_ids: Collection[int]) -> set[int]:
    """Those of *target_ids* whom the actor does not want to be proposed."""
    declined = declined_acquaintances.c
    where = (declined.actor_id == actor_id, declined.target_id.in_(list(target_ids)))
    return {row[0] for row in tx.all(sa.select(declined.target_id).where(*where))}


def forget(tx: Tx, actor_id: int) -> None:
    """Forget what somebody declined who is gone."""
    declined = declined_acquaintances
    tx.execute(declined.delete().where(declined.c.actor_id == actor_id))
