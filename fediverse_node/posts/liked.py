"""What somebody liked or put aside, for themselves; and who liked or passed on a post."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import COLUMNS, LIVE, post_from
from fediverse_node.posts.tables import bookmarks, favourites, posts
from fediverse_node.storage import paging
from fediverse_node.storage.paging import Page, Prepared
from fediverse_node.storage.tx import Tx


def by_actor(tx: Tx, actor_id: int, page: Page) -> list[tuple[int, str]]:
    """(id of the like, uri of the post), newest first; without what was deleted since."""
    statement: sa.Select[Any] = (
        sa.select(favourites.c.id, posts.c.uri)
        .join_from(favourites, posts, posts.c.id == favourites.c.post_id)
        .where(favourites.c.actor_id == actor_id, LIVE)
    )
    return [(row[0], row[1]) for row in paging.rows(tx, statement, favourites.c.id, page)]


def favourites_page(tx: Tx, actor_id: int, page: Page) -> list[tuple[int, Post]]:
    """(id of the like, what somebody liked), the last like first."""
    return _posts(tx, _FAVOURITES, actor_id, page)


def bookmarks_page(tx: Tx, actor_id: int, page: Page) -> list[tuple[int, Post]]:
    """(id of the bookmark, what somebody put aside), the last one first."""
    return _posts(tx, _BOOKMARKS, actor_id, page)


def bookmark(tx: Tx, actor_id: int, post_id: int) -> None:
    """Put a post aside. Once is enough."""
    values = {"id": tx.new_id(), "actor_id": actor_id, "post_id": post_id, "created_at": tx.now}
    tx.insert_new(bookmarks, values)


def forget(tx: Tx, actor_id: int, post_id: int) -> None:
    """Take a bookmark out, if there is one."""
    where = sa.and_(bookmarks.c.actor_id == actor_id, bookmarks.c.post_id == post_id)
    tx.execute(bookmarks.delete().where(where))


def forget_all(tx: Tx, actor_id: int) -> None:
    """Take out every bookmark of somebody who is gone."""
    tx.execute(bookmarks.delete().where(bookmarks.c.actor_id == actor_id))


def favourited_by(tx: Tx, post_id: int, page: Page) -> list[tuple[int, int]]:
    """(id of the like, who liked a post), the last one first."""
    return [(row[0], row[1]) for row in _FAVOURITED_BY.rows(tx, page, {"post_id": post_id})]


def boosted_by(tx: Tx, post_id: int, page: Page) -> list[tuple[int, int]]:
    """(id of the boost, who passed a post on to everybody), the last one first."""
    return [(row[0], row[1]) for row in _BOOSTED_BY.rows(tx, page, {"post_id": post_id})]


def _marked(table: sa.Table) -> Prepared:
    statement: sa.Select[Any] = (
        sa.select(*COLUMNS, table.c.id.label("mark_id"))
        .join_from(table, posts, posts.c.id == table.c.post_id)
        .where(table.c.actor_id == sa.bindparam("actor_id"), LIVE)
    )
    return Prepared(statement, table.c.id)


_FAVOURITES, _BOOKMARKS = _marked(favourites), _marked(bookmarks)
_FAVOURITED_BY = Prepared(
    sa.select(favourites.c.id, favourites.c.actor_id).where(favourites.c.post_id == sa.bindparam("post_id")),
    favourites.c.id,
)
_BOOSTED_BY = Prepared(
    sa.select(posts.c.id, posts.c.actor_id).where(
        posts.c.boost_of_id == sa.bindparam("post_id"),
        posts.c.visibility.in_(("public", "unlisted")),
        LIVE,
    ),
    posts.c.id,
)


def _posts(tx: Tx, marked: Prepared, actor_id: int, page: Page) -> list[tuple[int, Post]]:
    return [(row[-1], post_from(row[:-1])) for row in marked.rows(tx, page, {"actor_id": actor_id})]
