"""Every yes of somebody of ours who was suspended, or moved away, is ended in the ledger, a few at a time.

None of them was in force any more since that very moment; this tells whoever keeps a copy. What was ended
stays so when they come back.
"""

from __future__ import annotations

from typing import Final

from fediverse_node.actors import queries as actors
from fediverse_node.consent import decisions
from fediverse_node.consent.model import Method
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

#: Yeses that one transaction ends: each is signed, and the database has other writers.
BATCH: Final = 40


async def end_all(db: Database, actor_id: int) -> None:
    """End each yes of this actor, if it is suspended or has moved; nothing is done for anybody else.

    Can be broken off anywhere and begun again.
    """
    while await db.write(lambda tx: _end_some(tx, actor_id)):
        pass


def _end_some(tx: Tx, actor_id: int) -> bool:
    actor = actors.by_id(tx, actor_id)
    # A deleted account's receipts are erased with its posts.
    if actor is None or not actor.local or actor.deleted_at is not None:
        return False
    if actor.suspended_at is None and actor.moved_to is None:
        return False
    method: Method = "suspend" if actor.suspended_at is not None else "move"
    return decisions.lapse(tx, actor.uri, method=method, limit=BATCH) == BATCH
