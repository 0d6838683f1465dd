"""Servers that take deliveries, and behave as they are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from aiohttp import web

from fediverse_node.signatures.base import HttpMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One delivery, as it was on the wire."""

    message: HttpMessage
    activity_id: str


@dataclass(slots=True)
class Sink:
    """One server on loopback.

    Attributes:
        status: what it answers.
        headers: what it answers with.
        hanging: it takes the letter and never answers.
        gate: it answers when this is set.
        judge: decides about the status of each letter, instead of `status`.
        arrived: what came, in order; also what was answered with an error.
        most_at_once: the most exchanges that were open at one moment.
    """

    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    hanging: bool = False
    gate: asyncio.Event | None = None
    judge: Callable[[HttpMessage], int] | None = None
    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)
    open_now: int = 0
    most_at_once: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def host(self) -> str:
        """`127.0.0.1:port`."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:port`."""
        return f"http://{self.host}"

    @property
    def inbox(self) -> str:
        """Its shared inbox."""
        return f"{self.origin}/inbox"

    @property
    def ids(self) -> list[str]:
        """Ids of the activities that came, in order."""
        return [each.activity_id for each in self.arrived]

    async def answer(self, request: web.Request) -> web.Response:
        """Take a letter."""
        body = await request.read()
        message = HttpMessage(
            method=request.method,
            target=request.raw_path,
            authority=request.headers["Host"],
            scheme="http",
            headers=tuple(request.headers.items()),
            body=body,
        )
        self.arrived.append(Arrived(message=message, activity_id=msgspec.json.decode(body)["id"]))
        self.open_now += 1
        self.most_at_once = max(self.most_at_once, self.open_now)
        self.came.set()
        try:
            if self.hanging:
                await asyncio.Event().wait()
            if self.gate is not None:
                await self.gate.wait()
        finally:
            self.open_now -= 1
        status = self.status if self.judge is None else self.judge(message)
        return web.Response(status=status, headers=self.headers)


@asynccontextmanager
async def open_sinks(*sinks: Sink) -> AsyncIterator[None]:
    """Give each of *sinks* a port, and listen there."""
    runners = []
    for sink in sinks:
        app = web.Application()
        app.router.add_post("/{path:.*}", sink.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
        await runner.setup()
        runners.append(runner)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        sink.port = runner.addresses[0][1]
    try:
        yield
    finally:
        for runner in runners:
            await runner.cleanup()
