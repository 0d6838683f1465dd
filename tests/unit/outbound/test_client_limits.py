from __future__ import annotations

import asyncio
import socket
import threading
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace

import pytest

from fediverse_node.kernel.errors import TooLarge
from fediverse_node.outbound.errors import Unreachable
from tests.fakes.hostile_server import (
    Behaviour,
    HostileServer,
    Seen,
    answer,
    endless,
    gzip_bomb,
    replies,
    stalls,
)
from tests.unit.outbound.exchanges import (
    ACCEPT,
    HOP,
    OK,
    QUICK,
    advise,
    client,
    deliver,
    fetch,
)


@pytest.mark.parametrize(
    "opening",
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"],
    ids=["nothing", "half a head", "half a body"],
)
async def test_a_server_that_falls_silent_costs_only_the_time_allowed(opening: bytes) -> None:
    async with HostileServer(stalls(opening)) as server, client(limits=QUICK) as outbound:
        for attempt in (fetch, deliver):
            with pytest.raises(Unreachable) as caught:
                await attempt(outbound, server.url())
            assert caught.value.timed_out
            assert caught.value.detail == f"127.0.0.1:{server.port}: no whole answer within 0.2 s"


async def test_a_drip_does_not_earn_more_time() -> None:
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()

    async def drip(seen: Seen, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")

        def drop() -> None:
            if writer.is_closing():
                gone.set()
                return
            writer.write(b"x")
            loop.call_later(0.01, drop)

        drop()
        await gone.wait()
        return False

    async with HostileServer(drip) as server, client(limits=QUICK) as outbound:
        for attempt in (fetch, deliver):
            gone.clear()
            with pytest.raises(Unreachable) as caught:
                await attempt(outbound, server.url())
            assert caught.value.timed_out
            await asyncio.wait_for(gone.wait(), 60)


async def test_the_time_of_redirects_adds_up() -> None:
    async def late(seen: Seen, writer: asyncio.StreamWriter) -> bool:
        if seen.line.startswith("GET /2"):
            await asyncio.get_running_loop().create_future()
        step = int(seen.line.split()[1].strip("/"))
        writer.write(answer("302 Found", headers={"Location": f"/{step + 1}"}))
        return True

    async with HostileServer(late) as server, client(limits=QUICK) as outbound:
        with pytest.raises(Unreachable) as caught:
            await outbound.get(server.url("/0"), accept=ACCEPT)
    assert caught.value.timed_out
    assert len(server.requests) == 3


async def test_endless_interim_answers_cost_only_the_time_allowed() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    async with HostileServer(endless(b"", interim)) as server, client(limits=QUICK) as outbound:
        with pytest.raises(Unreachable):
            await outbound.get(server.url(), accept=ACCEPT)


@pytest.mark.parametrize(
    "behave",
    [
        endless(b"HTTP/1.1 200 OK\r\n", b"X-Filler: " + b"y" * 4000 + b"\r\n"),
        endless(b"HTTP/1.1 200 OK\r\nX-Long: ", b"y" * 65536),
        endless(b"", b"y" * 65536),
    ],
    ids=["headers", "one header", "status line"],
)
async def test_a_head_without_end_is_cut(behave: Behaviour) -> None:
    async with HostileServer(behave) as server, client() as outbound:
        for attempt in (fetch, deliver):
            with pytest.raises(Unreachable) as caught:
                await attempt(outbound, server.url())
            assert not caught.value.timed_out


CHUNK = b"10000\r\n" + b"y" * 65536 + b"\r\n"


async def test_a_document_may_fill_the_limit_and_not_a_byte_more() -> None:
    async with client() as outbound:
        for size, fits in ((1000, True), (1001, False)):
            chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
            for content in (answer(body=b"y" * size), chunked % (size, b"y" * size)):
                async with HostileServer(replies(content)) as server:
                    if fits:
                        assert len((await outbound.get(server.url(), accept=ACCEPT, limit=1000)).body) == size
                        continue
                    with pytest.raises(TooLarge) as caught:
                        await outbound.get(server.url(), accept=ACCEPT, limit=1000)
                    assert caught.value.detail == f"127.0.0.1:{server.port}: over 1000 bytes"


async def test_a_body_without_end_is_cut_for_a_document_and_for_an_answer() -> None:
    opening = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with HostileServer(endless(opening, CHUNK)) as server, client() as outbound:
        with pytest.raises(TooLarge):
            await outbound.get(server.url(), accept=ACCEPT)
        response = await outbound.post(server.url(), b"{}", headers={})
    assert (response.status, len(response.body)) == (200, 64 * 1024)


async def test_a_declared_size_is_believed_when_it_is_too_large() -> None:
    opening = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n"
    async with HostileServer(stalls(opening)) as server, client() as outbound:
        with pytest.raises(TooLarge):
            await outbound.get(server.url(), accept=ACCEPT)


async def test_what_is_counted_is_the_decoded_body() -> None:
    bomb = gzip_bomb(64 << 20)
    assert len(bomb) < 1 << 17
    async with HostileServer(replies(bomb)) as server, client() as outbound:
        tracemalloc.start()
        try:
            with pytest.raises(TooLarge):
                await outbound.get(server.url(), accept=ACCEPT)
            response = await outbound.post(server.url(), b"{}", headers={})
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert bomb.endswith(response.body)  # nobody reads it: it is left as it came
    assert peak < 8 << 20
    async with HostileServer(replies(gzip_bomb(1000))) as server, client() as outbound:
        assert (await outbound.get(server.url(), accept=ACCEPT)).body == bytes(1000)


@pytest.mark.parametrize(
    "content",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"",
    ],
)
async def test_an_answer_that_is_not_http_or_not_whole_is_no_answer(content: bytes) -> None:
    async with HostileServer(replies(content, keep=False)) as server, client() as outbound:
        for attempt in (fetch, deliver):
            with pytest.raises(Unreachable) as caught:
                await attempt(outbound, server.url())
            assert caught.value.detail.startswith(f"127.0.0.1:{server.port}: ")


async def test_a_document_has_to_be_encoded_as_it_says_and_the_answer_to_a_letter_is_not_decoded() -> None:
    plain = b"HTTP/1.1 202 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"
    async with HostileServer(replies(plain)) as server, client() as outbound:
        with pytest.raises(Unreachable):
            await outbound.get(server.url(), accept=ACCEPT)
        response = await outbound.post(server.url(), b"{}", headers={})
    assert (response.status, response.body) == (202, b"plain")


async def test_a_closed_port_and_a_name_without_address_are_unreachable(peer: HostileServer) -> None:
    async with HostileServer(replies(OK)) as gone:
        pass

    def no_such_host(host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with client(lookup=no_such_host) as outbound:
        with pytest.raises(Unreachable):
            await outbound.get(gone.url(), accept=ACCEPT)
        for attempt in (fetch, deliver, advise):
            with pytest.raises(Unreachable) as caught:
                await attempt(outbound, "http://nowhere.example/")
            assert "nowhere.example" in caught.value.detail
            assert "Name or service" in caught.value.detail


async def test_a_name_server_that_never_answers_costs_only_the_time_allowed() -> None:
    go_on = threading.Event()

    def hang(host: str) -> list[str]:
        go_on.wait(30)
        return []

    try:
        async with client(lookup=hang, limits=replace(QUICK, total=5.0)) as outbound:
            with pytest.raises(Unreachable) as caught:
                await outbound.get("http://remote.example/", accept=ACCEPT)
        assert "no answer from DNS" in caught.value.detail
    finally:
        go_on.set()


async def test_what_a_signer_raises_is_not_called_a_network_failure(peer: HostileServer) -> None:
    async def sign(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, str]:
        raise TimeoutError("the key store is busy")

    async with client() as outbound:
        with pytest.raises(TimeoutError, match="key store"):
            await outbound.post(peer.url(), b"{}", headers={}, sign=sign)
    assert peer.connections == 0


async def test_one_slow_host_holds_no_more_than_its_share_of_connections() -> None:
    async with (
        HostileServer(stalls()) as slow,
        HostileServer(replies(OK), host=HOP) as healthy,
        client(limits=replace(QUICK, connections_per_host=2)) as outbound,
    ):
        waiting = [asyncio.ensure_future(deliver(outbound, slow.url())) for _ in range(6)]
        assert (await outbound.post(healthy.url(), b"{}", headers={})).status == 200
        assert slow.connections <= 2
        results = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(result, Unreachable) for result in results)
