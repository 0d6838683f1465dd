from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterable

import pytest
import sqlalchemy as sa

from fediverse_node.kernel.clock import system_clock
from fediverse_node.kernel.errors import NotFound
from fediverse_node.storage import postgresql
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.postgresql import PostgresqlDatabase
from fediverse_node.storage.tx import Tx


async def test_the_listener_hears_of_the_end_at_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("a SQLite file has no listener")
    # Longer than a test may take: only what it is told can end the waiting.
    monkeypatch.setattr(postgresql, "_LISTEN_TIMEOUT_SECONDS", 3600.0)
    db = open_database(database_url)
    db.bell("deliveries")
    await db.write(lambda tx: tx.ring("deliveries"))
    await db.close()


class Counted(PostgresqlDatabase):
    """Keeps which bells it rang."""

    def _ring(self, names: Iterable[str]) -> None:
        self.rung = [*getattr(self, "rung", []), *names]
        super()._ring(names)


async def test_what_a_process_rang_itself_is_not_rung_a_second_time_by_its_notice(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("a SQLite file has no listener")
    here, there = Counted(database_url, clock=system_clock), open_database(database_url)

    async def heard(name: str) -> None:
        bell = here.bell(name)
        while not bell.is_set():
            await there.write(lambda tx: tx.ring(name))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), 0.1)

    try:
        async with asyncio.timeout(60):
            await heard("listening")
            await here.write(lambda tx: tx.ring("ours"))
            # Notices come in the order of their commits: after this one, ours has been heard too.
            await heard("afterwards")
        assert here.rung.count("ours") == 1
    finally:
        await here.close()
        await there.close()


async def test_a_connection_that_the_server_ended_is_replaced(db: Database) -> None:
    if not isinstance(db, PostgresqlDatabase):
        pytest.skip("a SQLite file has no server")
    end_it = sa.select(sa.func.pg_terminate_backend(sa.func.pg_backend_pid(), type_=sa.Boolean))
    for turn in (db.read, db.write):
        with pytest.raises(sa.exc.DBAPIError):
            await turn(lambda tx: tx.all(end_it, {}))
        assert await turn(lambda tx: tx.scalar(sa.select(sa.literal(1)), {})) == 1


async def test_nobody_notices_that_the_server_ended_a_connection_in_between(db: Database) -> None:
    if not isinstance(db, PostgresqlDatabase):
        pytest.skip("a SQLite file has no server")
    others = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    # Held together, so that each of them needs a thread, and so a connection, of its own.
    together = threading.Barrier(3)
    await asyncio.gather(*(db.read(lambda _tx: together.wait(60)) for _ in range(3)))
    with db.engine.connect() as connection:
        assert len(connection.execute(others).all()) >= 3
    for turn in (db.read, db.write):
        answers = await asyncio.gather(
            *(turn(lambda tx: tx.scalar(sa.select(sa.literal(1)), {})) for _ in range(16))
        )
        assert answers == [1] * 16


async def test_a_refusal_is_heard_also_when_the_connection_is_gone_by_then(db: Database) -> None:
    if not isinstance(db, PostgresqlDatabase):
        pytest.skip("a SQLite file has no server")
    me = sa.select(sa.func.pg_backend_pid(type_=sa.Integer))
    engine = db.engine

    def unit(tx: Tx) -> None:
        with engine.connect() as other:
            # Comes back once that connection has ended, of which ours has not heard yet.
            assert other.scalar(sa.select(sa.func.pg_terminate_backend(tx.scalar(me, {}), 60_000)))
        raise NotFound("There is no such post.")

    for turn in (db.read, db.write):
        with pytest.raises(NotFound):
            await turn(unit)
        assert await turn(lambda tx: tx.scalar(sa.select(sa.literal(1)), {})) == 1


async def test_a_failure_that_a_unit_keeps_to_itself_is_no_success(db: Database) -> None:
    if not isinstance(db, PostgresqlDatabase):
        pytest.skip("on SQLite a statement that fails spoils no other")
    failing = sa.text("SELECT 1 / 0")

    def unit(tx: Tx, *, fails: bool) -> None:
        tx.ring("kept")
        if fails:
            with contextlib.suppress(sa.exc.DBAPIError):
                tx.change(failing, {})

    await db.write(lambda tx: unit(tx, fails=False))
    with pytest.raises(sa.exc.DBAPIError, match="had failed"):
        await db.write(lambda tx: unit(tx, fails=True))


async def test_a_unit_that_lost_against_another_is_run_again(db: Database) -> None:
    if not isinstance(db, PostgresqlDatabase):
        pytest.skip("SQLite has one writer")
    told: list[str] = []
    refusal = sa.text("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$")

    def unit(tx: Tx) -> int:
        told.append("run")
        if len(told) == 1:
            tx.change(refusal, {})
        return len(told)

    assert await db.write(unit) == 2
