"""The database that is measured on: a SQLite file, or a PostgreSQL server and what it uses."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import sqlalchemy as sa

from fediverse_node.schema import metadata
from fediverse_node.storage.sqlite import driver

#: Where scripts/with-postgres leaves the address of its server.
SERVER = "FEDIVERSE_NODE_TEST_POSTGRES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """How much a database holds."""

    size: int
    rows: int


class Engine:
    """A database of its own. *pid* is a process of the server; None for SQLite."""

    def __init__(self, url: str, pid: int | None = None) -> None:
        self.url = url
        self._server = None if pid is None else psutil.Process(pid).parent()

    @property
    def apart(self) -> bool:
        """Whether it works in processes of its own."""
        return self._server is not None

    def cpu_seconds(self) -> float:
        """CPU time of the server's processes so far: 0.0 for SQLite, which works in ours."""
        if self._server is None:
            return 0.0
        times = self._server.cpu_times()
        total = times.user + times.system + times.children_user + times.children_system
        for child in self._server.children():
            try:
                total += sum(child.cpu_times()[:2])
            except psutil.NoSuchProcess:
                continue
        return float(total)

    def stored(self) -> Stored:
        """Bytes (without the log of changes) and rows of all tables, as they are now."""
        counts = [sa.select(sa.func.count()).select_from(table) for table in metadata.sorted_tables]
        if not self.apart:
            connection = driver().connect(f"file:{self.url.removeprefix('sqlite:///')}?mode=ro", uri=True)
            try:
                pages = connection.execute("PRAGMA page_count").fetchone()[0]
                each = connection.execute("PRAGMA page_size").fetchone()[0]
                rows = sum(connection.execute(str(count)).fetchone()[0] for count in counts)
            finally:
                connection.close()
            return Stored(size=pages * each, rows=rows)
        engine = _connect(self.url)
        with engine.connect() as found:
            size = found.execute(sa.text("SELECT pg_database_size(current_database())")).scalar_one()
            return Stored(size=size, rows=sum(found.execute(count).scalar_one() for count in counts))


@contextmanager
def new_database(engine: str, folder: Path) -> Iterator[Engine]:
    """An empty database: `sqlite`, in *folder*, or `postgresql`, on the server named by `SERVER`.

    Raises:
        RuntimeError: no server is named.
    """
    if engine == "sqlite":
        yield Engine(f"sqlite:///{folder}/node.db")
        return
    address = os.environ.get(SERVER)
    if not address:
        msg = f"{SERVER} names no server; run this as: scripts/with-postgres COMMAND…"
        raise RuntimeError(msg)
    server, name = _connect(address), f"benchmark_{secrets.token_hex(4)}"
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
        pid = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        url = sa.make_url(address).set(drivername="postgresql", database=name)
        try:
            yield Engine(url.render_as_string(hide_password=False), pid)
        finally:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


def _connect(url: str) -> sa.Engine:
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    return sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
