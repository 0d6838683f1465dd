"""The driver spoken to directly: a statement is compiled once, and from then on run by its text.

SQLAlchemy needs some 0.1 ms to find the compiled form of a statement, to bind its parameters and to
wrap its result; SQLite needs a tenth of that to find a row by its key, and PostgreSQL not much more. So it
only writes the SQL here, and says how values of each column type go in and come out.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.sql.compiler import SQLCompiler

from fediverse_node.storage.prepared import Prepared
from fediverse_node.storage.values import Values as Made

T = TypeVar("T")

#: A row of any shape.
Row = sa.Row[*tuple[Any, ...]]
Values = Mapping[str, Any]
_Convert = Callable[[Any], Any]

#: Statements that are kept compiled; the house has some three hundred.
_MAX_STATEMENTS = 1024
#: Texts that one statement may have, for lists of different lengths and different limits.
_MAX_TEXTS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class _Speech:
    """What an engine calls things.

    Attributes:
        place: where SQLAlchemy wants a value: one, one that bounds the result, or a list.
        mark: what stands there for the driver.
        arrays: a list is one value, so that its length changes nothing about the text.
        doubled: what the driver takes for a mark unless it is written twice.
    """

    place: re.Pattern[str]
    mark: str
    arrays: bool = False
    doubled: str | None = None


_SPEECHES = {
    "sqlite": _Speech(
        place=re.compile(r"(?P<bound>LIMIT |OFFSET )?(?:\?|(?P<list>__\[POSTCOMPILE_\w+\]))"), mark="?"
    ),
    # A list as an array: the server keeps a statement prepared by its text, and plans a new one each time.
    "postgresql": _Speech(
        place=re.compile(
            r"(?P<bound>LIMIT |OFFSET )?(?:(?<!%)%s|(?P<list>(?P<none>NOT )?IN \(__\[POSTCOMPILE_\w+\]\)))"
        ),
        mark="%s",
        arrays=True,
        doubled="%",
    ),
}


class Direct:
    """One connection.

    Args:
        connection: SQLAlchemy's; statements go to the driver's own below it.
        dialect: what they are compiled for, with marks that have a place and no name.
    """

    def __init__(self, connection: sa.Connection, dialect: sa.Dialect) -> None:
        self._dialect = dialect
        self.driver: Any = connection.connection.dbapi_connection
        speaker: Any = Prepared(self.driver) if dialect.name == "postgresql" else self.driver
        self._execute: Callable[[str, list[Any]], Any] = speaker.execute

    def rows(self, statement: sa.Select[Any], values: Values, *, limit: int = -1) -> list[Row]:
        """What *statement* finds, at most *limit* rows (all when negative)."""
        text = _compiled(statement, None, self._dialect)
        cursor = self._run(text, values)
        found = cursor.fetchall() if limit < 0 else cursor.fetchmany(limit)
        cursor.close()
        return [text.row(each) for each in found]

    def raw(self, statement: sa.Select[Any], values: Values) -> list[tuple[Any, ...]]:
        """What *statement* finds, as the driver gives it."""
        cursor = self._run(_compiled(statement, None, self._dialect), values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        cursor.close()
        return found

    def values(self, statement: sa.Select[Any], values: Values, made: Made[T], *, limit: int = -1) -> list[T]:
        """The same, as values of their kind."""
        text = _compiled(statement, None, self._dialect)
        cursor = self._run(text, values)
        found = cursor.fetchall() if limit < 0 else cursor.fetchmany(limit)
        cursor.close()
        return [made.of(each, text.row) for each in found]

    def change(self, statement: sa.Executable, values: Values, columns: tuple[str, ...] | None = None) -> int:
        """Run an INSERT (of *columns*), UPDATE or DELETE. Gives how many rows it changed."""
        changed: int = self._run(_compiled(statement, columns, self._dialect), values).rowcount
        return changed

    def change_many(
        self, statement: sa.Executable, rows: Sequence[Values], columns: tuple[str, ...] | None = None
    ) -> None:
        """The same for each of *rows*."""
        text = _compiled(statement, columns, self._dialect)
        if len(rows) == 1:
            self._run(text, rows[0])
            return
        sql, first = text.sql(rows[0])
        try:
            self.driver.cursor().executemany(sql, [first, *(text.sql(row)[1] for row in rows[1:])])
        except self._dialect.loaded_dbapi.Error as error:
            raise self.wrapped(error, sql) from error

    def _run(self, text: _Compiled, values: Values) -> Any:
        sql, given = text.sql(values)
        try:
            return self._execute(sql, given)
        except self._dialect.loaded_dbapi.Error as error:
            raise self.wrapped(error, sql) from error

    def wrapped(self, error: Exception, sql: str) -> BaseException:
        """As SQLAlchemy raises it, but without the values: they may be somebody's private text."""
        return sa.exc.DBAPIError.instance(
            sql, None, error, self._dialect.loaded_dbapi.Error, hide_parameters=True, dialect=self._dialect
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """What one question mark, or one list of them, stands for.

    Attributes:
        key: the parameter's name; `constant` is its value where nobody gives another.
        many: a list, each entry of which has a mark of its own.
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
    PostgreSQL plans better when it knows them.
    """

    def __init__(
        self, statement: sa.Executable, columns: tuple[str, ...] | None, dialect: sa.Dialect
    ) -> None:
        written: Any = statement
        compiled = written.compile(dialect=dialect, column_keys=columns)
        assert isinstance(compiled, SQLCompiler)
        self._pieces, self._places = _taken_apart(compiled, dialect)
        self._mark = _SPEECHES[dialect.name].mark
        self._plain = self._mark.join(self._pieces)
        self._fixed = not any(place.many or place.written for place in self._places)
        self._texts: dict[tuple[int, ...], str] = {}
        selected: Any = written.selected_columns if isinstance(written, sa.Select) else ()
        names = [str(column.key) for column in selected]
        kind: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 the columns are known only now
        self._row: Callable[[Sequence[Any]], Any] = kind._make
        self._read = [
            (position, convert)
            for position, column in enumerate(selected)
            # Both drivers give floats as such; on PostgreSQL SQLAlchemy would look at the answer to see that.
            if not isinstance(column.type, sa.Float)
            and (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
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

    def row(self, found: Sequence[Any]) -> Row:
        """What the driver found, as values of our types, reached by name or by position."""
        values = list(found)
        for position, convert in self._read:
            # Whatever the type, NULL is None, and most columns that are converted are empty.
            if values[position] is not None:
                values[position] = convert(values[position])
        row: Row = self._row(values)
        return row

    def _shaped(self, shape: tuple[int, ...]) -> str:
        """The text for lists of these lengths and for these limits, in their order."""
        text = self._texts.get(shape)
        if text is None:
            left = iter(shape)
            marks = [
                ", ".join([self._mark] * next(left))
                if place.many
                else str(next(left))
                if place.written
                else self._mark
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
    pieces, places, end, speech = [""], [], 0, _SPEECHES[dialect.name]
    names = compiled.positiontup or []
    for name, match in zip(names, speech.place.finditer(compiled.string), strict=True):
        bind, bound = compiled.binds[name], match["bound"] or ""
        pieces[-1] += compiled.string[end : match.start()] + bound
        end = match.end()
        value = bind.effective_value
        if bind.unique and not bind.expanding and type(value) in {int, str}:
            pieces[-1] += _literal(value, speech)
            continue
        convert: _Convert | None = bind.type.dialect_impl(dialect).bind_processor(dialect)
        after = ""
        if bind.expanding and speech.arrays:
            kind = dialect.type_compiler_instance.process(bind.type)
            pieces[-1] += "<> ALL(" if match["none"] else "= ANY("
            after, convert = f"::{kind}[])", _of_each(convert)
        places.append(
            _Place(
                key=bind.key,
                required=bind.required,
                constant=value,
                many=bind.expanding and not speech.arrays,
                written=bool(bound),
                convert=convert,
            )
        )
        pieces.append(after)
    pieces[-1] += compiled.string[end:]
    return pieces, places


def _of_each(convert: _Convert | None) -> _Convert:
    """The same for a list."""
    return list if convert is None else lambda values: [convert(value) for value in values]


def _literal(value: Any, speech: _Speech) -> str:
    if isinstance(value, int):
        return str(value)
    text: str = value.replace("'", "''")
    return f"'{text.replace(speech.doubled, speech.doubled * 2) if speech.doubled else text}'"
