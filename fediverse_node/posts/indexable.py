"""Which of somebody's posts a search engine may be told of."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from fediverse_node.posts.rows import LIVE
from fediverse_node.posts.tables import posts
from fediverse_node.storage.tx import Tx

_OWN = (
    sa.select(posts.c.id, posts.c.published_at, posts.c.edited_at)
    .where(
        posts.c.actor_id == sa.bindparam("actor_id"),
        posts.c.visibility == "public",
        posts.c.boost_of_id.is_(None),
        sa.not_(posts.c.local_only),
        LIVE,
    )
    .order_by(posts.c.id.desc())
    .limit(sa.bindparam("limit"))
)


def own(tx: Tx, actor_id: int, limit: int) -> list[tuple[int, datetime]]:
    """The newest public posts of an actor: the id, and when it was last changed.

    Whether their author allows it at all is for the caller to ask.
    """
    found = tx.all(_OWN, {"actor_id": actor_id, "limit": limit})
    return [(id_, edited or published) for id_, published, edited in found]
