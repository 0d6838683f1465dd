"""Opens the database that the configuration names."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from fediverse_node.kernel.clock import Clock, system_clock
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.database import Database
from fediverse_node.storage.postgresql import PostgresqlDatabase
from fediverse_node.storage.space import LEAST_FREE
from fediverse_node.storage.sqlite import SqliteDatabase


def open_database(url: str, *, clock: Clock = system_clock, least_free: int = LEAST_FREE) -> Database:
    """Open *url*: `sqlite:///data/node.db` (relative to the working directory) or `postgresql://…`.

    Args:
        url: the address.
        clock: what time it is.
        least_free: bytes that have to be free on the disk for SQLite to write. PostgreSQL's disk is its own.

    Raises:
        NotValid: the address names no engine we have, or a driver that is not installed.
        NotNow: another process has the SQLite file.
    """
    path = sqlite_path(url)
    if path is not None:
        return SqliteDatabase(path, clock=clock, least_free=least_free)
    try:
        return PostgresqlDatabase(url, clock=clock)
    except ModuleNotFoundError as error:
        raise NotValid(
            "PostgreSQL needs the driver psycopg. Install it with: pip install 'fediverse-node[postgres]'."
        ) from error


def sqlite_path(url: str) -> Path | None:
    """The file behind a SQLite address, or None for PostgreSQL.

    Raises:
        NotValid: it is neither.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise NotValid("database.url is no database address. Example: sqlite:///data/node.db") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database:
        return Path(parsed.database)
    if backend == "postgresql":
        return None
    raise NotValid(f"database.url must begin with sqlite:/// or postgresql://, not {backend}.")
