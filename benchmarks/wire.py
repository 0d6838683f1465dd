"""HTTP/1.1 in as few cycles as it takes, so that the load leaves the machine to the server.

The client sends requests that were made beforehand over connections that stay open; the listener
answers what it is asked at once. Both read only what our own servers send: bodies with a length.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

Headers = Iterable[tuple[str, str]]
#: `(method, target, body)` → status, content type, body.
Respond = Callable[[str, str, bytes], tuple[int, str, bytes]]
#: Seconds for all the requests of one measurement; a node that needs longer has got stuck.
PATIENCE = 120.0
_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered."""

    status: int
    body: bytes


def request(method: str, target: str, headers: Headers, body: bytes = b"") -> bytes:
    """One request as it goes over the wire; *headers* hold `Host`."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + _END + body


async def send_all(host: str, port: int, requests: Sequence[bytes], *, connections: int) -> list[Reply]:
    """Send *requests* over so many connections, each of them one at a time; the replies in their order."""
    replies: list[Reply | None] = [None] * len(requests)
    numbers = iter(range(len(requests)))

    async def work() -> None:
        reader, writer = await asyncio.open_connection(host, port, limit=1 << 22)
        for number in numbers:
            writer.write(requests[number])
            replies[number] = await _reply(reader)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        for _ in range(min(connections, len(requests))):
            group.create_task(work())
    return [reply for reply in replies if reply is not None]


async def _reply(reader: asyncio.StreamReader) -> Reply:
    head = await reader.readuntil(_END)
    return Reply(int(head[9:12]), await reader.readexactly(_length(head)))


def _length(head: bytes) -> int:
    at = head.lower().find(_LENGTH)
    return int(head[at + len(_LENGTH) : head.index(b"\r\n", at)]) if at >= 0 else 0


class Listener:
    """Servers on loopback, one for each port it was asked for: `async with Listener(respond, 3)`.

    Without *respond* they take what they are sent and never answer.

    Attributes:
        received: how many requests came.
        times: when each came, on `time.perf_counter`; emptied by whoever wants to know.
    """

    def __init__(self, respond: Respond | None, ports: int = 1) -> None:
        self._respond = respond
        self._ports = ports
        self._servers: list[asyncio.Server] = []
        self._open: set[asyncio.Transport] = set()
        self._more = asyncio.Event()
        self.received = 0
        self.times: list[float] = []

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for _ in range(self._ports):
            self._servers.append(await loop.create_server(lambda: _Conversation(self), "127.0.0.1", 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every port and cut every connection."""
        for server in self._servers:
            server.close()
        for transport in list(self._open):
            transport.abort()

    @property
    def domains(self) -> list[str]:
        """Host and port of each server."""
        return [f"127.0.0.1:{server.sockets[0].getsockname()[1]}" for server in self._servers]

    async def until(self, count: int, *, seconds: float) -> None:
        """Wait until *count* requests were answered since the beginning.

        Raises:
            TimeoutError: they were not, within *seconds*.
        """
        async with asyncio.timeout(seconds):
            while self.received < count:
                self._more.clear()
                await self._more.wait()

    def answer(self, method: str, target: str, body: bytes) -> bytes:
        """The whole answer to one request; nothing where nothing is answered."""
        self.times.append(time.perf_counter())
        if self._respond is None:
            self.received += 1
            return b""
        status, content_type, content = self._respond(method, target, body)
        self.received += 1
        self._more.set()
        head = (
            f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content

    def opened(self, transport: asyncio.Transport) -> None:
        """Remember a connection, to close it in the end."""
        self._open.add(transport)

    def closed(self, transport: asyncio.Transport) -> None:
        """Forget it."""
        self._open.discard(transport)


class _Conversation(asyncio.Protocol):
    """One connection of somebody who asks."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._listener.opened(transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 asyncio's signature
        self._listener.closed(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(_END)) >= 0:
            head, start = self._buffer[: end + 2], end + len(_END)
            length = _length(head)
            if len(self._buffer) < start + length:
                return
            body, self._buffer = self._buffer[start : start + length], self._buffer[start + length :]
            method, target, _ = head.partition(b"\r\n")[0].decode().split(" ")
            self._transport.write(self._listener.answer(method, target, body))
