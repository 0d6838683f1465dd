"""Readers that come for a file again and again cost a write a minute."""

from __future__ import annotations

from fediverse_node.datasets import queries
from fediverse_node.datasets.counting import EVERY, Downloads
from fediverse_node.datasets.model import File, Release, Settings
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx

PATHS = ("data/train.jsonl", "README.md")


def a_release(tx: Tx) -> Release:
    made = Release(
        id=tx.new_id(),
        sha256="a" * 64,
        state="preparing",
        made_at=tx.now,
        ended_at=None,
        rows=1,
        authors=1,
        log_size=0,
        settings=Settings(),
        on_disk=True,
    )
    return queries.prepare(tx, made, [File(path=path, sha256="b" * 64, size=1) for path in PATHS])


async def test_what_is_counted_is_written_together_and_nothing_is_lost(db: Database) -> None:
    release, seconds = await db.write(a_release), [0.0]

    async def written() -> list[int]:
        files = await db.read(lambda tx: queries.files_of(tx, release.id))
        return [file.downloads for file in sorted(files, key=lambda each: PATHS.index(each.path))]

    downloads = Downloads(db, clock=lambda: seconds[0])
    await downloads.count(release.id, PATHS[0])
    assert await written() == [1, 0]
    for path in (PATHS[0], PATHS[0], PATHS[1]):
        await downloads.count(release.id, path)
    assert await written() == [1, 0]
    seconds[0] = EVERY
    await downloads.count(release.id, PATHS[1])
    assert await written() == [3, 2]
    await downloads.count(release.id, PATHS[1])
    await downloads.flush()
    await downloads.flush()
    assert await written() == [3, 3]
