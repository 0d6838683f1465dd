"""Pages of a list that is ordered by id, newest first. Keyset only: no page costs more than another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from fediverse_node.storage.tx import Row, Tx, Values
from fediverse_node.storage.values import Kind

T = TypeVar("T")

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


class Prepared:
    """A statement that is paged again and again: each of its forms is built once.

    Building a statement of thirty columns costs several times as much as running it.

    Args:
        statement: with its parameters as `bindparam`s.
        column: the id that orders it.
    """

    def __init__(self, statement: sa.Select[Any], column: sa.ColumnElement[int]) -> None:
        self._statement = statement
        self._column = column
        self._forms: dict[tuple[bool, bool, bool], sa.Select[Any]] = {}

    def rows(self, tx: Tx, page: Page, parameters: Values) -> Sequence[Row]:
        """The rows that *page* asks for, newest first whatever the direction."""
        statement, given = self._asked(page, parameters)
        found = tx.all(statement, given)
        return found[::-1] if page.min_id is not None else found

    def values(self, tx: Tx, page: Page, parameters: Values, kind: Kind[T]) -> list[T]:
        """The same, as values of *kind*."""
        statement, given = self._asked(page, parameters)
        found = tx.values(statement, given, kind)
        return found[::-1] if page.min_id is not None else found

    def _asked(self, page: Page, parameters: Values) -> tuple[sa.Select[Any], dict[str, Any]]:
        form = (page.max_id is not None, page.since_id is not None, page.min_id is not None)
        statement = self._forms.get(form)
        if statement is None:
            statement = self._forms[form] = self._form(form)
        cursors = {"max_id": page.max_id, "since_id": page.since_id, "min_id": page.min_id}
        given = {name: cursor for name, cursor in cursors.items() if cursor is not None}
        return statement, {**parameters, **given, "limit": min(max(page.limit, 1), MAX_LIMIT)}

    def _form(self, form: tuple[bool, bool, bool]) -> sa.Select[Any]:
        below, above, nearest = form
        statement, column = self._statement, self._column
        if below:
            statement = statement.where(column < sa.bindparam("max_id"))
        if above:
            statement = statement.where(column > sa.bindparam("since_id"))
        if nearest:
            statement = statement.where(column > sa.bindparam("min_id"))
        order = column.asc() if nearest else column.desc()
        return statement.order_by(order).limit(sa.bindparam("limit", type_=sa.Integer))


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
