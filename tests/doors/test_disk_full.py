"""A disk that runs full: what is there is still shown, what is new is put off, and room is enough to go on.

R15 of the reliability goals. SQLite is put on a small diet; on PostgreSQL, whose disk is not ours to look
at, the same is said when a statement fails for want of room.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fediverse_node.federation.delivery import worker as delivery
from fediverse_node.federation.delivery.worker import DeliveryWorker
from fediverse_node.federation.inbox import process
from fediverse_node.storage import space
from fediverse_node.storage.sqlite import driver
from fediverse_node.storage.tx import Tx
from tests.doors.federation.conftest import Street, street
from tests.fixtures.nodes import LiveNode
from tests.fixtures.waiting import wait_until

__all__ = ["street"]

#: Each write of one activity fails in turn; there are fewer than so many.
WRITES = 50
_WRITES = ("change", "execute", "insert", "insert_new", "insert_missing", "insert_from", "upsert")


async def post_status(street: Street, text: str) -> tuple[int, str | None]:
    """Alice writes *text* with an app; the status, and when she is told to come back."""
    async with street.node.http.post(
        "/api/v1/statuses", json={"status": text}, headers=street.alice.bearer
    ) as answer:
        return answer.status, answer.headers.get("Retry-After")


async def reads(node: LiveNode) -> list[int]:
    """How everything that is only read answers."""
    found = []
    for path in ("/", "/users/alice", "/users/alice/outbox", "/@alice", "/api/v1/timelines/public"):
        async with node.http.get(path) as answer:
            found.append(answer.status)
    return found


async def test_nearly_full_means_reading_only_until_there_is_room(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not street.node.node.db.sole_writer:
        pytest.skip("PostgreSQL's disk is not ours to look at")
    usage = shutil.disk_usage(Path("/"))
    monkeypatch.setattr(space, "BELIEVED", 0.0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=200 * space.MIB - 1))
    before = await street.rows()
    follow = street.bob.follow(street.alice.actor.uri)
    assert await street.bob.send(street.inbox, follow) == 503
    status, come_back = await post_status(street, "No room")
    assert status == 503
    assert come_back is not None
    assert int(come_back) > 0
    assert set(await reads(street.node)) == {200}
    assert await street.rows() == before

    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=200 * space.MIB))
    assert await street.bob.send(street.inbox, follow) == 202
    assert (await post_status(street, "Room again"))[0] == 200
    assert await street.follower(street.bob) is not None


async def test_a_full_disk_puts_writing_off_and_nothing_else(street: Street) -> None:
    db = street.node.node.db
    if not db.sole_writer:
        pytest.skip("a small disk is made with a pragma of SQLite")

    def pages(most: str) -> Callable[[Tx], None]:
        return lambda tx: tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {most}").close()

    await street.meet(street.bob)
    await db.write(pages("1"))  # as many as there are: not one more
    before = await street.rows()
    statuses = set()
    for _ in range(30):
        statuses.add(await street.bob.send(street.inbox, street.bob.create(street.bob.note("x" * 5000))))
        statuses.add((await post_status(street, "y" * 4000))[0])
        if statuses & {503}:
            break
    assert statuses <= {200, 202, 503}
    assert 503 in statuses
    assert set(await reads(street.node)) == {200}
    await db.write(pages("4294967294"))
    assert await street.bob.send(street.inbox, street.bob.create()) == 202
    assert (await post_status(street, "Room again"))[0] == 200
    assert (await street.rows())["posts"] > before["posts"]


def no_room(tx: Tx) -> Exception:
    """What the engine says when the disk is full."""
    if tx.dialect == "sqlite":
        cause: Exception = driver().OperationalError("database or disk is full")
    else:
        from psycopg.errors import DiskFull  # noqa: PLC0415 an extra: absent where only SQLite is used

        cause = DiskFull("could not extend file")
    return sa.exc.OperationalError("INSERT", {}, cause)


@asynccontextmanager
async def failing(
    monkeypatch: pytest.MonkeyPatch, number: int = 0, *, every: bool = False
) -> AsyncIterator[Iterator[int]]:
    """Write *number* from now fails and those before and after it do not, or *every* one. It counts."""
    count = itertools.count(1)

    def wrap(name: str) -> Callable[..., Any]:
        original = getattr(Tx, name)

        def wrapped(self: Tx, *args: Any, **options: Any) -> Any:
            if next(count) == number or every:
                raise no_room(self)
            return original(self, *args, **options)

        return wrapped

    with monkeypatch.context() as patch:
        for name in _WRITES:
            patch.setattr(Tx, name, wrap(name))
        yield count


async def test_whichever_write_fails_nothing_is_done_by_half(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    await street.befriend(street.bob)
    failed = 0
    for number in range(1, WRITES + 1):
        before = await street.rows()
        letter = street.bob.letter(street.inbox, street.bob.create(street.bob.note(f"<p>{number} #tag</p>")))
        async with failing(monkeypatch, number) as count:
            status = await letter.send(street.there.http)
            if next(count) <= number:  # it has fewer writes than that
                assert status == 202
                break
        assert status == 503
        assert await street.rows() == before
        assert await letter.send(street.there.http) == 202
        failed += 1
    assert failed >= 4
    assert len(await street.home()) == failed + 1


async def test_workers_outlive_a_disk_that_is_full_for_a_while(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    await street.befriend(street.bob)
    stray = street.carol.note("<p>Passed on</p>")
    worker = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        monkeypatch.setattr(delivery, "_TROUBLE", 0.01)
        monkeypatch.setattr(process, "_TROUBLE", 0.01)
        async with failing(monkeypatch, every=True) as count:
            sender = DeliveryWorker(street.node.node.db, street.node.node.outbound, alone=True)
            group.create_task(sender.run(worker))
            group.create_task(street.worker.run(worker))
            await wait_until("the workers to have failed", lambda: beyond(count, 20))
        assert await street.bob.send(street.inbox, street.bob.announce(stray["id"])) == 202
        assert await street.bob.send(street.inbox, street.bob.follow(street.alice.actor.uri)) == 202
        await street.there.receives("Accept")
        await wait_until("the boost to be at home", lambda: at_home(street, 1))
        worker.set()


async def beyond(count: Iterator[int], number: int) -> bool:
    return next(count) > number


async def at_home(street: Street, number: int) -> bool:
    return len(await street.home()) >= number
