from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from fediverse_node.web.figures import KEEP_SECONDS, Figures
from tests.fakes.people import a_person


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url)
    yield database
    await database.close()


async def test_figures_are_kept_a_while_and_counted_anew_for_who_asks(db: Database) -> None:
    now = 0.0
    figures = Figures(clock=lambda: now)
    alice, bob = await db.write(lambda tx: (a_person(tx, "alice").actor.id, a_person(tx, "bob").actor.id))

    async def followers(*, fresh: bool = False) -> int:
        return (await db.read(lambda tx: figures.of(tx, [alice, bob], fresh=fresh)))[alice].followers

    def follow(tx: Tx) -> None:
        follows.add(
            tx,
            Follow(
                id=tx.new_id(),
                follower_id=bob,
                target_id=alice,
                uri="https://home.example/activities/1",
                state="accepted",
                created_at=tx.now,
            ),
        )

    assert await followers() == 0
    await db.write(follow)
    assert await followers() == 0
    assert await followers(fresh=True) == 1
    assert await followers() == 1
    now = KEEP_SECONDS
    assert await followers() == 1
    assert (await db.read(lambda tx: figures.of(tx, []))) == {}
