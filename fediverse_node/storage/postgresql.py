"""PostgreSQL: a pool of threads with psycopg 3, LISTEN/NOTIFY for the bells.

Rows are claimed with `FOR UPDATE SKIP LOCKED`, so any number of processes may work on one database.

Each thread keeps a connection of its own. What goes wrong with one while nobody uses it (a server that was
restarted, a firewall that forgets) shows when the next transaction begins, before anything was done, so
that is when it is made anew: nobody has to ask first whether it is still there.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from fediverse_node.kernel.clock import Clock
from fediverse_node.kernel.errors import NotNow
from fediverse_node.storage.database import Database, T, Unit, run_unit
from fediverse_node.storage.direct import Direct
from fediverse_node.storage.notices import SAY_EVERY_SECONDS, Hearer, parse
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

THREADS = 8
CHANNEL = "fediverse_node"
_RETRIES = 4
#: Serialisation failure and deadlock: the transaction is run again as a whole.
_RETRY_STATES = frozenset({"40001", "40P01"})
_LISTEN_TIMEOUT_SECONDS = 1.0
_NOBODYS_BELL = "closing"
#: In front of a notice; what else is no bell asks whether anybody listens, and says that somebody does.
_TOLD = "!"
_WHO_LISTENS = "?"
_LISTENING = "+"
_NOTIFY = sa.select(
    sa.func.pg_notify(CHANNEL, sa.func.unnest(sa.bindparam("notices", type_=postgresql.ARRAY(sa.Text))))
)
_TELL = "SELECT pg_notify(%s, %s)"
_BEGIN_READING = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_BEGIN_WRITING = b"BEGIN"
_COMMIT = b"COMMIT"
_ROLLBACK = b"ROLLBACK"


@dataclass(frozen=True, slots=True)
class _Line:
    """A connection of one thread, on its three levels.

    Transactions begin and end on the driver's lowest level, where it takes one call of libpq. SQLAlchemy
    and the driver above it are told that every statement is a transaction by itself.
    """

    connection: sa.Connection
    direct: Direct

    @classmethod
    def open(cls, engine: sa.Engine, dialect: sa.Dialect) -> _Line:
        connection = engine.connect()
        return cls(connection, Direct(connection, dialect))

    def say(self, words: bytes) -> None:
        """Begin or end a transaction.

        Raises:
            sqlalchemy.exc.DBAPIError: the server refuses, or is not there.
        """
        import psycopg  # noqa: PLC0415 an extra: absent where only SQLite is used

        try:
            result = self.direct.driver.pgconn.exec_(words)
            if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
                raise psycopg.errors.error_from_result(result)
            # A transaction in which something failed answers COMMIT with ROLLBACK, and calls that a success.
            if words == _COMMIT and result.command_status != _COMMIT:
                raise psycopg.errors.InFailedSqlTransaction("something in it had failed")
        except psycopg.Error as error:
            raise self.direct.wrapped(error, words.decode()) from error

    def drop(self) -> None:
        """Let go of a connection that is of no use any more."""
        with contextlib.suppress(sa.exc.DBAPIError):
            self.connection.invalidate()
            self.connection.close()


class PostgresqlDatabase(Database):
    """See the module."""

    def __init__(self, url: str, *, clock: Clock) -> None:
        super().__init__(clock=clock)
        parsed = sa.make_url(url).set(drivername="postgresql+psycopg")
        self.url = parsed.render_as_string(hide_password=True)
        self._secret_url = parsed
        self.engine = sa.create_engine(
            parsed,
            poolclass=sa.pool.NullPool,
            # An error is logged with its traceback, and its text must not hold what people wrote.
            hide_parameters=True,
        )
        # As the engine's, but its marks are counted and not named: what `Direct` hands to the driver.
        kind: Any = type(self.engine.dialect)
        self._dialect: sa.Dialect = kind(paramstyle="format", dbapi=self.engine.dialect.loaded_dbapi)
        # We say BEGIN ourselves.
        self._line_engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._local = threading.local()
        self._lines: list[_Line] = []
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="postgresql")
        self._commit_numbers = itertools.count(1)
        self._stop = threading.Event()
        self._listener: threading.Thread | None = None
        # Goes in front of each notice, so that what this process rang itself is not rung a second time.
        self._name = secrets.token_hex(8)

    async def read(self, unit: Unit[T]) -> T:
        """Run *unit* on a pool thread in a read-only snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, unit)

    async def write(self, unit: Unit[T]) -> T:
        """Run *unit* on a pool thread in a transaction of its own."""
        loop = asyncio.get_running_loop()
        result, tx = await loop.run_in_executor(self._threads, self._write, unit)
        self._ring(tx.bells)
        if tx.notices:
            self.ears.tell(tx.notices)
        return result

    def bell(self, name: str) -> asyncio.Event:
        """As in `Database.bell`; starts listening on first use."""
        event = super().bell(name)
        self._start_listener()
        return event

    async def listen(self, hearer: Hearer) -> None:
        """As in `Database.listen`; other processes know of it when this returns, or soon after."""
        await super().listen(hearer)
        self._start_listener()
        await asyncio.get_running_loop().run_in_executor(self._threads, self._say, _LISTENING)

    def _start_listener(self) -> None:
        if self._listener is None:
            self._listener = threading.Thread(target=self._listen, name="postgresql-listener", daemon=True)
            self._listener.start()

    async def close(self) -> None:
        """Finish running units and close the pool."""
        self._stop.set()
        if self._listener is not None:
            with contextlib.suppress(sa.exc.DBAPIError):
                # Else it would hear of the end only when its patience ends. No bell has this name.
                await asyncio.get_running_loop().run_in_executor(self._threads, self._say, _NOBODYS_BELL)
            await asyncio.to_thread(self._listener.join)
        await asyncio.to_thread(self._threads.shutdown)
        for line in self._lines:
            line.drop()
        self.engine.dispose()

    def _say(self, words: str) -> None:
        with self._transaction(_BEGIN_WRITING) as line:
            self._notify(line, [words])

    def _read(self, unit: Unit[T]) -> T:
        with self._transaction(_BEGIN_READING) as line:
            return run_unit(unit, self._new_tx(line.connection, line.direct))

    @contextmanager
    def _transaction(self, begin: bytes) -> Iterator[_Line]:
        line = self._begun(begin)
        try:
            yield line
            line.say(_COMMIT)
        except BaseException:
            # What went wrong is what is raised, also when the connection is gone: then the server undid it.
            try:
                line.say(_ROLLBACK)
            except sa.exc.DBAPIError:
                self._forget(line)
            raise

    def _begun(self, begin: bytes) -> _Line:
        """This thread's line, with a transaction begun on it."""
        line: _Line | None = getattr(self._local, "line", None)
        if line is not None:
            try:
                line.say(begin)
            except sa.exc.DBAPIError:
                self._forget(line)
            else:
                return line
        line = self._local.line = _Line.open(self._line_engine, self._dialect)
        self._lines.append(line)
        line.say(begin)
        return line

    def _forget(self, line: _Line) -> None:
        self._local.line = None
        self._lines.remove(line)
        line.drop()

    def _write(self, unit: Unit[T]) -> tuple[T, Tx]:
        for attempt in range(1, _RETRIES + 1):
            started = time.perf_counter()
            try:
                with self._transaction(_BEGIN_WRITING) as line:
                    tx = self._new_tx(line.connection, line.direct)
                    result = run_unit(unit, tx)
            except sa.exc.DBAPIError as error:
                if attempt == _RETRIES or getattr(error.orig, "sqlstate", None) not in _RETRY_STATES:
                    raise _explain(error) from error
                log.info("storage.retry", extra={"attempt": attempt})
            else:
                self.commits = next(self._commit_numbers)
                self.tallies.observe("db_write_seconds", time.perf_counter() - started)
                self.tallies.observe("db_write_units", 1)
                said = [*sorted(tx.bells), *(f"{_TOLD}{notice.text}" for notice in tx.notices or ())]
                if said:
                    self._notify(line, said)
                return result, tx
        raise NotNow  # pragma: no cover  # the loop always returns or raises

    def _notify(self, line: _Line, said: Sequence[str]) -> None:
        # After the commit: NOTIFY inside the writing transaction takes a database-wide lock at commit,
        # and halves what concurrent writers get done. What is durable is not undone by a bell that fails:
        # whoever waits looks by itself now and then.
        try:
            line.direct.rows(_NOTIFY, {"notices": [f"{self._name} {words}" for words in said]})
        except sa.exc.DBAPIError as error:
            log.warning("storage.notice_lost", extra={"error": type(error.orig).__name__})

    def _listen(self) -> None:
        import psycopg  # noqa: PLC0415 an extra: absent where only SQLite is used

        url = self._secret_url.set(drivername="postgresql").render_as_string(hide_password=False)
        while not self._stop.is_set():
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    connection.execute(_TELL, (CHANNEL, f"{self._name} {_WHO_LISTENS}"))
                    self._hear(connection)
            except psycopg.Error as error:
                log.warning("storage.listener_lost", extra={"error": type(error).__name__})
                self._stop.wait(_LISTEN_TIMEOUT_SECONDS)

    def _hear(self, connection: Any) -> None:
        said_at = -SAY_EVERY_SECONDS
        while not self._stop.is_set():
            if self.ears.here and time.monotonic() - said_at >= SAY_EVERY_SECONDS:
                said_at = time.monotonic()
                connection.execute(_TELL, (CHANNEL, f"{self._name} {_LISTENING}"))
            for notice in connection.notifies(timeout=_LISTEN_TIMEOUT_SECONDS, stop_after=1):
                sender, _, words = notice.payload.partition(" ")
                if sender != self._name:
                    self._heed(words)
                    said_at = -SAY_EVERY_SECONDS if words == _WHO_LISTENS else said_at

    def _heed(self, words: str) -> None:
        """Take in what another process said."""
        if words == _LISTENING:
            self.ears.listens_elsewhere()
        elif self._loop is None or self._loop.is_closed() or words == _WHO_LISTENS:
            return
        elif not words.startswith(_TOLD):
            self._loop.call_soon_threadsafe(self._ring, [words])
        elif self.ears.here and (notice := parse(words.removeprefix(_TOLD))) is not None:
            self._loop.call_soon_threadsafe(self.ears.tell, [notice])


def _explain(error: sa.exc.DBAPIError) -> Exception:
    if getattr(error.orig, "sqlstate", None) == "53100":  # disk_full
        return NotNow(
            "The server's disk is full. Nothing was changed. Try again later.", detail=str(error.orig)
        )
    return error
