"""What is left of deleted posts: who wrote them and who could see them, for whoever has to be told."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import COLUMNS, POST
from fediverse_node.posts.tables import posts
from fediverse_node.storage.tx import Tx

#: Of the boosts of one post.
MAX_BOOSTS: Final = 1_000

_GONE = (
    sa.select(*COLUMNS)
    .where(
        sa.or_(posts.c.id == sa.bindparam("gone_id"), posts.c.boost_of_id == sa.bindparam("gone_id")),
        posts.c.deleted_at.is_not(None),
    )
    .order_by(posts.c.id)
    .limit(MAX_BOOSTS)
)


def with_boosts(tx: Tx, post_id: int) -> list[Post]:
    """The deleted post with this id and the boosts that went with it; nothing where it is still there."""
    return tx.values(_GONE, {"gone_id": post_id}, POST)
