"""An actor elsewhere is deleted: it no longer acts, follows or is followed, and is shown nowhere."""

from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.follows import queries as follows
from fediverse_node.posts import erasure
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home


def say_farewell(tx: Tx, actor: Actor) -> None:
    """Mark *actor* as deleted and take it out of everybody's lists. Safe to do twice.

    Its posts are hidden at once, since the visibility rule shows nothing of a deleted actor, and erased
    soon after.
    """
    actors.change(tx, actor.id, {"deleted_at": tx.now})
    for reader_id in follows.local_follower_ids(tx, actor.id):
        home.withdraw(tx, reader_id, actor.id)
    follows.remove_all_of(tx, actor.id)
    erasure.ask(tx, actor.id)
