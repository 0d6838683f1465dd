"""Pages of a list that is ordered by id, newest first. Keyset only: no page costs more than another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fediverse_node.storage.tx import Row, Tx

DEFAULT_LIMIT = 20
MAX_LIMIT = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list (Mastodon's paging).

    Attributes:
        max_id: only entries with a smaller id.
        since_id: only entries with a greater id; the newest of them.
        min_id: only entries with a greater id; the nearest of them.
        limit: how many at the most, 1 to 80.
    """

    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None
    limit: int = DEFAULT_LIMIT


def rows(tx: Tx, statement: sa.Select[Any], column: sa.ColumnElement[int], page: Page) -> Sequence[Row]:
    """The rows of *statement* that *page* asks for, newest first whatever the direction."""
    if page.max_id is not None:
        statement = statement.where(column < page.max_id)
    if page.since_id is not None:
        statement = statement.where(column > page.since_id)
    if page.min_id is not None:
        statement = statement.where(column > page.min_id)
    order = column.asc() if page.min_id is not None else column.desc()
    found = list(tx.all(statement.order_by(order).limit(min(max(page.limit, 1), MAX_LIMIT))))
    return found[::-1] if page.min_id is not None else found
