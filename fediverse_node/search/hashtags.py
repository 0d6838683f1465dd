"""Hashtags by how they begin: of those that stand in public posts, which were used lately."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from fediverse_node.posts import queries as posts
from fediverse_node.posts.rows import LIVE
from fediverse_node.posts.tables import hashtags
from fediverse_node.posts.tables import posts as post_rows
from fediverse_node.search.tables import search_tags
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import rule
from fediverse_node.visibility.rule import Viewer

#: Hashtags that one search looks at, and posts with each, the newest.
MOST_LOOKED_AT: Final = 60
_POSTS: Final = 3
#: Beyond every letter that a hashtag may have.
_LAST: Final = "\U0010ffff"

_BEGINNING = (
    sa.select(search_tags.c.tag)
    .where(search_tags.c.tag >= sa.bindparam("first"), search_tags.c.tag < sa.bindparam("last"))
    .order_by((search_tags.c.tag == sa.bindparam("first")).desc(), search_tags.c.last_id.desc())
    .limit(MOST_LOOKED_AT)
)
_WITH = (
    sa.select(post_rows.c.id)
    .join_from(hashtags, post_rows, post_rows.c.id == hashtags.c.post_id)
    .where(hashtags.c.tag == sa.bindparam("tag"), post_rows.c.visibility == "public", LIVE)
    .order_by(hashtags.c.post_id.desc())
    .limit(_POSTS)
)
_USED = (
    search_tags.update()
    .where(search_tags.c.tag == sa.bindparam("used"), search_tags.c.last_id < sa.bindparam("used_in"))
    .values(last_id=sa.bindparam("used_in"))
)


def beginning(tx: Tx, key: str, viewer: Viewer, *, limit: int, offset: int = 0) -> list[str]:
    """Hashtags that begin with *key* (folded): itself first, then those used last.

    Only such as stand in a public post that *viewer* may see: what people write to each other is theirs.
    """
    named = [row[0] for row in tx.all(_BEGINNING, {"first": key, "last": key + _LAST})]
    used: dict[str, list[int]] = {}
    for tag in named:
        used[tag] = [row[0] for row in tx.all(_WITH, {"tag": tag})]
    found = posts.by_ids(tx, {id_ for ids in used.values() for id_ in ids})
    seen = {post.id for post in rule.visible(tx, list(found.values()), viewer)}
    return [tag for tag, ids in used.items() if seen & set(ids)][offset : offset + limit]


def note(tx: Tx, used: Mapping[str, int]) -> None:
    """These hashtags were used: the newest post with each."""
    rows = [{"tag": tag, "last_id": post_id} for tag, post_id in sorted(used.items())]
    tx.insert_missing(search_tags, rows)
    tx.change_many(_USED, [{"used": row["tag"], "used_in": row["last_id"]} for row in rows])
