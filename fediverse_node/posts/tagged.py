"""Public posts with hashtags: all that are known, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import COLUMNS, LIVE, post_from
from fediverse_node.posts.tables import hashtags, posts
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """Which hashtags, all folded (`kernel.text.hashtag_key`).

    Attributes:
        any: a post has one of them at least.
        all: it has each of these, too.
        none: it has none of these.
        local: None: from everywhere; else from here, or from elsewhere.
    """

    any: tuple[str, ...]
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    local: bool | None = None
    media_only: bool = False


def page(tx: Tx, wanted: Tags, which: Page) -> list[Post]:
    """A page of them; boosts have no hashtags of their own."""
    statement: sa.Select[Any] = sa.select(*COLUMNS).where(
        posts.c.id.in_(_having(wanted.any)), posts.c.visibility == "public", LIVE
    )
    for tag in wanted.all:
        statement = statement.where(posts.c.id.in_(_having((tag,))))
    if wanted.none:
        statement = statement.where(posts.c.id.not_in(_having(wanted.none)))
    if wanted.local is not None:
        statement = statement.where(posts.c.local if wanted.local else sa.not_(posts.c.local))
    if wanted.media_only:
        statement = statement.where(posts.c.attachments.is_not(None))
    return [post_from(row) for row in paging.rows(tx, statement, posts.c.id, which)]


def _having(tags: tuple[str, ...]) -> sa.Select[Any]:
    return sa.select(hashtags.c.post_id).where(hashtags.c.tag.in_(tags))
