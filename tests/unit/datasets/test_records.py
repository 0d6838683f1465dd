"""Each export by command is written down: what was asked for, how much it was, and its hash. EXP-20"""

from __future__ import annotations

from functools import partial

from fediverse_node.datasets import records
from fediverse_node.storage.database import Database


async def test_exports_are_listed_the_newest_first(db: Database) -> None:
    assert await db.read(lambda tx: records.newest(tx, 5)) == []
    for rows in (1, 2, 3):
        asked = {"filters": {"min_length": rows}}
        await db.write(partial(records.add, asked=asked, rows=rows, authors=1, sha256="c" * 64))
    found = await db.read(lambda tx: records.newest(tx, 2))
    assert [(each.rows, each.asked["filters"]["min_length"]) for each in found] == [(3, 3), (2, 2)]
