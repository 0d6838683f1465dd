"""SQLite spoken to directly: a statement is compiled once, and from then on run by its text.

SQLAlchemy needs some 0.1 ms to find the compiled form of a statement, to bind its parameters and to
wrap its result; SQLite needs a tenth of that to find a row by its key. So it only writes the SQL here,
and says how values of each column type go in and come out.
"""

from __future__ import annotations

import re
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

#: A row of any shape.
Row = sa.Row[*tuple[Any, ...]]
Values = Mapping[str, Any]
_Convert = Callable[[Any], Any]

#: Where SQLAlchemy wants a value: one, one that bounds the result, or a list.
_PLACE = re.compile(r"(?P<bound>LIMIT |OFFSET )?(?:\?|(?P<list>__\[POSTCOMPILE_\w+\]))")
#: Statements that are kept compiled; the house has some three hundred.
_MAX_STATEMENTS = 1024
#: Texts that one statement may have, for lists of different lengths and different limits.
_MAX_TEXTS = 256


class DirectSqlite:
    """One connection.

    Args:
        connection: SQLAlchemy's, for the dialect; statements go to the driver's own below it.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._dialect = connection.dialect
        driver: Any = connection.connection.dbapi_connection
        self.driver: sqlite3.Connection = driver

    def rows(self, statement: sa.Select[Any], values: Values, *, limit: int = -1) -> list[Row]:
        """What *statement* finds, at most *limit* rows (all when negative)."""
        text = _compiled(statement, None, self._dialect)
        cursor = self._run(text, values)
        found = cursor.fetchall() if limit < 0 else cursor.fetchmany(limit)
        cursor.close()
        return text.rows(found)

    def change(self, statement: sa.Executable, values: Values, columns: tuple[str, ...] | None = None) -> int:
        """Run an INSERT (of *columns*), UPDATE or DELETE. Gives how many rows it changed."""
        return self._run(_compiled(statement, columns, self._dialect), values).rowcount

    def change_many(
        self, statement: sa.Executable, rows: Sequence[Values], columns: tuple[str, ...] | None = None
    ) -> None:
        """The same for each of *rows*."""
        text = _compiled(statement, columns, self._dialect)
        sql, first = text.sql(rows[0])
        try:
            self.driver.executemany(sql, [first, *(text.sql(row)[1] for row in rows[1:])])
        except self._dialect.loaded_dbapi.Error as error:
            raise self._wrapped(error, sql) from error

    def _run(self, text: _Compiled, values: Values) -> sqlite3.Cursor:
        sql, given = text.sql(values)
        try:
            return self.driver.execute(sql, given)
        except self._dialect.loaded_dbapi.Error as error:
            raise self._wrapped(error, sql) from error

    def _wrapped(self, error: Exception, sql: str) -> BaseException:
        """As SQLAlchemy raises it, but without the values: they may be somebody's private text."""
        return sa.exc.DBAPIError.instance(
            sql, None, error, self._dialect.loaded_dbapi.Error, hide_parameters=True, dialect=self._dialect
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """What one question mark, or one list of them, stands for.

    Attributes:
        key: the parameter's name; `constant` is its value where nobody gives another.
        many: a list.
        written: a number that becomes part of the text.
    """

    key: str
    required: bool
    constant: Any
    many: bool
    written: bool
    convert: _Convert | None


class _Compiled:
    """The text of one statement, and how its values are converted.

    Constants and limits are written into the text. SQLite looks at such parameters when it plans, and
    would plan anew at every run if they were bound: that takes several times as long as the run itself.
    """

    def __init__(
        self, statement: sa.Executable, columns: tuple[str, ...] | None, dialect: sa.Dialect
    ) -> None:
        written: Any = statement
        compiled = written.compile(dialect=dialect, column_keys=columns)
        assert isinstance(compiled, SQLCompiler)
        self._pieces, self._places = _taken_apart(compiled, dialect)
        self._plain = "?".join(self._pieces)
        self._fixed = not any(place.many or place.written for place in self._places)
        self._texts: dict[tuple[int, ...], str] = {}
        selected: Any = written.selected_columns if isinstance(written, sa.Select) else ()
        names = [str(column.key) for column in selected]
        kind: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 the columns are known only now
        self._row: Callable[[Sequence[Any]], Any] = kind._make
        self._read = [
            (position, convert)
            for position, column in enumerate(selected)
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]

    def sql(self, values: Values) -> tuple[str, list[Any]]:
        """The text to run, and what stands for its question marks."""
        given: list[Any] = []
        shape: list[int] = []
        for place in self._places:
            convert = place.convert
            value = values[place.key] if place.required or place.key in values else place.constant
            if place.many:
                shape.append(len(value))
                given += value if convert is None else map(convert, value)
            elif place.written:
                shape.append(int(value))
            else:
                given.append(value if convert is None else convert(value))
        return self._plain if self._fixed else self._shaped(tuple(shape)), given

    def rows(self, found: list[tuple[Any, ...]]) -> list[Row]:
        """What the driver found, as values of our types, reached by name or by position."""
        row, read = self._row, self._read
        shown = []
        for each in found:
            values = list(each)
            for position, convert in read:
                # Whatever the type, NULL is None, and most columns that are converted are empty.
                if values[position] is not None:
                    values[position] = convert(values[position])
            shown.append(row(values))
        return shown

    def _shaped(self, shape: tuple[int, ...]) -> str:
        """The text for lists of these lengths and for these limits, in their order."""
        text = self._texts.get(shape)
        if text is None:
            left = iter(shape)
            marks = [
                ", ".join("?" * next(left)) if place.many else str(next(left)) if place.written else "?"
                for place in self._places
            ]
            text = self._pieces[0] + "".join(
                mark + piece for mark, piece in zip(marks, self._pieces[1:], strict=True)
            )
            if len(self._texts) < _MAX_TEXTS:
                self._texts[shape] = text
        return text


@lru_cache(maxsize=_MAX_STATEMENTS)
def _compiled(statement: sa.Executable, columns: tuple[str, ...] | None, dialect: sa.Dialect) -> _Compiled:
    return _Compiled(statement, columns, dialect)


def _taken_apart(compiled: SQLCompiler, dialect: sa.Dialect) -> tuple[list[str], list[_Place]]:
    """The text between the places of *compiled*, and the places; constants are part of the text."""
    pieces, places, end = [""], [], 0
    names = compiled.positiontup or []
    for name, match in zip(names, _PLACE.finditer(compiled.string), strict=True):
        bind, bound = compiled.binds[name], match["bound"] or ""
        pieces[-1] += compiled.string[end : match.start()] + bound
        end = match.end()
        value = bind.effective_value
        if bind.unique and not bind.expanding and type(value) in {int, str}:
            pieces[-1] += _literal(value)
            continue
        places.append(
            _Place(
                key=bind.key,
                required=bind.required,
                constant=value,
                many=bind.expanding,
                written=bool(bound),
                convert=bind.type.dialect_impl(dialect).bind_processor(dialect),
            )
        )
        pieces.append("")
    pieces[-1] += compiled.string[end:]
    return pieces, places


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
