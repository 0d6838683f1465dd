from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.kernel.errors import Conflict
from fediverse_node.storage.database import Database
from fediverse_node.storage.folder import Folder
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries
from tests.fixtures import rooms
from tests.fixtures.pictures import kept

db = rooms.db


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


async def test_a_picture_is_found_by_either_of_its_names(db: Database, folder: Folder) -> None:
    def unit(tx: Tx) -> None:
        account = accounts.create(tx, rooms.person(tx, "alice").id, password_hash=None)
        made = kept(
            tx,
            folder,
            account.id,
            small_name="s" * 32,
            small_type="image/jpeg",
            small_size=5,
            focus=(0.5, -1.0),
        )
        assert queries.by_name(tx, made.name) == made
        assert queries.by_name(tx, "s" * 32) == made
        assert queries.by_name(tx, "x" * 32) is None
        assert queries.used_by(tx, account.id) == made.size + 5
        assert queries.named(tx, [made.name, "s" * 32, "x" * 32]) == {made.name, "s" * 32}
        assert made.small_path == f"/media/files/{'s' * 32}.jpg"
        queries.remove(tx, made.id)
        assert queries.by_name(tx, made.name) is None
        assert queries.used_by(tx, account.id) == 0
        assert [each.id for each in queries.removed(tx, limit=5)] == [made.id]
        queries.forget(tx, [made.id])
        assert queries.named(tx, [made.name]) == set()

    await db.write(unit)


async def test_a_picture_belongs_to_one_post_for_good(db: Database, folder: Folder) -> None:
    def unit(tx: Tx) -> None:
        alice = rooms.person(tx, "alice")
        account = accounts.create(tx, alice.id, password_hash=None)
        first, second = rooms.note(tx, alice), rooms.note(tx, alice)
        made, gone = kept(tx, folder, account.id), kept(tx, folder, account.id)
        queries.remove(tx, gone.id)
        queries.attach(tx, first.id, [made.id])
        queries.attach(tx, first.id, [])
        for ids in ([made.id], [gone.id]):
            with pytest.raises(Conflict):
                queries.attach(tx, second.id, ids)
        queries.remove_of_post(tx, second.id)
        assert queries.own(tx, account.id, made.id) is not None
        queries.remove_of_post(tx, first.id)
        assert queries.own(tx, account.id, made.id) is None

    await db.write(unit)


async def test_what_waits_too_long_goes_and_what_is_in_a_post_stays(db: Database, folder: Folder) -> None:
    def unit(tx: Tx) -> None:
        alice = rooms.person(tx, "alice")
        account = accounts.create(tx, alice.id, password_hash=None)
        old = tx.now - timedelta(hours=25)
        waiting, new = kept(tx, folder, account.id, created_at=old), kept(tx, folder, account.id)
        kept(tx, folder, account.id, created_at=old, post_id=rooms.note(tx, alice).id)
        before = tx.now - timedelta(hours=24)
        assert queries.has_unattached(tx, before)
        assert queries.remove_unattached(tx, before) == 1
        assert not queries.has_unattached(tx, before)
        assert set(queries.by_ids(tx, [waiting.id, new.id])) == {new.id}

    await db.write(unit)
