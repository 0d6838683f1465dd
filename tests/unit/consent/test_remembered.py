"""A restored backup does not know what was taken back since, and must not give it out again (EXP-21)."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from fediverse_node.config.sections import Config, DatabaseConfig, Instance
from fediverse_node.config.sections import Consent as Settings
from fediverse_node.consent import decisions
from fediverse_node.consent.notary import Notary
from fediverse_node.consent.remembered import Memory, ended_in, memory_of
from fediverse_node.export.dataset import export_dataset
from fediverse_node.kernel.errors import Conflict, NotValid
from fediverse_node.receipts import checkpoints
from fediverse_node.receipts import queries as receipts
from fediverse_node.signatures.tlog import Checkpoint
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import ADDRESSES, person
from tests.unit.consent.test_proving import ALICE, subject_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "remembered"


@pytest.fixture
async def told(db: Database, folder: Path) -> Memory:
    """alice said yes to three posts and took the first back, and all of it was kept."""

    def unit(tx: Tx) -> None:
        person(tx, "alice")
        for number in range(3):
            decisions.choose(tx, subject_of(number), actor_uri=ALICE, allow=True, method="page")
        decisions.choose(tx, subject_of(0), actor_uri=ALICE, allow=False, method="page")

    await db.write(unit)
    memory = Memory(folder, ADDRESSES)
    await Notary(db, memory).run_once()
    return memory


def lists_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("revocations*"))


def lost(tx: Tx, memory: Memory, *, size: int, root: bytes) -> None:
    """As if this had been signed by a database that is not here any more."""
    log = checkpoints.signer(tx)
    text = Checkpoint(origin=log.name, size=size, root=root).text
    assert memory.folder is not None
    (memory.folder / "checkpoint").write_text(log.note(text))


async def test_what_ended_and_how_far_the_log_came_is_kept(db: Database, told: Memory, folder: Path) -> None:
    await db.read(told.require_whole)
    assert told.ended() == [ADDRESSES.receipt(1)]
    assert await db.read(told.news) is None
    await db.write(
        partial(decisions.choose, subject=subject_of(1), actor_uri=ALICE, allow=False, method="page")
    )
    await Notary(db, told).run_once()
    assert told.ended() == [ADDRESSES.receipt(1), ADDRESSES.receipt(2)]
    last = await db.read(receipts.last_checkpoint)
    assert last is not None
    assert (folder / "checkpoint").read_text() == last.note


@pytest.mark.parametrize("size", [5, 3])
async def test_a_log_that_is_older_or_went_another_way_gives_nothing_out(
    db: Database, told: Memory, folder: Path, tmp_path: Path, size: int
) -> None:
    config = Config(instance=Instance(origin=ADDRESSES.origin), consent=Settings(remembered=str(folder)))
    await export_dataset(db, config, tmp_path / "before")
    await db.read(partial(lost, memory=told, size=size, root=bytes(32)))
    with pytest.raises(Conflict, match="consent recover"):
        await export_dataset(db, config, tmp_path / "after")
    kept = (folder / "checkpoint").read_text()
    await Notary(db, told).run_once()
    assert (folder / "checkpoint").read_text() == kept
    assert not (tmp_path / "after").exists()
    told.set_aside()
    await Notary(db, told).run_once()
    await export_dataset(db, config, tmp_path / "after")
    assert lists_in(folder) == ["revocations.jsonl", "revocations.jsonl.1"]


async def test_what_was_taken_back_is_taken_back_again_and_nothing_else(db: Database, told: Memory) -> None:
    def standing(tx: Tx) -> list[int]:
        last = decisions.states(tx, [subject_of(number).object_uri for number in range(3)]).values()
        return sorted(entry.seq for entry in last if entry.kind == "grant")

    assert await db.read(standing) == [2, 3]
    again = partial(decisions.end_named, seqs=[1, 2, 4, 77], method="lapse")
    assert await db.write(again) == 1
    assert await db.write(again) == 0
    assert await db.read(standing) == [3]


async def test_another_log_has_nothing_to_do_with_what_was_kept(
    db: Database, told: Memory, folder: Path
) -> None:
    await db.read(partial(lost, memory=told, size=9, root=bytes(32)))
    (folder / "key").write_text("another+00000000+AQ")
    await db.read(told.require_whole)
    await Notary(db, told).run_once()
    assert told.ended() == [ADDRESSES.receipt(1)]
    assert (folder / "revocations.jsonl.1").exists()


async def test_without_a_folder_nothing_is_kept(db: Database, told: Memory) -> None:
    del told
    nowhere = Memory(None, ADDRESSES)
    assert await db.read(nowhere.news) is None
    await db.read(nowhere.require_whole)
    nowhere.set_aside()
    assert nowhere.ended() == []


def test_it_lies_beside_a_file_and_where_the_operator_says() -> None:
    def place(url: str, said: str = "") -> Path | None:
        database, settings = DatabaseConfig(url=url), Settings(remembered=said)
        config = Config(instance=Instance(origin=ADDRESSES.origin), database=database, consent=settings)
        return memory_of(config).folder

    assert place("sqlite:///data/node.sqlite3") == Path("data/node.sqlite3.consent")
    assert place("postgresql://localhost/node") is None
    assert place("postgresql://localhost/node", "/var/kept") == Path("/var/kept")


def test_what_is_no_list_of_revocations_is_refused() -> None:
    assert ended_in('{"revokes": "https://a.example/consent/receipts/1"}\n\n{"kind": "deny"}\n') == [
        "https://a.example/consent/receipts/1"
    ]
    for text in ("[]", "x", "3"):
        with pytest.raises(NotValid, match="not a list"):
            ended_in(text)
