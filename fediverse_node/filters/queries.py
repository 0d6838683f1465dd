"""All SQL of the filters room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from fediverse_node.filters.model import MAX_FILTERS, MAX_KEYWORDS, MAX_POSTS, Filter, FilteredPost, Keyword
from fediverse_node.filters.tables import filter_keywords, filter_posts, filters
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.tx import Tx

#: Rung when somebody makes a filter, or takes one away.
BELL: Final = "filters"

_BY: sa.BindParameter[int] = sa.bindparam("by", type_=sa.BigInteger)
_FILTERS = (
    sa.select(
        filters.c.id,
        filters.c.actor_id,
        filters.c.title,
        filters.c.contexts,
        filters.c.action,
        filters.c.expires_at,
    )
    .where(filters.c.actor_id == _BY)
    .order_by(filters.c.id)
)
_OWN = sa.select(filters.c.id).where(filters.c.actor_id == _BY)
_KEYWORDS = (
    sa.select(
        filter_keywords.c.id,
        filter_keywords.c.filter_id,
        filter_keywords.c.keyword,
        filter_keywords.c.whole_word,
    )
    .where(filter_keywords.c.filter_id.in_(_OWN))
    .order_by(filter_keywords.c.id)
)
_POSTS = (
    sa.select(filter_posts.c.id, filter_posts.c.filter_id, filter_posts.c.post_id)
    .where(filter_posts.c.filter_id.in_(_OWN))
    .order_by(filter_posts.c.id)
)
_FILTERING = sa.select(filters.c.actor_id).distinct()


def of_actor(tx: Tx, actor_id: int) -> list[Filter]:
    """Somebody's filters, whole, the oldest first. No statement for whoever has none, else three."""
    if actor_id not in tx.remembered(BELL, _filtering):
        return []
    keywords: defaultdict[int, list[Keyword]] = defaultdict(list)
    for row in tx.all(_KEYWORDS, {"by": actor_id}):
        keywords[row[1]].append(Keyword(id=row[0], filter_id=row[1], keyword=row[2], whole_word=row[3]))
    chosen: defaultdict[int, list[FilteredPost]] = defaultdict(list)
    for row in tx.all(_POSTS, {"by": actor_id}):
        chosen[row[1]].append(FilteredPost(id=row[0], filter_id=row[1], post_id=row[2]))
    return [
        Filter(
            id=row[0],
            actor_id=row[1],
            title=row[2],
            contexts=tuple(row[3]),
            action=row[4],
            expires_at=row[5],
            keywords=tuple(keywords[row[0]]),
            posts=tuple(chosen[row[0]]),
        )
        for row in tx.all(_FILTERS, {"by": actor_id})
    ]


def create(tx: Tx, made: Filter) -> None:
    """Store a new filter, without what it is about.

    Raises:
        NotValid: its owner has as many as there may be.
    """
    if len(of_actor(tx, made.actor_id)) >= MAX_FILTERS:
        raise NotValid(f"There can be at most {MAX_FILTERS} filters.")
    tx.insert(filters, {"id": made.id, "actor_id": made.actor_id, "created_at": tx.now, **_values(made)})
    tx.ring(BELL)
    tx.tell("filters_changed", made.actor_id)


def change(tx: Tx, changed: Filter) -> None:
    """Store a filter as it is now, without what it is about."""
    tx.execute(filters.update().where(filters.c.id == changed.id).values(**_values(changed)))
    tx.tell("filters_changed", changed.actor_id)


def remove(tx: Tx, filter_id: int) -> None:
    """Forget a filter with all that it is about."""
    _tell(tx, filter_id)
    for table in (filter_keywords, filter_posts):
        tx.execute(table.delete().where(table.c.filter_id == filter_id))
    tx.execute(filters.delete().where(filters.c.id == filter_id))
    tx.ring(BELL)


def forget(tx: Tx, actor_id: int) -> None:
    """Forget the filters of somebody who is gone."""
    own = sa.select(filters.c.id).where(filters.c.actor_id == actor_id)
    for table in (filter_keywords, filter_posts):
        tx.execute(table.delete().where(table.c.filter_id.in_(own)))
    tx.execute(filters.delete().where(filters.c.actor_id == actor_id))
    tx.ring(BELL)


def add_keyword(tx: Tx, keyword: Keyword) -> None:
    """Put a word into a filter.

    Raises:
        NotValid: it has as many as there may be.
    """
    _require_room(tx, filter_keywords, keyword.filter_id, MAX_KEYWORDS, "words")
    values = {"id": keyword.id, "filter_id": keyword.filter_id, **_word(keyword)}
    tx.insert(filter_keywords, values)
    _tell(tx, keyword.filter_id)


def change_keyword(tx: Tx, keyword: Keyword) -> None:
    """Store a word as it is now."""
    where = filter_keywords.c.id == keyword.id
    tx.execute(filter_keywords.update().where(where).values(**_word(keyword)))
    _tell(tx, keyword.filter_id)


def remove_keyword(tx: Tx, keyword_id: int) -> None:
    """Take a word out of its filter."""
    _tell(tx, sa.select(filter_keywords.c.filter_id).where(filter_keywords.c.id == keyword_id))
    tx.execute(filter_keywords.delete().where(filter_keywords.c.id == keyword_id))


def add_post(tx: Tx, filtered: FilteredPost) -> None:
    """Let a filter be about a post. Once is enough.

    Raises:
        NotValid: it has as many as there may be.
    """
    _require_room(tx, filter_posts, filtered.filter_id, MAX_POSTS, "posts")
    values = {"id": filtered.id, "filter_id": filtered.filter_id, "post_id": filtered.post_id}
    tx.insert_new(filter_posts, values)
    _tell(tx, filtered.filter_id)


def remove_post(tx: Tx, entry_id: int) -> None:
    """Let a filter no longer be about a post."""
    _tell(tx, sa.select(filter_posts.c.filter_id).where(filter_posts.c.id == entry_id))
    tx.execute(filter_posts.delete().where(filter_posts.c.id == entry_id))


def in_force(tx: Tx, found: Iterable[Filter]) -> list[Filter]:
    """Those whose time is not over."""
    return [each for each in found if each.expires_at is None or each.expires_at > tx.now]


def _require_room(tx: Tx, table: sa.Table, filter_id: int, most: int, what: str) -> None:
    count = sa.select(sa.func.count()).select_from(table).where(table.c.filter_id == filter_id)
    if tx.scalar(count) >= most:
        raise NotValid(f"There can be at most {most} {what} in a filter.")


def _tell(tx: Tx, filter_id: int | sa.Select[Any]) -> None:
    """Say whose filters change. Where nobody listens nobody looks whose they are."""
    if tx.notices is not None:
        chosen = sa.literal(filter_id) if isinstance(filter_id, int) else filter_id.scalar_subquery()
        owner_id = tx.scalar(sa.select(filters.c.actor_id).where(filters.c.id == chosen))
        if owner_id is not None:
            tx.tell("filters_changed", owner_id)


def _values(made: Filter) -> Mapping[str, Any]:
    return {
        "title": made.title,
        "contexts": list(made.contexts),
        "action": made.action,
        "expires_at": made.expires_at,
    }


def _word(keyword: Keyword) -> Mapping[str, Any]:
    return {"keyword": keyword.keyword, "whole_word": keyword.whole_word}


def _filtering(tx: Tx) -> frozenset[int]:
    return frozenset(row[0] for row in tx.all(_FILTERING, {}))
