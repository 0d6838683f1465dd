"""Another server that does whatever a test wants it to do, on loopback, byte by byte.

    async with HostileServer(replies(b"HTTP/1.1 200 OK\\r\\n…")) as peer: …

It speaks no HTTP of its own beyond reading one request: what it answers is the test's, right or
wrong. It counts connections, so that a test can say that nobody came.
"""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came in: the head as sent, and the body."""

    head: bytes
    body: bytes

    @property
    def line(self) -> str:
        return self.head.split(b"\r\n", 1)[0].decode("latin-1")

    def values(self, name: str) -> list[str]:
        """Every value of the header *name*, in order."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines)
        return [value.strip() for key, _, value in pairs if key.lower() == name.lower()]


#: Answers one request. Returning True keeps the connection open for another.
Behaviour = Callable[[Seen, asyncio.StreamWriter], Awaitable[bool]]


@dataclass
class HostileServer:
    """Listens on loopback while the `async with` lasts."""

    behave: Behaviour
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    connections: int = 0
    requests: list[Seen] = field(default_factory=list)
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        return f"{'https' if self.tls else 'http'}://{host or self.host}:{self.port}{path}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._one(reader, writer):
                    pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        seen = Seen(head, b"")
        length = int((seen.values("Content-Length") or ["0"])[0])
        seen = Seen(head, await reader.readexactly(length))
        self.requests.append(seen)
        keep = await self.behave(seen, writer)
        await writer.drain()
        return keep


def answer(status: str = "200 OK", body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """The bytes of a well-formed answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def replies(content: bytes, *, keep: bool = True) -> Behaviour:
    """Always the same bytes."""

    async def behave(seen: Seen, writer: asyncio.StreamWriter) -> bool:
        writer.write(content)
        return keep

    return behave


def redirects(where: Callable[[Seen], str | None], status: str = "302 Found") -> Behaviour:
    """Redirects to what *where* says for a request; 200 when it says nothing."""

    async def behave(seen: Seen, writer: asyncio.StreamWriter) -> bool:
        target = where(seen)
        writer.write(
            answer(body=b"arrived") if target is None else answer(status, headers={"Location": target})
        )
        return True

    return behave


def endless(opening: bytes, piece: bytes) -> Behaviour:
    """*opening*, then *piece* for as long as the other side takes it."""

    async def behave(seen: Seen, writer: asyncio.StreamWriter) -> bool:
        writer.write(opening)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)  # both sides share one loop, and drain() alone may not let go of it

    return behave


def stalls(opening: bytes = b"") -> Behaviour:
    """*opening*, then silence until the other side goes away."""

    async def behave(seen: Seen, writer: asyncio.StreamWriter) -> bool:
        writer.write(opening)
        await asyncio.get_running_loop().create_future()
        return False

    return behave


def gzip_bomb(size: int) -> bytes:
    """An answer of *size* bytes that is a thousand times smaller on the wire."""
    return answer(body=gzip.compress(bytes(size)), headers={"Content-Encoding": "gzip"})
