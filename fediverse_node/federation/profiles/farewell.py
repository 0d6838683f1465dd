"""What a deleted account of ours left is erased, a few posts at a time, and its keys go last."""

from __future__ import annotations

from typing import Final

from fediverse_node.actors import queries as actors
from fediverse_node.actors import retired
from fediverse_node.actors.model import Actor
from fediverse_node.announcements import queries as announcements
from fediverse_node.consent import decisions
from fediverse_node.conversations import queries as conversations
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.filters import queries as filters
from fediverse_node.follows import proposals
from fediverse_node.hashtags import queries as hashtags
from fediverse_node.imports import taken_over
from fediverse_node.lists import queries as lists
from fediverse_node.notifications import holding
from fediverse_node.notifications import queries as notifications
from fediverse_node.polls import queries as polls
from fediverse_node.posts import erasure, liked
from fediverse_node.posts import queries as posts
from fediverse_node.posts.subject import subject_of
from fediverse_node.push import queries as push
from fediverse_node.reading import queries as reading
from fediverse_node.scheduled import queries as scheduled
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

#: Posts that one transaction erases: the database has other readers and writers.
BATCH: Final = 40


async def erase(db: Database, actor: Actor) -> bool:
    """Erase the posts of *actor*, and its private keys once its last letters are gone.

    Can be broken off anywhere and begun again.

    Returns:
        Whether nothing is left to do; else letters still wait to be signed.
    """
    while await db.write(lambda tx: _erase_some(tx, actor)):
        pass

    def last(tx: Tx) -> bool:
        if deliveries.has_waiting(tx, actor.id):
            return False
        actors.forget_private_keys(tx, actor.id)
        retired.forget_of(tx, actor.id)
        taken_over.forget(tx, actor.id)
        liked.forget_all(tx, actor.id)
        for room in (reading, lists, filters, hashtags, proposals, announcements):
            room.forget(tx, actor.id)
        for room in (holding, conversations, scheduled, push):
            room.forget(tx, actor.id)
        return True

    return await db.write(last)


def _erase_some(tx: Tx, actor: Actor) -> bool:
    found = erasure.left_of(tx, actor.id, limit=BATCH)
    for post in found:
        if post.boost_of_id is None:
            decisions.erase(tx, subject_of(post, actor))
            deliveries.withdraw(tx, post.id, types=("Create", "Update"))
        posts.remove(tx, post, actor_uri=actor.uri)
        if post.type == "Question":
            polls.remove(tx, post.id)
        notifications.remove_for_post(tx, post.id)
        if post.visibility == "direct":
            conversations.let_go(tx, post.id)
    return bool(found)
