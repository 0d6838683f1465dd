from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from fediverse_node.accounts import queries as accounts
from fediverse_node.accounts.model import Account
from fediverse_node.credentials.keeper import Keeper, Wish
from fediverse_node.kernel.errors import NotNow, NotValid
from fediverse_node.storage.database import Database
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads import intake
from fediverse_node.uploads.decoding import Bounds
from fediverse_node.uploads.intake import Sent, Uploads
from fediverse_node.uploads.marking import House
from tests.fixtures import rooms
from tests.fixtures.pictures import sent

db = rooms.db
BOUNDS = Bounds(pixels=1_000_000, size=1 << 20)
HOUSE = House(origin="https://here.example", terms="https://here.example/terms")


@pytest.fixture
async def alice(db: Database) -> Account:
    return await db.write(lambda tx: accounts.create(tx, rooms.person(tx, "alice").id, password_hash=None))


@pytest.fixture
def file() -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as made:
        made.write(sent())
        made.flush()
        yield made


def uploads(db: Database, root: Path, *, budget: int = 1 << 20) -> Uploads:
    folder = Folder(root / "files", free_at_least=0)
    return Uploads(db, folder=folder, bounds=BOUNDS, budget=budget, house=HOUSE)


def files(root: Path) -> list[Path]:
    return [path for path in (root / "files").rglob("*") if path.is_file()]


async def test_the_last_picture_that_fits_is_taken_and_the_first_that_does_not_leaves_nothing(
    db: Database, alice: Account, tmp_path: Path, file: BinaryIO
) -> None:
    first = await uploads(db, tmp_path).add(alice.id, file, Sent(description=" A heron ", focus=(0.0, 1.0)))
    assert (first.description, first.focus, first.post_id) == ("A heron", (0.0, 1.0), None)
    tight = uploads(db, tmp_path, budget=2 * first.size)
    with pytest.raises(NotValid, match="all the room"):
        await tight.add(alice.id, file, Sent())
    assert [path.name for path in files(tmp_path)] == [first.name]
    second = await uploads(db, tmp_path, budget=2 * first.size + 1).add(alice.id, file, Sent())
    # Each names its own address, so the same picture sent twice is two files.
    assert (second.size, second.sha256 != first.sha256) == (first.size, True)


async def test_a_description_that_is_too_long_is_refused_before_anything_is_done(
    db: Database, alice: Account, tmp_path: Path, file: BinaryIO
) -> None:
    with pytest.raises(NotValid, match="1500"):
        await uploads(db, tmp_path).add(alice.id, file, Sent(description="x" * 1501))
    assert files(tmp_path) == []


async def test_when_too_many_wait_the_next_is_told_to_come_back(
    db: Database, alice: Account, tmp_path: Path, file: BinaryIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "WAITING", 0)
    with pytest.raises(NotNow):
        await uploads(db, tmp_path).add(alice.id, file, Sent())


async def test_where_the_disk_is_full_nothing_is_even_read(db: Database, tmp_path: Path) -> None:
    nearly_full = Folder(tmp_path / "files", free_at_least=1 << 62)
    full = Uploads(db, folder=nearly_full, bounds=BOUNDS, budget=1, house=HOUSE)
    with pytest.raises(NotNow, match="no room"):
        await full.workplace()
    assert await uploads(db, tmp_path).workplace() == tmp_path / "files"


async def test_a_certificate_that_is_no_good_is_no_reason_to_refuse_a_picture(
    db: Database, alice: Account, tmp_path: Path, file: BinaryIO, caplog: pytest.LogCaptureFixture
) -> None:
    wish = Wish(enabled=True, key_file=str(tmp_path / "none"), certificate_file=str(tmp_path / "none"))
    keeper = Keeper(db, host="here.example", wish=wish)
    folder = Folder(tmp_path / "files", free_at_least=0)
    made = await Uploads(db, folder=folder, bounds=BOUNDS, budget=1 << 20, house=HOUSE, keeper=keeper).add(
        alice.id, file, Sent()
    )
    assert made.credentials is None
    assert "credentials.not_signed" in caplog.messages
