from __future__ import annotations

import asyncio
from functools import partial

from fediverse_node.consent import decisions, queries, terms
from fediverse_node.consent.notary import Notary
from fediverse_node.receipts import queries as receipts
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person
from tests.fixtures.waiting import wait_until
from tests.unit.consent.test_proving import ALICE, subject_of


async def test_it_wakes_for_each_end_of_a_yes(db: Database) -> None:
    stop = asyncio.Event()
    await db.write(lambda tx: person(tx, "alice"))
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(Notary(db).run(stop))
        for allow, size in ((True, 1), (False, 2)):
            say = partial(
                decisions.choose, subject=subject_of(1), actor_uri=ALICE, allow=allow, method="page"
            )
            await db.write(say)
            await wait_until("a checkpoint", partial(_has, db, size))
        stop.set()


async def test_it_makes_up_for_lines_that_are_older_than_receipts(db: Database) -> None:
    def before(tx: Tx) -> None:
        person(tx, "alice")
        for number in range(3):
            queries.append(
                tx,
                (ALICE, f"{ALICE}/posts/{number}", "0" * 64),
                kind="grant" if number else "withdraw",
                purposes=("train-ai", "dataset"),
                terms=terms.CURRENT,
                method="page",
            )

    await db.write(before)
    notary = Notary(db)

    await notary.run_once()
    await notary.run_once()

    assert await _size(db) == 2


async def _has(db: Database, size: int) -> bool:
    return await _size(db) == size


async def _size(db: Database) -> int:
    last = await db.read(receipts.last_checkpoint)
    return 0 if last is None else last.size
