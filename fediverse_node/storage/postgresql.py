"""PostgreSQL: a pool of threads with psycopg 3, LISTEN/NOTIFY for the bells.

Rows are claimed with `FOR UPDATE SKIP LOCKED`, so any number of processes may work on one database.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa

from fediverse_node.kernel.clock import Clock
from fediverse_node.kernel.errors import NotNow
from fediverse_node.storage.database import Database, T, Unit, run_unit
from fediverse_node.storage.direct import Direct
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

THREADS = 8
CHANNEL = "fediverse_node"
_RETRIES = 4
#: Serialisation failure and deadlock: the transaction is run again as a whole.
_RETRY_STATES = frozenset({"40001", "40P01"})
_LISTEN_TIMEOUT_SECONDS = 1.0
_NOBODYS_BELL = "closing"
_NOTIFY = sa.select(sa.func.pg_notify(CHANNEL, sa.bindparam("notice", type_=sa.Text)))


class PostgresqlDatabase(Database):
    """See the module."""

    def __init__(self, url: str, *, clock: Clock) -> None:
        super().__init__(clock=clock)
        parsed = sa.make_url(url).set(drivername="postgresql+psycopg")
        self.url = parsed.render_as_string(hide_password=True)
        self._secret_url = parsed
        self.engine = sa.create_engine(
            parsed,
            pool_size=THREADS,
            max_overflow=2,
            pool_pre_ping=True,
            # An error is logged with its traceback, and its text must not hold what people wrote.
            hide_parameters=True,
        )
        # As the engine's, but its marks are counted and not named: what `Direct` hands to the driver.
        kind: Any = type(self.engine.dialect)
        self._dialect: sa.Dialect = kind(paramstyle="format", dbapi=self.engine.dialect.loaded_dbapi)
        self._read_engine = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._notice_engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
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
        result, bells = await loop.run_in_executor(self._threads, self._write, unit)
        if bells:
            self._ring(bells)
            await loop.run_in_executor(self._threads, self._notify, bells)
        return result

    def bell(self, name: str) -> asyncio.Event:
        """As in `Database.bell`; starts listening on first use."""
        event = super().bell(name)
        if self._listener is None:
            self._listener = threading.Thread(target=self._listen, name="postgresql-listener", daemon=True)
            self._listener.start()
        return event

    async def close(self) -> None:
        """Finish running units and close the pool."""
        self._stop.set()
        if self._listener is not None:
            with contextlib.suppress(sa.exc.DBAPIError):
                # Else it would hear of the end only when its patience ends. No bell has this name.
                await asyncio.to_thread(self._notify, {_NOBODYS_BELL})
            await asyncio.to_thread(self._listener.join)
        await asyncio.to_thread(self._threads.shutdown)
        self.engine.dispose()

    def _read(self, unit: Unit[T]) -> T:
        with self._read_engine.connect() as connection, connection.begin():
            return run_unit(unit, self._open_tx(connection))

    def _open_tx(self, connection: sa.Connection) -> Tx:
        return self._new_tx(connection, Direct(connection, self._dialect))

    def _write(self, unit: Unit[T]) -> tuple[T, set[str]]:
        for attempt in range(1, _RETRIES + 1):
            started = time.perf_counter()
            try:
                with self.engine.begin() as connection:
                    tx = self._open_tx(connection)
                    result = run_unit(unit, tx)
            except sa.exc.DBAPIError as error:
                if attempt == _RETRIES or getattr(error.orig, "sqlstate", None) not in _RETRY_STATES:
                    raise _explain(error) from error
                log.info("storage.retry", extra={"attempt": attempt})
            else:
                self.commits = next(self._commit_numbers)
                self.tallies.observe("db_write_seconds", time.perf_counter() - started)
                self.tallies.observe("db_write_units", 1)
                return result, tx.bells
        raise NotNow  # pragma: no cover  # the loop always returns or raises

    def _notify(self, bells: set[str]) -> None:
        # After the commit and from a transaction of its own: NOTIFY inside the writing transaction
        # takes a database-wide lock at commit, and halves what concurrent writers get done.
        # Each is a transaction by itself, which spares the two round trips around it.
        with self._notice_engine.connect() as connection:
            direct = Direct(connection, self._dialect)
            for name in bells:
                direct.rows(_NOTIFY, {"notice": f"{self._name} {name}"})

    def _listen(self) -> None:
        import psycopg  # noqa: PLC0415 an extra: absent where only SQLite is used

        url = self._secret_url.set(drivername="postgresql").render_as_string(hide_password=False)
        while not self._stop.is_set():
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._hear(connection)
            except psycopg.Error as error:
                log.warning("storage.listener_lost", extra={"error": type(error).__name__})
                self._stop.wait(_LISTEN_TIMEOUT_SECONDS)

    def _hear(self, connection: Any) -> None:
        while not self._stop.is_set():
            for notice in connection.notifies(timeout=_LISTEN_TIMEOUT_SECONDS, stop_after=1):
                sender, _, name = notice.payload.partition(" ")
                if sender != self._name and self._loop is not None and not self._loop.is_closed():
                    self._loop.call_soon_threadsafe(self._ring, [name])


def _explain(error: sa.exc.DBAPIError) -> Exception:
    if getattr(error.orig, "sqlstate", None) == "53100":  # disk_full
        return NotNow(
            "The server's disk is full. Nothing was changed. Try again later.", detail=str(error.orig)
        )
    return error
