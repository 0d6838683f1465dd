"""PostgreSQL spoken to through libpq: each text is prepared once on a connection, and then only run.

The driver's cursors need some thirty microseconds around a statement: to look at the text again, to choose
how to send each value, to wait for the socket. The calls of libpq need a quarter of that. Values go out and
come in by the driver's own conversions (`psycopg.adapt`); what goes wrong is raised as its own errors.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

#: Texts that a connection keeps prepared: more than the house has. What comes beyond is sent whole each time.
MAX_PREPARED = 1024

_MARKS = re.compile(r"%%|%s")


class Answer:
    """What a statement gave: as much of a cursor as `Direct` needs.

    Attributes:
        rowcount: rows changed, or rows found.
    """

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[tuple[Any, ...]], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows."""
        return self._rows

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        """The first *size* rows."""
        return self._rows[:size]

    def close(self) -> None:
        """Nothing is open any more."""


class Prepared:
    """The statements of one connection, which is a `psycopg.Connection`."""

    def __init__(self, connection: Any) -> None:
        from psycopg import adapt, errors, pq  # noqa: PLC0415 an extra: absent where only SQLite is used

        self._connection = connection
        self._libpq = connection.pgconn
        self._names: dict[str, bytes] = {}
        self._transformer = adapt.Transformer
        self._as_text = adapt.PyFormat.TEXT
        self._error = errors.error_from_result
        self._done, self._found = pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK

    def execute(self, text: str, values: Sequence[Any]) -> Answer:
        """Run *text*, whose values stand where it says `%s`.

        Raises:
            psycopg.Error: as its own cursors would.
        """
        name = self._names.get(text)
        if name is None:
            name = self._prepare(text)
        transformer = self._transformer(self._connection)
        sent = transformer.dump_sequence(values, [self._as_text] * len(values)) if values else None
        result = (
            self._libpq.exec_prepared(name, sent) if name else self._libpq.exec_params(_numbered(text), sent)
        )
        if result.status == self._found:
            transformer.set_pgresult(result)
            count = result.ntuples
            return Answer(transformer.load_rows(0, count, tuple) if count else [], count)
        if result.status != self._done:
            raise self._error(result, self._connection.info.encoding)
        return Answer([], result.command_tuples or 0)

    def _prepare(self, text: str) -> bytes:
        """Its name on the server; empty when there are too many already."""
        if len(self._names) >= MAX_PREPARED:
            return b""
        name = f"node_{len(self._names)}".encode()
        result = self._libpq.prepare(name, _numbered(text))
        if result.status != self._done:
            raise self._error(result, self._connection.info.encoding)
        self._names[text] = name
        return name


def _numbered(text: str) -> bytes:
    """*text* with the marks that libpq knows, `$1` and upward."""
    count = 0

    def mark(match: re.Match[str]) -> str:
        nonlocal count
        if match[0] == "%%":
            return "%"
        count += 1
        return f"${count}"

    return _MARKS.sub(mark, text).encode()
