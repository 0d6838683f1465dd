"""Moves a database between schema revisions, forward and back, under a lock.

A SQLite file is copied beside itself first, so that an upgrade that goes wrong costs nothing.
PostgreSQL holds an advisory lock: of several processes that start at once, one migrates.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from fediverse_node.storage.engine import sqlite_path
from fediverse_node.storage.sqlite import driver, exclusive

log = logging.getLogger(__name__)

#: The newest revision this program knows. Written down here, so that a start with nothing to migrate
#: need not load Alembic, which takes as long as everything else together.
HEAD = "20261126_push"
_ADVISORY_LOCK = 0x66656469  # "fedi"


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at *url* to *revision* (`head`, `base`, `-1`, `+1`, or a revision's name).

    Raises:
        NotValid: the database is at a revision this program does not know (it was used by a newer one).
        NotNow: a running server holds the SQLite file.
    """
    with _connection(url) as connection:
        if revision == "head" and _revision(connection) == HEAD:
            return
        from fediverse_node.schema import revisions  # noqa: PLC0415 loads Alembic

        revisions.move(connection, revision, at=_revision(connection))


def check(url: str) -> None:
    """Compare the tables in the code with the database.

    Raises:
        NotValid: they differ; a migration is missing.
    """
    from fediverse_node.schema import revisions  # noqa: PLC0415 loads Alembic

    with _connection(url) as connection:
        revisions.compare(connection)


def current(url: str) -> str | None:
    """The revision the database is at; None for an empty one."""
    with _connection(url) as connection:
        return _revision(connection)


def backup(url: str, *, now: datetime) -> Path | None:
    """Copy a SQLite database beside itself when a migration is due. Gives the path of the copy, if any."""
    path = sqlite_path(url)
    if path is None or not path.exists() or current(url) in {None, HEAD}:
        return None
    target = path.with_name(f"{path.name}.{now:%Y%m%dT%H%M%SZ}.backup")
    with exclusive(path):
        _make_private(target)
        source, copy = driver().connect(str(path)), driver().connect(str(target))
        try:
            source.backup(copy)
        finally:
            source.close()
            copy.close()
    log.info("storage.backup_made", extra={"path": str(target)})
    return target


def _make_private(path: Path) -> None:
    """Create *path* for its owner's eyes only: private keys and closed posts will be in it.

    SQLite gives the files beside it (`-wal`, `-shm`) the same permissions. A file that exists keeps its own.
    """
    path.touch(mode=0o600)


def _revision(connection: sa.Connection) -> str | None:
    """What Alembic noted in the database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


@contextmanager
def _connection(url: str) -> Iterator[sa.Connection]:
    path = sqlite_path(url)
    if path is None:
        parsed = sa.make_url(url).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(parsed, poolclass=sa.NullPool)
        with engine.connect() as connection, connection.begin():
            connection.execute(sa.text("SET LOCAL lock_timeout = '30s'"))
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            yield connection
        engine.dispose()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(path):
        _make_private(path)
        engine = sa.create_engine(f"sqlite:///{path}", module=driver(), poolclass=sa.NullPool)

        @sa.event.listens_for(engine, "connect")
        def _own_transactions(dbapi_connection: object, _record: object) -> None:
            dbapi_connection.isolation_level = None  # type: ignore[attr-defined]  # a DBAPI connection

        @sa.event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        with engine.connect() as connection, connection.begin():
            yield connection
        engine.dispose()
