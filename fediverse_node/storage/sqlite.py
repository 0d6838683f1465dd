"""SQLite: one process, one writer thread, group commit.

Every write unit goes to one thread, which opens a transaction, runs all the units that are waiting,
each in its own savepoint, and commits once. A unit that fails rolls back to its savepoint and spoils
nothing for its neighbours. Callers learn of success only after the commit, with `synchronous=FULL`:
what we acknowledge survives a power cut.

Readers are a few `query_only` connections on their own threads. They never checkpoint: SQLite before
3.51.3 can corrupt a WAL file when two connections checkpoint at the same instant, so only the writer
does, and an exclusive lock file keeps a second process out.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from fediverse_node.kernel.clock import Clock
from fediverse_node.kernel.errors import NotNow
from fediverse_node.storage.database import Database, T, Unit, run_unit
from fediverse_node.storage.direct import Direct
from fediverse_node.storage.notices import Notice
from fediverse_node.storage.space import LEAST_FREE, Space
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

READERS = 3
MAX_GROUP = 256
BUSY_TIMEOUT_MS = 5000
#: Statements each connection keeps parsed: more than the house has.
CACHED_STATEMENTS = 512


@dataclass(slots=True)
class _Waiting:
    unit: Unit[Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said once a group is committed."""

    bells: set[str] = field(default_factory=set)
    notices: list[Notice] = field(default_factory=list)

    def take(self, tx: Tx) -> None:
        """Say what a unit that succeeded wants to have said."""
        self.bells.update(tx.bells)
        self.notices.extend(tx.notices or ())


@dataclass(frozen=True, slots=True)
class _Line:
    """A connection of one thread, on its three levels.

    Transactions begin and end on the driver's level. What SQLAlchemy takes for its transaction is
    opened by the first statement and never ended: it has no part in ours.
    """

    connection: sa.Connection
    direct: Direct

    @classmethod
    def open(cls, engine: sa.Engine) -> _Line:
        connection = engine.connect()
        return cls(connection, Direct(connection, connection.dialect))

    @property
    def driver(self) -> sqlite3.Connection:
        driver: sqlite3.Connection = self.direct.driver
        return driver


class SqliteDatabase(Database):
    """See the module."""

    sole_writer = True

    def __init__(self, path: Path, *, clock: Clock, least_free: int = LEAST_FREE) -> None:
        super().__init__(clock=clock)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._space = Space(path.parent, least=least_free)
        self.path = path
        self.url = f"sqlite:///{path}"
        self._lock_file = _take_lock(path)
        self._closed = False
        self.engine = _make_engine(path, query_only=False)
        self._read_engine = _make_engine(path, query_only=True)
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_loop, name="sqlite-writer", daemon=True)
        self._local = threading.local()
        self._reader_connections: list[sa.Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        # Nobody reads before the writer has the file in WAL mode: a reader could keep it from switching.
        self._writing: Future[None] = Future()
        self._writer.start()
        try:
            self._writing.result()
        except BaseException:
            os.close(self._lock_file)
            raise

    async def read(self, unit: Unit[T]) -> T:
        """Run *unit* on a reader thread, in one snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, unit)

    async def write(self, unit: Unit[T]) -> T:
        """Run *unit* on the writer thread, together with whoever else is waiting."""
        if self._closed:
            raise NotNow("The server is stopping. Try again in a minute.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Waiting(unit, future, loop))
        return await future

    async def close(self) -> None:
        """Let the writer finish its queue, checkpoint, and release the lock file."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown(wait=True)
        for connection in self._reader_connections:
            connection.close()
        self._read_engine.dispose()
        self.engine.dispose()
        os.close(self._lock_file)

    def _read(self, unit: Unit[T]) -> T:
        line: _Line | None = getattr(self._local, "line", None)
        if line is None:
            line = self._local.line = _Line.open(self._read_engine)
            self._reader_connections.append(line.connection)
        line.driver.execute("BEGIN")
        try:
            return run_unit(unit, self._new_tx(line.connection, line.direct))
        finally:
            line.driver.execute("ROLLBACK")

    def _write_loop(self) -> None:
        try:
            line = _Line.open(self.engine)
        except BaseException as error:  # noqa: BLE001 handed to whoever opens the database
            self._writing.set_exception(error)
            return
        self._writing.set_result(None)
        with line.connection:
            while (first := self._queue.get()) is not None:
                group, last = self._gather(first)
                try:
                    self._commit_group(line, group)
                except Exception as error:
                    # Without this thread nothing would ever be written again, and whoever waits would wait
                    # for ever: they hear of it, and the thread stays.
                    log.exception("storage.writer_stumbled", extra={"units": len(group)})
                    self._recover(line, group, error)
                if last:
                    break
            line.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        group = [first]
        while len(group) < MAX_GROUP:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return group, False
            if waiting is None:
                return group, True
            group.append(waiting)
        return group, False

    def _commit_group(self, line: _Line, group: list[_Waiting]) -> None:
        refusal = self._space.refusal()
        if refusal is not None:
            self._hand_back([(waiting, None, refusal) for waiting in group], _Words())
            return
        outcomes: list[tuple[_Waiting, Any, BaseException | None]] = []
        words = _Words()
        started = time.perf_counter()
        try:
            line.driver.execute("BEGIN IMMEDIATE")
            for waiting in group:
                outcomes.append(self._run_in_savepoint(line, waiting, words))  # noqa: PERF401 one by one
            line.driver.execute("COMMIT")
        except Exception as error:
            if line.driver.in_transaction:
                line.driver.execute("ROLLBACK")
            log.exception("storage.commit_failed", extra={"units": len(group)})
            failure = _explain(error)
            outcomes = [(waiting, None, failure) for waiting in group]
            words = _Words()
        self.commits += 1
        self._hand_back(outcomes, words)
        self.tallies.observe("db_write_seconds", time.perf_counter() - started)
        self.tallies.observe("db_write_units", len(group))

    def _recover(self, line: _Line, group: list[_Waiting], error: Exception) -> None:
        if line.driver.in_transaction:
            line.driver.execute("ROLLBACK")
        self._hand_back([(waiting, None, _explain(error)) for waiting in group], _Words())

    def _hand_back(self, outcomes: list[tuple[_Waiting, Any, BaseException | None]], words: _Words) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Waiting, Any, BaseException | None]]] = {}
        for outcome in outcomes:
            by_loop.setdefault(outcome[0].loop, []).append(outcome)
        for loop, batch in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._settle, batch, words)

    def _run_in_savepoint(
        self, line: _Line, waiting: _Waiting, words: _Words
    ) -> tuple[_Waiting, Any, BaseException | None]:
        line.driver.execute("SAVEPOINT unit")
        tx = self._new_tx(line.connection, line.direct)
        try:
            result = run_unit(waiting.unit, tx)
        except Exception as error:
            if not line.driver.in_transaction:
                raise  # a full disk rolls the whole transaction back, with the neighbours' work
            line.driver.execute("ROLLBACK TO unit")
            line.driver.execute("RELEASE unit")
            return waiting, None, _explain(error)
        line.driver.execute("RELEASE unit")
        words.take(tx)
        return waiting, result, None

    def _settle(self, batch: list[tuple[_Waiting, Any, BaseException | None]], words: _Words) -> None:
        for waiting, result, error in batch:
            if waiting.future.done():  # the caller was cancelled meanwhile; the effect stands
                continue
            if error is None:
                waiting.future.set_result(result)
            else:
                waiting.future.set_exception(error)
        self._ring(words.bells)
        if words.notices:
            self.ears.tell(words.notices)


def driver() -> ModuleType:
    """The SQLite driver: `pysqlite3`, which brings a current SQLite, or else the standard library's."""
    try:
        from pysqlite3 import dbapi2  # noqa: PLC0415 wheels exist for some platforms only
    except ImportError:
        return sqlite3
    return dbapi2  # type: ignore[no-any-return]  # the package has no types


def _make_engine(path: Path, *, query_only: bool) -> sa.Engine:
    engine = sa.create_engine(
        f"sqlite:///{path}",
        module=driver(),
        poolclass=NullPool,
        connect_args={"cached_statements": CACHED_STATEMENTS},
        # An error is logged with its traceback, and its text must not hold what people wrote.
        hide_parameters=True,
    )

    @sa.event.listens_for(engine, "connect")
    def _set_up(dbapi_connection: Any, _record: Any) -> None:
        # We say BEGIN ourselves: the driver would begin late, and a transaction that reads before it
        # writes then fails with SQLITE_BUSY_SNAPSHOT whatever the busy timeout.
        dbapi_connection.isolation_level = None
        pragmas = ["foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}", "temp_store=MEMORY"]
        if query_only:
            pragmas += ["query_only=ON", "wal_autocheckpoint=0"]
        else:
            pragmas += ["journal_mode=WAL", "synchronous=FULL", "journal_size_limit=67108864"]
        for pragma in pragmas:
            dbapi_connection.execute(f"PRAGMA {pragma}")

    return engine


def _take_lock(path: Path) -> int:
    handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise NotNow(
            f"Another process is using {path}. Stop it first, or let it do the work.", detail=str(error)
        ) from error
    return handle


def _explain(error: BaseException) -> BaseException:
    """Give the driver's few operational troubles words that a person can act on."""
    # BEGIN and COMMIT are said to the driver itself, and a full disk is often noticed at COMMIT.
    cause = error.orig if isinstance(error, sa.exc.OperationalError) else error
    if not isinstance(cause, driver().OperationalError):
        return error
    text = str(cause)
    if "full" in text:
        return NotNow("The server's disk is full. Nothing was changed. Try again later.", detail=text)
    if "disk I/O" in text:  # also what a full disk looks like where the file beside the WAL cannot grow
        return NotNow("The server's disk does not answer. Nothing was changed. Try again later.", detail=text)
    return error


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file of *path* while no `SqliteDatabase` is open on it (migration, backup)."""
    handle = _take_lock(path)
    try:
        yield
    finally:
        os.close(handle)
