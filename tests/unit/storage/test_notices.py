"""What happened is told after it is durable, to whoever listens, and to nobody else."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from functools import partial
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.errors import NotFound
from fediverse_node.storage import notices
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.notices import Ears, Kind, Notice, parse
from fediverse_node.storage.tx import Tx
from tests.fixtures.waiting import wait_until

NOTICES = st.builds(
    Notice, st.sampled_from(get_args(Kind)), st.lists(st.integers(0, 2**63 - 1), min_size=1).map(tuple)
)


@given(NOTICES)
def test_a_notice_is_read_as_it_was_written(notice: Notice) -> None:
    assert parse(notice.text) == notice


@given(st.text())
def test_what_another_version_says_is_no_failure(text: str) -> None:
    found = parse(text)
    assert found is None or found.kind in get_args(Kind)


@pytest.mark.parametrize("text", ["", "update", "update x", "update -1", "update \u0661", "new_kind 1"])
def test_what_is_no_notice_is_none(text: str) -> None:
    assert parse(text) is None


def test_somebody_elsewhere_is_taken_to_listen_for_a_while() -> None:
    now = [0.0]
    ears = Ears(clock=lambda: now[0])
    before = ears.open
    ears.listens_elsewhere()
    assert (before, ears.open, ears.here) == (False, True, False)
    now[0] = notices.LISTENS_SECONDS
    assert not ears.open


async def test_nothing_is_told_before_it_is_durable_and_nothing_that_was_undone(db: Database) -> None:
    heard: list[Notice] = []

    def listen(told: Sequence[Notice]) -> None:
        heard.extend(told)

    def kept(tx: Tx) -> None:
        before = len(heard)
        tx.tell("update", 1)
        assert len(heard) == before

    def undone(tx: Tx) -> None:
        tx.tell("update", 2)
        raise NotFound

    await db.write(kept)
    await db.listen(listen)
    with contextlib.suppress(NotFound):
        await db.write(undone)
    await db.write(kept)
    assert heard == [Notice("update", (1,))]
    db.ears.deaf(listen)
    await db.write(kept)
    assert len(heard) == 1
    assert await db.read(lambda tx: tx.notices) is None, "nobody listens: nothing is even noted"


def _tell(tx: Tx, *, number: int) -> None:
    tx.tell("delete", number)


async def _knows(db: Database) -> bool:
    return db.ears.open


async def test_another_process_hears_it_and_so_does_one_that_starts_later(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("a SQLite file belongs to one process")
    here, there = open_database(database_url), open_database(database_url)
    late: Database | None = None
    heard: asyncio.Queue[Notice] = asyncio.Queue()

    def hear(told: Sequence[Notice]) -> None:
        for each in told:
            heard.put_nowait(each)

    try:
        async with asyncio.timeout(60):
            here.bell("anything")
            await there.listen(hear)
            late = open_database(database_url)
            late.bell("anything")
            for number, db in enumerate((here, late)):
                await wait_until("word of who listens", partial(_knows, db))
                await db.write(partial(_tell, number=number))
                assert await heard.get() == Notice("delete", (number,))
            await there.write(lambda tx: tx.tell("delete", 9))
            assert await heard.get() == Notice("delete", (9,))
            await here.write(lambda tx: tx.tell("delete", 10))
            assert await heard.get() == Notice("delete", (10,)), "its own was not heard twice"
    finally:
        for each in (here, there, late):
            if each is not None:
                await each.close()
