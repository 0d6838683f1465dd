"""Clients that want to use us up: too much, too slow, too many, or too tightly packed."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from yarl import URL

from fediverse_node.activitystreams.load import MAX_INBOX_BODY
from fediverse_node.web import bodies, runner
from tests.fixtures.nodes import LiveNode
from tests.fixtures.raw_http import RawConnection

JSON = "Content-Type: application/activity+json"
IDLE = 300


def port_of(node: LiveNode) -> int:
    return URL(node.base_url).port or 0


async def serves(node: LiveNode) -> bool:
    async with node.http.get("/.well-known/nodeinfo") as answer:
        return answer.status == 200


async def status_of(node: LiveNode, head: str, body: bytes = b"") -> int:
    raw = f"POST /inbox HTTP/1.1\r\nHost: {node.domain}\r\n{JSON}\r\n{head}\r\n\r\n".encode() + body
    async with RawConnection(port_of(node)) as connection:
        return (await connection.exchange(raw, last=True)).status


@pytest.mark.parametrize(("size", "status"), [(MAX_INBOX_BODY, 400), (MAX_INBOX_BODY + 1, 413)])
async def test_a_body_without_a_length_is_cut_off_at_the_limit(
    alpha: LiveNode, size: int, status: int
) -> None:  # DOS-01
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (size, b" " * size)
    assert await status_of(alpha, "Transfer-Encoding: chunked", chunks) == status


async def test_a_length_that_is_too_large_is_refused_before_anything_is_read(
    alpha: LiveNode,
) -> None:  # DOS-02
    assert await status_of(alpha, "Content-Length: 2", b"{}") == 400
    assert await status_of(alpha, "Content-Length: 10000000000", b"{}") == 413


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x-gzip"])
async def test_packed_bodies_are_not_unpacked(alpha: LiveNode, encoding: str) -> None:  # DOS-04
    bomb = zlib.compress(b" " * 10_000_000, 9)
    head = f"Content-Encoding: {encoding}\r\nContent-Length: {len(bomb)}"
    assert await status_of(alpha, head, bomb) == 415
    assert await serves(alpha)


async def test_headers_that_do_not_come_are_not_waited_for(
    alpha: LiveNode, monkeypatch: pytest.MonkeyPatch
) -> None:  # DOS-03
    monkeypatch.setattr(runner, "FIRST_HEADERS_SECONDS", 0.2)
    async with connected(alpha, 20) as streams:
        for _, writer in streams:
            writer.write(b"POST /inbox HTTP/1.1\r\nHost: ")
        assert await serves(alpha)
        async with asyncio.timeout(60):
            for reader, _ in streams:
                assert await reader.read() == b""


async def test_a_body_that_does_not_come_is_not_waited_for(
    alpha: LiveNode, monkeypatch: pytest.MonkeyPatch
) -> None:  # DOS-03
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.2)
    head = (
        f"POST /inbox HTTP/1.1\r\nHost: {alpha.domain}\r\n{JSON}\r\nContent-Length: 100\r\n\r\nhalf".encode()
    )
    async with RawConnection(port_of(alpha)) as connection:
        assert (await connection.exchange(head)).status == 400
        assert await serves(alpha)


async def test_idle_connections_keep_nobody_out(alpha: LiveNode) -> None:  # DOS-05
    async with connected(alpha, IDLE):
        assert await serves(alpha)


@asynccontextmanager
async def connected(
    node: LiveNode, count: int
) -> AsyncIterator[list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]:
    async with AsyncExitStack() as stack:
        streams = []
        for _ in range(count):
            streams.append(await asyncio.open_connection("127.0.0.1", port_of(node)))
            stack.push_async_callback(hang_up, streams[-1][1])
        yield streams


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except OSError:
        return
