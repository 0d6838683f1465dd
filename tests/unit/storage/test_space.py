from __future__ import annotations

import os
from pathlib import Path

import pytest

from fediverse_node.kernel.clock import system_clock
from fediverse_node.kernel.errors import NotNow
from fediverse_node.storage import space
from fediverse_node.storage.space import BALLAST, LEAST_FREE, Space, ballast_path, trim
from fediverse_node.storage.sqlite import SqliteDatabase
from fediverse_node.storage.tx import Tx


class Disk:
    """A disk with as much room as a test says, and a clock."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.now = 0.0
        self.looks = 0

    def look(self, _folder: Path) -> int:
        self.looks += 1
        if self.free < 0:
            raise OSError
        return self.free

    def clock(self) -> float:
        return self.now


def space_on(disk: Disk, *, least: int = LEAST_FREE) -> Space:
    return Space(Path("data"), least=least, look=disk.look, clock=disk.clock)


@pytest.mark.parametrize(("free", "refused"), [(LEAST_FREE, False), (LEAST_FREE - 1, True), (0, True)])
def test_below_the_mark_nothing_is_taken(free: int, *, refused: bool) -> None:
    refusal = space_on(Disk(free)).refusal()
    assert (refusal is not None) is refused
    if refusal is not None:
        assert "nearly full" in str(refusal)
        assert refusal.retry_after >= 60
        assert "data" not in str(refusal)


def test_a_look_is_believed_for_a_moment_and_room_is_noticed_again() -> None:
    disk = Disk(0)
    room = space_on(disk)
    assert room.refusal() is not None
    disk.free = LEAST_FREE
    assert room.refusal() is not None
    disk.now += space.BELIEVED
    assert room.refusal() is None
    assert disk.looks == 2


def test_a_disk_that_cannot_be_asked_is_as_it_was() -> None:
    disk = Disk(-1)
    room = space_on(disk)
    assert room.refusal() is None
    disk.free, disk.now = 0, 10.0
    assert room.refusal() is not None
    disk.free, disk.now = -1, 20.0
    assert room.refusal() is not None


def test_an_operator_may_turn_it_off() -> None:
    disk = Disk(0)
    assert space_on(disk, least=0).refusal() is None
    assert disk.looks == 0


async def test_what_is_there_can_be_read_while_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(tx: Tx) -> None:
        tx.connection.exec_driver_sql("INSERT INTO notes VALUES ('kept')")

    def count(tx: Tx) -> object:
        return tx.connection.exec_driver_sql("SELECT count(*) FROM notes").scalar()

    disk = Disk(LEAST_FREE)
    db = SqliteDatabase(tmp_path / "node.db", clock=system_clock)
    monkeypatch.setattr(db, "_space", space_on(disk))
    await db.write(lambda tx: tx.connection.exec_driver_sql("CREATE TABLE notes (text TEXT)"))
    disk.free, disk.now = 0, 2.0
    commits = db.commits
    with pytest.raises(NotNow, match="nearly full"):
        await db.write(write)
    assert (await db.read(count), db.commits) == (0, commits)

    disk.free, disk.now = LEAST_FREE, 4.0
    await db.write(write)
    assert await db.read(count) == 1
    await db.close()


def test_ballast_is_laid_in_where_there_is_plenty_and_let_go_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "BALLAST", 4096)
    database = tmp_path / "node.db"
    path = ballast_path(database)
    trim(database, look=lambda _: LEAST_FREE)
    assert not path.exists()
    trim(database, look=lambda _: 2 * LEAST_FREE + 4096)
    assert path.stat().st_size == 4096
    assert path.stat().st_mode & 0o777 == 0o600
    trim(database, look=lambda _: 4096)
    assert path.exists()
    trim(database, look=lambda _: 4095)
    assert not path.exists()


def test_a_start_does_not_fail_for_want_of_ballast(tmp_path: Path) -> None:
    trim(tmp_path / "nowhere" / "node.db", look=lambda _: 3 * LEAST_FREE + BALLAST)
    assert not (tmp_path / "nowhere").exists()


def test_half_a_ballast_is_taken_away_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    trim(tmp_path / "node.db", look=lambda _: 3 * LEAST_FREE)
    assert list(tmp_path.iterdir()) == []
