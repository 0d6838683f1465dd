from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from fediverse_node.kernel.clock import system_clock
from fediverse_node.kernel.errors import NotFound
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from fediverse_node.suggestions import queries
from fediverse_node.suggestions.model import Suggestion
from tests.fakes.people import a_person


class Clock:
    def __init__(self) -> None:
        self.now = system_clock()

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def db(database_url: str, clock: Clock) -> AsyncIterator[Database]:
    opened = open_database(database_url, clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def alice(db: Database) -> int:
    return (await db.write(lambda tx: a_person(tx, "alice"))).account.id


@pytest.fixture
async def bob(db: Database) -> int:
    return (await db.write(lambda tx: a_person(tx, "bob"))).account.id


def begin(tx: Tx, handle: str, account_id: int) -> None:
    suggestion = Suggestion(
        handle=handle,
        account_id=account_id,
        provider="Practice",
        model="tiny",
        action="draft",
        input_sha256="0" * 64,
        output="",
        created_at=tx.now,
    )
    queries.begin(tx, suggestion)


async def test_a_handle_is_good_for_its_owner_once_the_answer_is_there(
    db: Database, alice: int, bob: int
) -> None:
    await db.write(lambda tx: begin(tx, "h", alice))
    with pytest.raises(NotFound):
        await db.write(lambda tx: queries.redeem(tx, "h", alice, "post:1"))
    await db.write(lambda tx: queries.finish(tx, "h", "text"))
    with pytest.raises(NotFound):
        await db.write(lambda tx: queries.redeem(tx, "h", bob, "post:1"))
    with pytest.raises(NotFound):
        await db.write(lambda tx: queries.redeem(tx, "other", alice, "post:1"))
    assert (await db.write(lambda tx: queries.redeem(tx, "h", alice, "post:1"))).output == "text"


async def test_a_second_post_with_it_is_labelled_too_and_the_first_use_is_kept(
    db: Database, alice: int, clock: Clock
) -> None:
    await db.write(lambda tx: begin(tx, "h", alice))
    await db.write(lambda tx: queries.finish(tx, "h", "text"))
    await db.write(lambda tx: queries.redeem(tx, "h", alice, "post:1"))
    first = clock.now
    clock.now += timedelta(hours=1)
    await db.write(lambda tx: queries.redeem(tx, "h", alice, "post:2"))
    kept = await db.read(lambda tx: queries.by_handle(tx, "h", alice))
    assert kept is not None
    assert (kept.used_for, kept.used_at) == ("post:1", first)


async def test_what_failed_cannot_be_used_and_still_counts(db: Database, alice: int) -> None:
    await db.write(lambda tx: begin(tx, "h", alice))
    await db.write(lambda tx: queries.fail(tx, "h"))
    assert await db.read(lambda tx: queries.by_handle(tx, "h", alice)) is None
    usage = await db.read(lambda tx: queries.usage(tx, alice))
    assert (usage.last_hour, usage.last_day, usage.running) == (1, 1, 0)


async def test_what_is_forgotten_never_was_but_a_finished_one_stays(db: Database, alice: int) -> None:
    for handle in ("a", "b"):
        await db.write(lambda tx, handle=handle: begin(tx, handle, alice))  # type: ignore[misc]  # bound per turn
    await db.write(lambda tx: queries.finish(tx, "b", "text"))
    for handle in ("a", "b"):
        await db.write(lambda tx, handle=handle: queries.forget(tx, handle))  # type: ignore[misc]  # bound per turn
    assert (await db.read(lambda tx: queries.usage(tx, alice))).last_day == 1


async def test_counts_are_per_account_and_by_time(db: Database, alice: int, bob: int, clock: Clock) -> None:
    await db.write(lambda tx: begin(tx, "old", alice))
    clock.now += timedelta(hours=2)
    await db.write(lambda tx: begin(tx, "new", alice))
    await db.write(lambda tx: begin(tx, "bobs", bob))
    usage = await db.read(lambda tx: queries.usage(tx, alice))
    # The one that has been running for two hours was left behind by a process that died.
    assert (usage.last_hour, usage.last_day, usage.running, usage.running_here) == (1, 2, 1, 2)
    assert usage.oldest_of_hour == clock.now


async def test_old_text_is_emptied_and_its_handle_stays_good(db: Database, alice: int, clock: Clock) -> None:
    await db.write(lambda tx: begin(tx, "old", alice))
    await db.write(lambda tx: queries.finish(tx, "old", "private"))
    clock.now += timedelta(days=8)
    await db.write(lambda tx: begin(tx, "new", alice))
    kept = await db.write(lambda tx: queries.redeem(tx, "old", alice, "post:1"))
    assert (kept.output, kept.model) == ("", "tiny")
