"""`Tx`: what a unit of work is given. A connection, the time, ids, and bells to ring after commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from fediverse_node.kernel.ids import IdFactory

#: A row of any shape.
Row = sa.Row[*tuple[Any, ...]]
Values = Mapping[str, Any]
_COUNTED = {"preserve_rowcount": True}


class Tx:
    """One open transaction. Lives only while the function it was given to runs.

    Attributes:
        connection: the SQLAlchemy Core connection.
        now: the moment this transaction began, aware, in UTC.
        bells: names to ring once the transaction is committed (see `ring`).
    """

    __slots__ = ("_ids", "bells", "connection", "dialect", "now")

    def __init__(self, connection: sa.Connection, *, now: datetime, ids: IdFactory) -> None:
        self.connection = connection
        self.dialect = connection.dialect.name
        self.now = now
        self.bells: set[str] = set()
        self._ids = ids

    def new_id(self) -> int:
        """A new time-ordered id."""
        return self._ids(self.now)

    def ring(self, bell: str) -> None:
        """Wake whoever waits for *bell* (`Database.bell`), here and in other processes, after commit."""
        self.bells.add(bell)

    def execute(
        self, statement: sa.Executable, parameters: Values | Sequence[Values] | None = None
    ) -> sa.CursorResult[Any]:
        """Run a statement."""
        return self.connection.execute(statement, parameters)

    def all(self, statement: sa.Select[Any], parameters: Values | None = None) -> Sequence[Row]:
        """All rows of *statement*."""
        return self.connection.execute(statement, parameters).all()

    def first(self, statement: sa.Select[Any], parameters: Values | None = None) -> Row | None:
        """The first row of *statement*, or None."""
        return self.connection.execute(statement, parameters).first()

    def scalar(self, statement: sa.Select[Any], parameters: Values | None = None) -> Any:
        """The first column of the first row, or None."""
        return self.connection.execute(statement, parameters).scalar()

    def insert(self, table: sa.Table, values: Values | Sequence[Values]) -> None:
        """Insert one row or many. Raises SQLAlchemy's IntegrityError when a constraint refuses."""
        if values:
            self.connection.execute(_plain_insert(table), values)

    def insert_new(self, table: sa.Table, values: Values) -> bool:
        """Insert unless any unique constraint refuses. True when a row was added."""
        statement = _insert_unless_there(table, self.dialect)
        # Without the option SQLAlchemy drops the count of an INSERT on PostgreSQL.
        return self.connection.execute(statement, values, execution_options=_COUNTED).rowcount == 1

    def insert_missing(self, table: sa.Table, rows: Sequence[Values]) -> None:
        """Insert those of *rows* that no unique constraint refuses."""
        if rows:
            self.connection.execute(_insert_unless_there(table, self.dialect), rows)

    def insert_from(
        self,
        table: sa.Table,
        columns: Sequence[str],
        rows: sa.Select[Any],
        parameters: Values | None = None,
    ) -> None:
        """Insert what *rows* selects, as far as no unique constraint refuses.

        With *parameters*, *rows* has to be a statement that was built once and for all.
        """
        build = _insert_from.__wrapped__ if parameters is None else _insert_from
        self.connection.execute(build(table, tuple(columns), rows, self.dialect), parameters)

    def upsert(self, table: sa.Table, values: Values, *, key: Iterable[str]) -> None:
        """Insert, or where *key* (a unique constraint's columns) exists update everything else.

        `id` and `created_at` of an existing row are kept.
        """
        key = tuple(key)
        statement = _dialect_insert(table, self.dialect).values(**values)
        kept = {*key, "id", "created_at"}
        changes = {name: statement.excluded[name] for name in values if name not in kept}
        self.connection.execute(statement.on_conflict_do_update(index_elements=key, set_=changes))


def _dialect_insert(table: sa.Table, dialect: str) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


# Statements are built once for each table: building one costs several times what running it does.
@cache
def _plain_insert(table: sa.Table) -> sa.Insert:
    return table.insert()


@cache
def _insert_unless_there(table: sa.Table, dialect: str) -> Any:
    return _dialect_insert(table, dialect).on_conflict_do_nothing()


@lru_cache(maxsize=64)
def _insert_from(table: sa.Table, columns: tuple[str, ...], rows: sa.Select[Any], dialect: str) -> Any:
    return _dialect_insert(table, dialect).from_select(columns, rows).on_conflict_do_nothing()


def locked(statement: sa.Select[Any]) -> sa.Select[Any]:
    """Claim the selected rows, passing over those another process holds.

    SQLite has one writer and drops the clause.
    """
    return statement.with_for_update(skip_locked=True)
