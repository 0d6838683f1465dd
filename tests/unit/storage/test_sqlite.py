from __future__ import annotations

from pathlib import Path

import pytest

from fediverse_node.kernel.errors import NotNow
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx


async def test_a_second_process_cannot_open_the_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/node.db"
    first = open_database(url)

    with pytest.raises(NotNow, match="Another process"):
        open_database(url)

    await first.close()
    await open_database(url).close()


async def test_commits_survive_a_power_cut_and_readers_never_checkpoint(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/node.db")

    def pragmas(tx: Tx) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "query_only", "wal_autocheckpoint")
        return {name: tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    writer, reader = await db.write(pragmas), await db.read(pragmas)
    await db.close()

    assert writer == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "query_only": 0,
        "wal_autocheckpoint": 1000,
    }
    assert (reader["query_only"], reader["wal_autocheckpoint"]) == (1, 0)


async def test_a_full_disk_is_said_in_words_and_passes(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/node.db")

    def limit(tx: Tx) -> None:
        tx.connection.exec_driver_sql("CREATE TABLE filler (data BLOB)")
        tx.connection.exec_driver_sql("PRAGMA max_page_count = 20")

    def fill(tx: Tx) -> None:
        tx.connection.exec_driver_sql("INSERT INTO filler VALUES (zeroblob(1000000))")

    def make_room(tx: Tx) -> None:
        tx.connection.exec_driver_sql("PRAGMA max_page_count = 100000")

    await db.write(limit)
    with pytest.raises(NotNow, match="disk is full"):
        await db.write(fill)
    assert (
        await db.read(lambda tx: tx.connection.exec_driver_sql("SELECT count(*) FROM filler").scalar()) == 0
    )

    await db.write(make_room)
    await db.write(fill)
    assert (
        await db.read(lambda tx: tx.connection.exec_driver_sql("SELECT count(*) FROM filler").scalar()) == 1
    )
    await db.close()


async def test_a_mishap_beside_the_commit_reaches_who_waits_and_the_next_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = open_database(f"sqlite:///{tmp_path}/node.db")

    def begin(tx: Tx) -> None:
        tx.connection.exec_driver_sql("CREATE TABLE told (id INTEGER)")

    def tell(tx: Tx) -> None:
        tx.connection.exec_driver_sql("INSERT INTO told VALUES (1)")

    def stumble() -> None:
        raise RuntimeError

    await db.write(begin)
    with monkeypatch.context() as patch:
        patch.setattr(db._space, "refusal", stumble)  # type: ignore[attr-defined]  # the SQLite database's own
        with pytest.raises(RuntimeError):
            await db.write(tell)
    await db.write(tell)
    assert await db.read(lambda tx: tx.connection.exec_driver_sql("SELECT count(*) FROM told").scalar()) == 1
    await db.close()


async def test_a_stopped_database_takes_nothing_more(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/node.db")
    await db.close()

    with pytest.raises(NotNow, match="stopping"):
        await db.write(lambda tx: None)
