from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from fediverse_node.polls import queries as polls
from fediverse_node.polls import voting
from fediverse_node.polls.model import Option, Poll
from fediverse_node.polls.tables import poll_options, poll_voters, poll_votes
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock
from tests.fixtures.rooms import note, person, stranger


@pytest.fixture
def time() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
async def db(database_url: str, time: TurnedClock) -> AsyncIterator[Database]:
    database = open_database(database_url, clock=time)
    yield database
    await database.close()


def asked(tx: Tx) -> Poll:
    poll = Poll(
        post_id=note(tx, person(tx, "alice"), type="Question").id,
        options=(Option(name="yes", votes=3), Option(name="لا")),
        ends_at=tx.now + timedelta(hours=1),
        voters_count=None,
    )
    assert polls.add(tx, poll)
    return poll


async def test_a_poll_comes_back_as_it_was_stored_and_is_stored_once(db: Database) -> None:
    def unit(tx: Tx) -> None:
        poll = asked(tx)
        assert polls.of_post(tx, poll.post_id) == poll
        assert not polls.add(tx, poll)
        assert polls.of_posts(tx, [poll.post_id, 1]) == {poll.post_id: poll}
        assert polls.of_posts(tx, []) == {}

    await db.write(unit)


async def test_other_answers_end_the_votes_for_the_old(db: Database) -> None:
    def unit(tx: Tx) -> None:
        poll, bob = asked(tx), stranger(tx, "bob")
        assert voting.cast(tx, poll, bob.id, [0])
        other = Poll(post_id=poll.post_id, multiple=True, options=(Option(name="a"), Option(name="b")))
        polls.replace(tx, other)
        assert polls.of_post(tx, poll.post_id) == other
        assert polls.chosen(tx, bob.id, [poll.post_id]) == {}
        assert voting.cast(tx, other, bob.id, [0, 1]) == 2

    await db.write(unit)


async def test_nothing_is_left_of_a_poll_that_is_removed(db: Database) -> None:
    def unit(tx: Tx) -> None:
        poll = asked(tx)
        voting.cast(tx, poll, stranger(tx, "bob").id, [0])
        polls.remove(tx, poll.post_id)
        assert polls.of_post(tx, poll.post_id) is None
        for table in (poll_options, poll_voters, poll_votes):
            assert tx.all(table.select()) == []

    await db.write(unit)


async def test_counts_are_asked_for_once_a_minute_and_once_after_the_end(
    db: Database, time: TurnedClock
) -> None:
    poll = await db.write(asked)

    async def may() -> bool:
        return await db.write(lambda tx: polls.may_refresh(tx, poll.post_id))

    assert [await may(), await may()] == [True, False]
    time.turn(minutes=1)
    assert [await may(), await may()] == [True, False]
    time.turn(hours=2)
    assert [await may(), await may()] == [True, False]
    time.turn(hours=2)
    assert not await may()
