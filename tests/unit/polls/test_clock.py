from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from fediverse_node.polls import clock, voting
from fediverse_node.polls import queries as polls
from fediverse_node.polls.model import Option, Poll
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock
from tests.fixtures.rooms import note, person


@pytest.fixture
def time() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
async def db(database_url: str, time: TurnedClock) -> AsyncIterator[Database]:
    database = open_database(database_url, clock=time)
    yield database
    await database.close()


@pytest.fixture
async def poll(db: Database) -> Poll:
    def unit(tx: Tx) -> Poll:
        made = Poll(
            post_id=note(tx, person(tx, "alice"), type="Question").id,
            options=(Option(name="yes"), Option(name="no")),
            ends_at=tx.now + timedelta(hours=1),
        )
        assert polls.add(tx, made, due_at=made.ends_at)
        return made

    return await db.write(unit)


async def due(db: Database) -> list[int]:
    return await db.read(lambda tx: clock.due(tx, most=10))


async def test_a_poll_is_due_at_its_end_and_is_taken_up_once(
    db: Database, poll: Poll, time: TurnedClock
) -> None:
    assert await due(db) == []
    time.turn(hours=1)
    assert await due(db) == [poll.post_id]
    assert await db.write(lambda tx: clock.take_up(tx, poll.post_id))
    assert not await db.write(lambda tx: clock.take_up(tx, poll.post_id))
    assert await due(db) == []
    assert await db.write(lambda tx: clock.close(tx, poll.post_id))
    assert not await db.write(lambda tx: clock.close(tx, poll.post_id))


async def test_votes_are_gathered_for_some_minutes(db: Database, poll: Poll, time: TurnedClock) -> None:
    await db.write(lambda tx: clock.counted(tx, poll))
    time.turn(minutes=2)
    await db.write(lambda tx: clock.counted(tx, poll))
    assert await due(db) == []
    time.turn(minutes=1)
    assert await due(db) == [poll.post_id]
    assert await db.write(lambda tx: clock.take_up(tx, poll.post_id))
    await db.write(lambda tx: clock.counted(tx, poll))
    time.turn(minutes=2, seconds=59)
    assert await due(db) == []
    time.turn(seconds=1)
    assert await due(db) == [poll.post_id]


async def test_of_a_secret_poll_nothing_is_told_before_its_end(
    db: Database, poll: Poll, time: TurnedClock
) -> None:
    def unit(tx: Tx) -> None:
        polls.reschedule(tx, poll.post_id, ends_at=poll.ends_at, hide_totals=True)
        secret = polls.of_post(tx, poll.post_id)
        assert secret is not None
        assert voting.cast(tx, secret, person(tx, "bob").id, [0])
        clock.counted(tx, secret)

    await db.write(unit)
    time.turn(minutes=59)
    assert await due(db) == []
    time.turn(minutes=1)
    assert await due(db) == [poll.post_id]
