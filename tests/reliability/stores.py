"""The database of a node that is killed again and again, as it is looked at from outside."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from fediverse_node.arrivals.tables import jobs
from fediverse_node.deliveries.tables import envelopes
from fediverse_node.schema.migrate import migrate
from fediverse_node.storage.engine import open_database, sqlite_path
from fediverse_node.storage.sqlite import driver
from fediverse_node.storage.tx import Tx
from tests.fixtures.postgres import PostgresServer

T = TypeVar("T")


class Store:
    """A database at *url*. Only to be used while no node runs on it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._file = sqlite_path(url)

    @property
    def engine(self) -> str:
        """Which one it is, for a report."""
        return "SQLite" if self._file is not None else "PostgreSQL"

    async def write(self, unit: Callable[[Tx], T]) -> T:
        """Run *unit* in a transaction, as a node would."""
        db = open_database(self.url)
        try:
            return await db.write(unit)
        finally:
            await db.close()

    def damage(self, folder: Path) -> str | None:
        """What SQLite's own check finds wrong with a copy of the files as a killed node left them.

        A copy, because opening the files would repair what the next start has to repair.
        """
        if self._file is None:
            return None
        copy = folder / "copy.db"
        for suffix in ("", "-wal"):
            source = self._file.with_name(self._file.name + suffix)
            target = copy.with_name(copy.name + suffix)
            target.unlink(missing_ok=True)
            if source.exists():
                shutil.copyfile(source, target)
        copy.with_name(f"{copy.name}-shm").unlink(missing_ok=True)
        connection = driver().connect(str(copy))
        try:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            found += [str(row) for row in connection.execute("PRAGMA foreign_key_check")]
        finally:
            connection.close()
        return None if found == ["ok"] else "; ".join(found[:5])

    async def run_out_leases(self) -> None:
        """What waiting for a minute (for jobs: three) does: whatever the dead process held is free.

        On SQLite the next start does it, because there is one process only.
        """
        if self._file is not None:
            return

        def unit(tx: Tx) -> None:
            for table in (envelopes, jobs):
                tx.execute(
                    sa.update(table).where(table.c.leased_until.is_not(None)).values(leased_until=tx.now)
                )

        await self.write(unit)


@contextmanager
def new_store(where: str, folder: Path) -> Iterator[Store]:
    """A migrated database of its own.

    Args:
        where: `sqlite`, or the address of a PostgreSQL server whose user may create databases.
        folder: for SQLite's files.
    """
    if where == "sqlite":
        store = Store(f"sqlite:///{folder / 'node.db'}")
        migrate(store.url)
        yield store
        return
    server = PostgresServer(where)
    store = Store(server.create())
    try:
        migrate(store.url)
        yield store
    finally:
        server.drop(store.url)
