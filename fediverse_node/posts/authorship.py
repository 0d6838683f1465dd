"""Who wrote what, a person or a model, and nothing else of it: for rules that need no more."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from fediverse_node.posts.tables import posts
from fediverse_node.storage.tx import Tx

_AUTHORS = sa.select(posts.c.id, posts.c.actor_id).where(posts.c.id.in_(sa.bindparam("ids", expanding=True)))

_LABELS = sa.select(posts.c.id, posts.c.actor_id, posts.c.ai_disclosure).where(
    posts.c.id.in_(sa.bindparam("ids", expanding=True))
)


def authors_of(tx: Tx, post_ids: Iterable[int]) -> dict[int, int]:
    """The author's id of each of *post_ids* that is here, in one statement; in none, when there are none."""
    ids = list(set(post_ids))
    return {row[0]: row[1] for row in tx.all(_AUTHORS, {"ids": ids})} if ids else {}


def labels_of(tx: Tx, post_ids: Iterable[int]) -> dict[int, tuple[int, str | None]]:
    """(the author's id, the label) of each of *post_ids* that is here, as `authors_of`."""
    ids = list(set(post_ids))
    return {row[0]: (row[1], row[2]) for row in tx.all(_LABELS, {"ids": ids})} if ids else {}
