from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.model import Account
from fediverse_node.storage.database import Database
from fediverse_node.storage.folder import STRAY_AFTER, Folder
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries
from fediverse_node.uploads.keeping import Keeper
from tests.fixtures import rooms
from tests.fixtures.pictures import kept
from tests.fixtures.waiting import wait_until

db = rooms.db


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


@pytest.fixture
async def alice(db: Database) -> Account:
    return await db.write(lambda tx: accounts.create(tx, rooms.person(tx, "alice").id, password_hash=None))


def names(folder: Folder) -> set[str]:
    return {path.name for path in folder.root.rglob("*") if path.is_file()}


async def test_files_of_what_was_deleted_or_never_posted_go(
    db: Database, folder: Folder, alice: Account
) -> None:
    def unit(tx: Tx) -> str:
        gone, stays = kept(tx, folder, alice.id), kept(tx, folder, alice.id)
        kept(tx, folder, alice.id, created_at=tx.now - timedelta(hours=25))
        queries.remove(tx, gone.id)
        return stays.name

    stays = await db.write(unit)
    keeper = Keeper(db, folder)
    assert await keeper.run_once() == 2
    assert names(folder) == {stays}
    assert await keeper.run_once() == 0


async def test_only_files_that_nobody_noted_and_that_are_old_are_swept_up(
    db: Database, folder: Folder, alice: Account
) -> None:
    noted = await db.write(lambda tx: kept(tx, folder, alice.id))

    def stray(age: float) -> str:
        name, file = folder.begin()
        folder.keep(name, file)
        path = folder.path(name)
        os.utime(path, (path.stat().st_mtime - age,) * 2)
        return name

    old, new = stray(STRAY_AFTER + 60), stray(0)
    path = folder.path(noted.name)
    os.utime(path, (path.stat().st_mtime - STRAY_AFTER - 60,) * 2)
    await Keeper(db, folder).run_once(thorough=True)
    assert names(folder) == {noted.name, new}
    assert old != new


async def test_a_deletion_wakes_the_keeper(db: Database, folder: Folder, alice: Account) -> None:
    made = await db.write(lambda tx: kept(tx, folder, alice.id))
    stop = asyncio.Event()

    async def is_gone() -> bool:
        return names(folder) == set()

    async with asyncio.TaskGroup() as group:
        group.create_task(Keeper(db, folder).run(stop))
        await db.write(lambda tx: queries.remove(tx, made.id))
        await wait_until("the file to go", is_gone)
        stop.set()


async def test_a_round_that_fails_is_noted_and_the_next_one_tries_again(
    db: Database, folder: Folder, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(db, folder)

    async def fails(*, thorough: bool) -> int:
        raise OSError

    monkeypatch.setattr(keeper, "run_once", fails)
    assert await keeper._turn() is False
    assert "uploads.turn_failed" in caplog.text
