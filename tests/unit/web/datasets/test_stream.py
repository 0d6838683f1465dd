from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from fediverse_node.kernel.errors import NotNow
from fediverse_node.web.datasets.stream import PER_USER, Streams, _write


def test_there_are_so_many_places_and_no_more() -> None:
    streams = Streams(most=3)
    with streams.seat(1), streams.seat(1):
        assert streams.open == PER_USER
        with pytest.raises(NotNow), streams.seat(1):
            pass
        with streams.seat(2), pytest.raises(NotNow), streams.seat(3):
            pass
        with streams.seat(3):
            pass
    assert streams.open == 0


def test_a_place_is_given_back_whatever_happens() -> None:
    streams = Streams(most=1)
    with pytest.raises(OSError, match="gone"), streams.seat(1):
        raise OSError("gone")
    with streams.seat(2):
        assert streams.open == 1


@pytest.fixture
async def trickle() -> AsyncIterator[tuple[str, asyncio.Future[bool]]]:
    """A server that writes until its reader takes no more, and whether it then gave up."""
    cut: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def pour(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await _write(response, b"x" * 65536, patience=0.2)
        except TimeoutError:
            cut.set_result(True)
            assert request.transport is not None
            request.transport.abort()
        return response

    application = web.Application()
    application.router.add_get("/", pour)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/", cut
    await runner.cleanup()


async def test_who_takes_nothing_is_let_go(trickle: tuple[str, asyncio.Future[bool]]) -> None:
    url, cut = trickle
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert answer.status == 200
        async with asyncio.timeout(60):
            assert await cut
