"""What somebody liked, for themselves."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fediverse_node.posts.rows import LIVE
from fediverse_node.posts.tables import favourites, posts
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx


def by_actor(tx: Tx, actor_id: int, page: Page) -> list[tuple[int, str]]:
    """(id of the like, uri of the post), newest first; without what was deleted since."""
    statement: sa.Select[Any] = (
        sa.select(favourites.c.id, posts.c.uri)
        .join_from(favourites, posts, posts.c.id == favourites.c.post_id)
        .where(favourites.c.actor_id == actor_id, LIVE)
    )
    return [(row[0], row[1]) for row in paging.rows(tx, statement, favourites.c.id, page)]
