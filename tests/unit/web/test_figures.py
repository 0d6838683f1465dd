from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.ids import time_of
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from fediverse_node.web.figures import KEEP_MANY_SECONDS, KEEP_SECONDS, AccountFigures, Figures
from tests.fakes.people import a_person
from tests.fixtures.rooms import note


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


async def test_of_somebody_who_wrote_much_only_what_is_new_is_counted_for_a_while(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fediverse_node.web.figures.MANY", 3)
    now = 0.0
    figures = Figures(clock=lambda: now)
    alice = (await db.write(lambda tx: a_person(tx, "alice"))).actor

    def write(tx: Tx) -> Post:
        return note(tx, alice)

    async def remove(post: Post) -> None:
        await db.write(lambda tx: posts.remove(tx, post, actor_uri=alice.uri))

    async def said() -> AccountFigures:
        return (await db.read(lambda tx: figures.of(tx, [alice.id], fresh=True)))[alice.id]

    written = [await db.write(write) for _ in range(2)]
    assert (await said()).posts == 2
    await remove(written.pop())
    assert (await said()).posts == 1
    written += [await db.write(write) for _ in range(2)]
    found = await said()
    assert (found.posts, found.last_post_at) == (3, time_of(written[-1].id))
    # From here on the whole is counted only now and then.
    written.append(await db.write(write))
    found = await said()
    assert (found.posts, found.last_post_at) == (4, time_of(written[-1].id))
    await remove(written[0])
    assert (await said()).posts == 4
    now = KEEP_MANY_SECONDS
    assert (await said()).posts == 3
