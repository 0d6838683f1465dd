"""Migrations go up and down on this run's engine, and end where the code says."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from fediverse_node.kernel.errors import NotNow, NotValid
from fediverse_node.peers.tables import peers
from fediverse_node.schema import migrate as schema
from fediverse_node.schema import revisions
from fediverse_node.storage.engine import open_database, sqlite_path
from fediverse_node.storage.tx import Tx


def test_up_check_down_up(empty_database_url: str) -> None:
    schema.migrate(empty_database_url)
    schema.check(empty_database_url)
    schema.migrate(empty_database_url, "base")
    assert schema.current(empty_database_url) is None

    schema.migrate(empty_database_url)

    assert schema.current(empty_database_url) == schema.HEAD
    schema.check(empty_database_url)


def test_the_revision_that_is_written_down_is_the_newest_there_is() -> None:
    assert revisions.newest() == schema.HEAD


def test_a_start_with_nothing_to_migrate_does_not_load_alembic(database_url: str) -> None:
    program = (
        "import sys; from fediverse_node.schema.migrate import migrate; "
        f"migrate({database_url!r}); assert 'alembic' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program], check=True)


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    schema.migrate(database_url)

    schema.check(database_url)


async def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    db = open_database(database_url)
    await db.write(
        lambda tx: tx.execute(sa.text("UPDATE alembic_version SET version_num = '29991231_future'"))
    )
    await db.close()

    with pytest.raises(NotValid, match="29991231_future"):
        schema.migrate(database_url)

    assert schema.current(database_url) == "29991231_future"


async def test_a_missing_table_is_noticed(database_url: str) -> None:
    schema.check(database_url)
    db = open_database(database_url)
    await db.write(lambda tx: tx.execute(sa.text("DROP TABLE peers")))
    await db.close()

    with pytest.raises(NotValid, match="peers"):
        schema.check(database_url)


async def test_a_running_server_keeps_migrations_out(database_url: str) -> None:
    if sqlite_path(database_url) is None:
        pytest.skip("PostgreSQL serialises migrations by an advisory lock instead")
    db = open_database(database_url)

    with pytest.raises(NotNow, match="Another process"):
        schema.migrate(database_url)

    await db.close()


async def test_a_backup_is_made_only_when_a_migration_is_due(database_url: str) -> None:
    if sqlite_path(database_url) is None:
        pytest.skip("on PostgreSQL the operator's own backups count")
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    db = open_database(database_url)

    def add(tx: Tx) -> None:
        tx.insert(peers, {"host": "a.example", "created_at": tx.now, "updated_at": tx.now})

    await db.write(add)
    await db.close()
    assert schema.backup(database_url, now=now) is None
    db = open_database(database_url)
    await db.write(
        lambda tx: tx.execute(sa.text("UPDATE alembic_version SET version_num = '20260101_older'"))
    )
    await db.close()

    made = schema.backup(database_url, now=now)

    assert made is not None
    assert made.name.endswith("20261121T120000Z.backup")
    copy = open_database(f"sqlite:///{made}")
    assert await copy.read(lambda tx: tx.scalar(sa.select(peers.c.host))) == "a.example"
    await copy.close()


async def test_nobody_but_its_owner_reads_a_new_sqlite_file(tmp_path: Path) -> None:
    path = tmp_path / "node.db"

    schema.migrate(f"sqlite:///{path}")

    db = open_database(f"sqlite:///{path}")
    await db.write(lambda tx: tx.scalar(sa.select(sa.func.count()).select_from(peers)))
    modes = permissions(tmp_path)
    await db.close()
    assert set(modes) >= {"node.db", "node.db-wal"}
    assert set(modes.values()) == {0o600}


def permissions(folder: Path) -> dict[str, int]:
    return {found.name: found.stat().st_mode & 0o777 for found in folder.iterdir()}


def test_a_sqlite_file_that_exists_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    path.touch()
    path.chmod(0o640)

    schema.migrate(f"sqlite:///{path}")

    assert path.stat().st_mode & 0o777 == 0o640
