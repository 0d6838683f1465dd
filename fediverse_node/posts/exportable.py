"""Candidates for the open dataset. Whether one may go out is decided by the ledger, not here."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import COLUMNS, LIVE, post_from
from fediverse_node.posts.tables import posts
from fediverse_node.storage.tx import Tx

_CANDIDATE = sa.and_(
    posts.c.local,
    posts.c.visibility == "public",
    posts.c.boost_of_id.is_(None),
    sa.not_(posts.c.sensitive),
    sa.not_(posts.c.local_only),
    LIVE,
)


def candidates(tx: Tx, *, after: int, limit: int) -> list[Post]:
    """Public posts of local authors, oldest first, from the id *after* on: no boosts, nothing sensitive."""
    statement = sa.select(*COLUMNS).where(_CANDIDATE, posts.c.id > after).order_by(posts.c.id).limit(limit)
    return [post_from(row) for row in tx.all(statement)]


def candidates_among(tx: Tx, ids: Iterable[int]) -> list[Post]:
    """Those of *ids* that are candidates now."""
    return [post_from(row) for row in tx.all(sa.select(*COLUMNS).where(_CANDIDATE, posts.c.id.in_(set(ids))))]
