"""`Tx`: what a unit of work is given. A connection, the time, ids, and bells to ring after commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from fediverse_node.kernel.ids import IdFactory
from fediverse_node.storage import direct as directly
from fediverse_node.storage.direct import Direct
from fediverse_node.storage.memory import Memory
from fediverse_node.storage.notices import Kind as Happening
from fediverse_node.storage.notices import Notice
from fediverse_node.storage.values import Kind, Raw
from fediverse_node.storage.values import Values as Made
from fediverse_node.storage.vault import NO_VAULT, Vault

T = TypeVar("T")
#: A row of any shape.
Row = directly.Row
Values = directly.Values
_COUNTED = {"preserve_rowcount": True}


class Tx:
    """One open transaction. Lives only while the function it was given to runs.

    A statement that comes with its parameters apart is one that was built once and for all; it is
    compiled once, too, and then costs little more than the database itself.

    Attributes:
        connection: the SQLAlchemy Core connection.
        now: the moment this transaction began, aware, in UTC.
        bells: names to ring once the transaction is committed (see `ring`).
        notices: what is told then (see `tell`); None while nobody listens.
        vault: seals and opens what stands in the rows for nobody else's eyes.
    """

    __slots__ = (
        "_began",
        "_direct",
        "_ids",
        "_memory",
        "bells",
        "connection",
        "dialect",
        "notices",
        "now",
        "vault",
    )

    def __init__(
        self,
        connection: sa.Connection,
        *,
        now: datetime,
        ids: IdFactory,
        direct: Direct | None = None,
        memory: Memory | None = None,
        vault: Vault = NO_VAULT,
        listened: bool = False,
    ) -> None:
        self.connection = connection
        self._direct = direct
        self._memory = memory
        self._began = memory.clock() if memory is not None else 0.0
        self.dialect = connection.dialect.name
        self.now = now
        self.vault = vault
        self.bells: set[str] = set()
        self.notices: list[Notice] | None = [] if listened else None
        self._ids = ids

    def new_id(self) -> int:
        """A new time-ordered id."""
        return self._ids(self.now)

    def ring(self, bell: str) -> None:
        """Wake whoever waits for *bell* (`Database.bell`), here and in other processes, after commit."""
        self.bells.add(bell)

    def tell(self, kind: Happening, *ids: int) -> None:
        """Say what happened to whoever listens (`Database.listen`), in any process, after commit."""
        if self.notices is not None:
            self.notices.append(Notice(kind, ids))

    def remembered(self, bell: str, read: Callable[[Tx], T]) -> T:
        """What *read* gives, kept in memory until somebody rings *bell*, or for a few seconds.

        For small tables that nearly every request asks and hardly anybody changes. Whoever changes them
        rings the bell, and sees their own change at once; other processes see it within
        `memory.KEEP_SECONDS`.
        """
        if self._memory is None or bell in self.bells:
            return read(self)
        kept: T | None = self._memory.recall(bell)
        if kept is None:
            kept = read(self)
            self._memory.keep(bell, kept, began=self._began)
        return kept

    def values(self, statement: sa.Select[Any], parameters: Values, kind: Kind[T]) -> list[T]:
        """All rows of *statement*, which was built once and for all, as values of *kind*."""
        made = self._made(kind)
        if self._direct is not None:
            return self._direct.values(statement, parameters, made)
        return [made.of(tuple(row), _as_it_is) for row in self.connection.execute(statement, parameters)]

    def value(self, statement: sa.Select[Any], parameters: Values, kind: Kind[T]) -> T | None:
        """The same of the first row, or None."""
        made = self._made(kind)
        if self._direct is not None:
            return next(iter(self._direct.values(statement, parameters, made, limit=1)), None)
        row = self.connection.execute(statement, parameters).first()
        return None if row is None else made.of(tuple(row), _as_it_is)

    def execute(
        self, statement: sa.Executable, parameters: Values | Sequence[Values] | None = None
    ) -> sa.CursorResult[Any]:
        """Run a statement."""
        return self.connection.execute(statement, parameters)

    def change(self, statement: sa.Executable, parameters: Values) -> int:
        """Run an INSERT, UPDATE or DELETE that was built once and for all. Gives how many rows it changed."""
        if self._direct is not None:
            return self._direct.change(statement, parameters)
        return self.connection.execute(statement, parameters).rowcount

    def change_many(self, statement: sa.Executable, rows: Sequence[Values]) -> None:
        """The same for each of *rows*, which on PostgreSQL wait for one answer together."""
        if rows and self._direct is not None:
            self._direct.change_many(statement, rows)
        elif rows:
            self.connection.execute(statement, rows)

    def all(self, statement: sa.Select[Any], parameters: Values | None = None) -> Sequence[Row]:
        """All rows of *statement*."""
        if self._direct is not None and parameters is not None:
            return self._direct.rows(statement, parameters)
        return self.connection.execute(statement, parameters).all()

    def raw(self, statement: sa.Select[Any], parameters: Values) -> Sequence[tuple[Any, ...]]:
        """All rows of *statement*, which was built once and for all, with its values as they are stored.

        For whoever reads very many: moments and JSON have to be asked for as what they are stored as
        (`sa.type_coerce`), and a truth may be a number.
        """
        if self._direct is not None:
            return self._direct.raw(statement, parameters)
        return [tuple(row) for row in self.connection.execute(statement, parameters)]

    def first(self, statement: sa.Select[Any], parameters: Values | None = None) -> Row | None:
        """The first row of *statement*, or None."""
        if self._direct is not None and parameters is not None:
            return next(iter(self._direct.rows(statement, parameters, limit=1)), None)
        return self.connection.execute(statement, parameters).first()

    def scalar(self, statement: sa.Select[Any], parameters: Values | None = None) -> Any:
        """The first column of the first row, or None."""
        row = self.first(statement, parameters)
        return None if row is None else row[0]

    def insert(self, table: sa.Table, values: Values | Sequence[Values]) -> None:
        """Insert one row or many. Raises SQLAlchemy's IntegrityError when a constraint refuses."""
        rows = [values] if isinstance(values, Mapping) else values
        if not rows:
            return
        if self._direct is not None:
            self._direct.change_many(_plain_insert(table), rows, tuple(rows[0]))
        else:
            self.connection.execute(_plain_insert(table), rows)

    def insert_new(self, table: sa.Table, values: Values) -> bool:
        """Insert unless any unique constraint refuses. True when a row was added."""
        statement = _insert_unless_there(table, self.dialect)
        if self._direct is not None:
            return self._direct.change(statement, values, tuple(values)) == 1
        # Without the option SQLAlchemy drops the count of an INSERT on PostgreSQL.
        return self.connection.execute(statement, values, execution_options=_COUNTED).rowcount == 1

    def insert_missing(self, table: sa.Table, rows: Sequence[Values]) -> None:
        """Insert those of *rows* that no unique constraint refuses."""
        statement = _insert_unless_there(table, self.dialect)
        if rows and self._direct is not None:
            self._direct.change_many(statement, rows, tuple(rows[0]))
        elif rows:
            self.connection.execute(statement, rows)

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
        statement = build(table, tuple(columns), rows, self.dialect)
        if self._direct is not None and parameters is not None:
            self._direct.change(statement, parameters)
        else:
            self.connection.execute(statement, parameters)

    def upsert(self, table: sa.Table, values: Values, *, key: Iterable[str]) -> None:
        """Insert, or where *key* (a unique constraint's columns) exists update everything else.

        `id` and `created_at` of an existing row are kept.
        """
        names = tuple(values)
        statement = _insert_or_update(table, names, tuple(key), self.dialect)
        if self._direct is not None:
            self._direct.change(statement, values, names)
        else:
            self.connection.execute(statement, values)

    def _made(self, kind: Kind[T]) -> Made[T]:
        return Made(kind) if self._memory is None else self._memory.values(kind)


def _as_it_is(row: Raw) -> Raw:
    """What SQLAlchemy gives has our types already."""
    return row


def _dialect_insert(table: sa.Table, dialect: str) -> Any:
    if dialect != "postgresql":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 a tenth of the time a start takes

    return postgresql.insert(table)


# Statements are built once for each table: building one costs several times what running it does.
@cache
def _plain_insert(table: sa.Table) -> sa.Insert:
    return table.insert()


@cache
def _insert_unless_there(table: sa.Table, dialect: str) -> Any:
    return _dialect_insert(table, dialect).on_conflict_do_nothing()


@lru_cache(maxsize=64)
def _insert_or_update(table: sa.Table, names: tuple[str, ...], key: tuple[str, ...], dialect: str) -> Any:
    statement = _dialect_insert(table, dialect)
    kept = {*key, "id", "created_at"}
    changes = {name: statement.excluded[name] for name in names if name not in kept}
    return statement.on_conflict_do_update(index_elements=key, set_=changes)


@lru_cache(maxsize=64)
def _insert_from(table: sa.Table, columns: tuple[str, ...], rows: sa.Select[Any], dialect: str) -> Any:
    return _dialect_insert(table, dialect).from_select(columns, rows).on_conflict_do_nothing()


def locked(statement: sa.Select[Any]) -> sa.Select[Any]:
    """Claim the selected rows, passing over those another process holds.

    SQLite has one writer and drops the clause.
    """
    return statement.with_for_update(skip_locked=True)
