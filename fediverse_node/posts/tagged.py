"""Public posts with hashtags: all that are known, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fediverse_node.posts import lists
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
    if len(wanted.any) == 1 and wanted == Tags(any=wanted.any):
        return lists.tagged(tx, wanted.any[0], which)
    statement: sa.Select[Any] = sa.select(*COLUMNS).where(posts.c.visibility == "public", LIVE)
    column: sa.ColumnElement[int] = posts.c.id
    if len(wanted.any) == 1:
        # Along the index of the hashtag and no further than the page, however many posts have it.
        statement = statement.join_from(hashtags, posts, posts.c.id == hashtags.c.post_id)
        statement, column = statement.where(hashtags.c.tag == wanted.any[0]), hashtags.c.post_id
    else:
        statement = statement.where(posts.c.id.in_(_having(wanted.any)))
    for tag in wanted.all:
        statement = statement.where(_has((tag,)))
    if wanted.none:
        statement = statement.where(sa.not_(_has(wanted.none)))
    if wanted.local is not None:
        statement = statement.where(posts.c.local if wanted.local else sa.not_(posts.c.local))
    if wanted.media_only:
        statement = statement.where(posts.c.attachments.is_not(None))
    return [post_from(row) for row in paging.rows(tx, statement, column, which)]


def _has(tags: tuple[str, ...]) -> sa.ColumnElement[bool]:
    """Whether a post has one of *tags*: looked up for each that is on the way, not for all there are."""
    other = hashtags.alias()
    return sa.exists().where(other.c.post_id == posts.c.id, other.c.tag.in_(tags))


def _having(tags: tuple[str, ...]) -> sa.Select[Any]:
    return sa.select(hashtags.c.post_id).where(hashtags.c.tag.in_(tags))
