"""Two who have nothing to do with each other any more: after a block, or when a server was shut out."""

from __future__ import annotations

from fediverse_node.follows import queries as follows
from fediverse_node.notifications import queries as notifications
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home


def part(tx: Tx, one_id: int, other_id: int) -> None:
    """End the follows of two actors both ways (PRI-09), and forget what one was told of the other."""
    for follower_id, target_id in ((one_id, other_id), (other_id, one_id)):
        found = follows.find(tx, follower_id, target_id)
        if found is not None:
            follows.remove(tx, found)
            home.withdraw(tx, follower_id, target_id)
        notifications.remove_from(tx, follower_id, target_id)


def leave(tx: Tx, actor_id: int) -> None:
    """End every follow of and by an actor, and take its posts out of homes."""
    for reader_id in follows.local_follower_ids(tx, actor_id):
        home.withdraw(tx, reader_id, actor_id)
    follows.remove_all_of(tx, actor_id)
