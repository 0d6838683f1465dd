"""Bounds of time, of downloads at once, and of the disk, with figures small enough for a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_network
from pathlib import Path

import pytest

from fediverse_node.kernel.errors import NotFound, NotNow
from fediverse_node.media.copies import Copies
from fediverse_node.media.model import Wanted
from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.storage.database import Database
from tests.fakes.hostile_server import HostileServer, Seen, answer, endless, replies, stalls
from tests.fixtures.waiting import wait_until

PNG = b"\x89PNG\r\n\x1a\n" + bytes(500)
OPENING = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + PNG
LAB = AddressPolicy(allow_http=True, allow_private_networks=(ip_network("127.0.0.0/8"),))

Make = Callable[..., Copies]


@pytest.fixture
async def make(db: Database, tmp_path: Path) -> AsyncIterator[Make]:
    async with Outbound(LAB, user_agent="test") as outbound:

        def made(*, budget: int = 1 << 20, seconds: float = 60, free_at_least: int = 0) -> Copies:
            return Copies(
                db, outbound, root=tmp_path, budget=budget, seconds=seconds, free_at_least=free_at_least
            )

        yield made


def wanted(server: HostileServer, path: str = "/a.png") -> Wanted:
    return Wanted(owner="e", url=server.url(path), host=f"{server.host}:{server.port}")


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def opened(copies: Copies) -> Copies:
    await copies.open()
    return copies


async def test_a_server_that_drips_is_left_in_time_and_remembered(make: Make, tmp_path: Path) -> None:
    copies = await opened(make(seconds=0.5))
    async with HostileServer(stalls(OPENING)) as server:
        for _ in range(2):
            with pytest.raises(NotNow):
                await copies.make(wanted(server))
        assert server.connections == 1
    assert files(tmp_path) == []
    copies._seconds = 60
    async with HostileServer(replies(answer(body=PNG))) as server:
        assert (await copies.make(wanted(server))).size == len(PNG)


async def test_everybody_who_waits_is_told_when_the_first_is_cancelled(make: Make, tmp_path: Path) -> None:
    copies = await opened(make())
    async with HostileServer(stalls(OPENING)) as server:
        first = asyncio.ensure_future(copies.make(wanted(server)))
        await wait_until("a request", lambda: asyncio.sleep(0, bool(server.requests)))
        second = asyncio.ensure_future(copies.make(wanted(server)))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(NotNow):
            await second
        with pytest.raises(asyncio.CancelledError):
            await first
    assert files(tmp_path) == []


async def test_what_arrives_has_no_more_room_than_all_copies(make: Make, tmp_path: Path) -> None:
    copies = await opened(make(budget=1000))
    opening = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%s\r\n" % (len(PNG), PNG)
    async with HostileServer(endless(opening, b"10\r\n" + bytes(16) + b"\r\n")) as server:
        with pytest.raises(NotFound):
            await copies.make(wanted(server))
    assert files(tmp_path) == []


async def test_a_full_disk_is_not_held_against_the_file(make: Make, tmp_path: Path) -> None:
    full, free = await opened(make(free_at_least=1 << 62)), await opened(make())
    async with HostileServer(replies(answer(body=PNG))) as server:
        for _ in range(2):
            with pytest.raises(NotNow):
                await full.make(wanted(server))
        assert len(server.requests) == 2
        assert files(tmp_path) == []
        await free.make(wanted(server))
    assert len(files(tmp_path)) == 1


async def test_of_two_processes_that_fetch_the_same_one_keeps_its_file(make: Make, tmp_path: Path) -> None:
    one, other = await opened(make()), await opened(make())
    both = asyncio.Barrier(2)

    async def behave(_seen: Seen, writer: asyncio.StreamWriter) -> bool:
        await both.wait()
        writer.write(answer(body=PNG))
        return True

    async with asyncio.timeout(60), HostileServer(behave) as server:
        made = await asyncio.gather(*(each.make(wanted(server)) for each in (one, other)))
        assert len(server.requests) == 2
    assert made[0] == made[1]
    assert [path.name for path in files(tmp_path)] == [made[0].name]


async def test_who_asks_just_after_a_copy_was_made_is_given_that_one(make: Make, tmp_path: Path) -> None:
    copies = await opened(make())
    async with HostileServer(replies(answer(body=PNG))) as server:
        assert await copies.make(wanted(server)) == await copies.make(wanted(server))
        assert len(server.requests) == 1
        await copies.make(wanted(server, "/b.png"))
        assert len(server.requests) == 2
    assert len(files(tmp_path)) == 2
