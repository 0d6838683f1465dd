from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from fediverse_node.datasets import queries
from fediverse_node.datasets.model import File, Release, Settings
from fediverse_node.export.filters import Filters
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

RELEASE = Release(
    id=1,
    sha256="a" * 64,
    state="preparing",
    made_at=datetime(2026, 1, 2, tzinfo=UTC),
    ended_at=None,
    rows=2,
    authors=1,
    log_size=0,
    settings=Settings(filters=Filters(languages=("en",), min_authors=2)),
    on_disk=True,
)
FILES = [File(path="data/train.jsonl", sha256="b" * 64, size=9)]


def prepared(tx: Tx, number: int) -> Release:
    release = replace(RELEASE, id=number, sha256=f"{number:064x}")
    found = queries.prepare(tx, release, FILES)
    queries.add_rows(tx, found.id, [number])
    return found


def published(tx: Tx, number: int) -> Release:
    found = prepared(tx, number)
    queries.publish(tx, found.id)
    return found


async def test_what_is_being_prepared_is_shown_to_nobody(db: Database) -> None:
    await db.write(lambda tx: prepared(tx, 1))
    assert await db.read(queries.current) is None
    assert await db.read(lambda tx: queries.published(tx, 9)) == []


async def test_the_newest_is_the_current_one_and_settings_are_kept(db: Database) -> None:
    await db.write(lambda tx: published(tx, 1))
    await db.write(lambda tx: published(tx, 2))
    found = await db.read(lambda tx: queries.published(tx, 9))
    assert [(each.id, each.state) for each in found] == [(2, "current"), (1, "superseded")]
    assert found[0].settings == RELEASE.settings
    assert await db.read(lambda tx: queries.file_of(tx, 2, FILES[0].path)) == FILES[0]
    assert await db.read(lambda tx: queries.file_of(tx, 2, "data")) is None


async def test_there_are_never_two_current_ones(db: Database) -> None:
    await db.write(lambda tx: published(tx, 1))
    await db.write(lambda tx: prepared(tx, 2))
    with pytest.raises(sa.exc.IntegrityError):
        await db.write(lambda tx: queries._change(tx, 2, state="current"))


async def test_what_a_killed_process_was_preparing_is_forgotten_and_nothing_else(db: Database) -> None:
    await db.write(lambda tx: published(tx, 1))
    await db.write(lambda tx: published(tx, 2))
    await db.write(lambda tx: prepared(tx, 1))  # one that had ended was to be published again
    await db.write(lambda tx: prepared(tx, 3))

    await db.write(queries.abandon)

    found = await db.read(lambda tx: queries.published(tx, 9))
    assert {(each.id, each.state) for each in found} == {(1, "superseded"), (2, "current")}
    assert await db.read(lambda tx: queries.files_of(tx, 3)) == []
    assert await db.read(lambda tx: queries.files_of(tx, 1)) == FILES


async def test_files_of_ended_releases_are_named_until_they_are_gone(db: Database) -> None:
    await db.write(lambda tx: published(tx, 1))
    await db.write(lambda tx: published(tx, 2))
    now = db.clock()
    assert [each.id for each in await db.read(lambda tx: queries.on_disk_since(tx, now))] == [1]
    assert await db.read(lambda tx: queries.on_disk_since(tx, RELEASE.made_at)) == []
    await db.write(lambda tx: queries.note_cleared(tx, 1))
    assert await db.read(lambda tx: queries.on_disk_since(tx, now)) == []
    assert await db.read(queries.names_on_disk) == {f"{2:064x}"}
