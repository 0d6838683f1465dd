"""How much memory listeners take, and how long it takes until a thousand of them know.

    .venv/bin/python benchmarks/streaming.py
    .venv/bin/python benchmarks/streaming.py --idle 500 --listeners 100      # a first look
    scripts/with-postgres .venv/bin/python benchmarks/streaming.py --engine postgresql

A real node works in its own process. Each of the listeners is a person of their own, follows the same person,
and hears of what they write: the time runs from the first byte of the request that publishes until the last
listener has the event. Then WebSockets are opened that hear nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gc
import json
import resource
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.engines import Engine, new_database
from benchmarks.process import NodeProcess, Place, free_port
from benchmarks.table import Figure, as_json, show
from benchmarks.wire import request, send_all
from fediverse_node.accounts import queries as accounts
from fediverse_node.actors import local
from fediverse_node.actors.addresses import Addresses
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.clock import system_clock
from fediverse_node.oauth import tokens
from fediverse_node.schema.migrate import migrate
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx

#: Connections opened at the same time.
_AT_ONCE = 50
_PATIENCE = 120.0
#: The answer to a ping that says nothing, masked as a client's must be.
_PONG = b"\x8a\x80\x00\x00\x00\x00"
#: Files beside the connections.
_BESIDE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Tokens of one person whom all others follow, and of those."""

    star: str
    listeners: Sequence[str]


class _Ear:
    """One WebSocket, read as far as is needed to know that something came."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.at = 0.0

    async def open(self, port: int, token: str, stream: str) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 16)
        key = base64.b64encode(b"benchmarkbenchma").decode()
        self._writer.write(
            f"GET /api/v1/streaming?stream={stream} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {token}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise RuntimeError(head.decode())

    async def hear(self, times: int) -> list[float]:
        """When each of *times* events was here."""
        moments: list[float] = []
        while len(moments) < times:
            first, length = await self._reader.readexactly(2)
            size = length & 127
            if size == 126:
                size = int.from_bytes(await self._reader.readexactly(2), "big")
            elif size == 127:
                size = int.from_bytes(await self._reader.readexactly(8), "big")
            await self._reader.readexactly(size)
            if first & 15 == 9:
                self._writer.write(_PONG)
            elif first & 15 == 1:
                moments.append(time.perf_counter())
        return moments

    def close(self) -> None:
        self._writer.transport.abort()


async def streaming(engine: Engine, folder: Path, *, idle: int, listeners: int, events: int) -> list[Figure]:
    """Measure it."""
    place = Place(folder=folder, port=free_port(), database=engine.url)
    people = await _settle(place, listeners)
    config = place.configure(log_level="warning")
    async with AsyncExitStack() as stack:
        node = await stack.enter_async_context(NodeProcess(place, config))
        await asyncio.sleep(1)
        before = node.memory_mebibytes()
        hearing = await _open(place.port, people.listeners, listeners, "user")
        gc.freeze()  # ours: what is measured is the node
        await asyncio.sleep(1)
        cpu = node.cpu_seconds()
        taken = await _told(place, people.star, hearing, events)
        cpu = (node.cpu_seconds() - cpu) / events
        for ear in hearing:
            ear.close()
        await asyncio.sleep(1)
        ears = await _open(place.port, people.listeners, idle, "user:notification")
        with_idle = node.memory_mebibytes()
        for ear in ears:
            ear.close()
    each = (with_idle - before) * 1024 / idle
    return [
        Figure(operation="memory without listeners", value=before, unit="MiB"),
        Figure(operation="memory with idle WebSockets", value=with_idle, unit="MiB", count=idle, budget=300),
        Figure(operation="memory of an idle WebSocket", value=each, unit="KiB", count=idle),
        Figure(
            operation=f"{listeners:,} listeners have an event",
            value=median(taken) * 1000,
            unit="ms",
            count=events,
            budget=150,
        ),
        Figure(operation="the slowest of these", value=max(taken) * 1000, unit="ms", count=events),
        Figure(operation="CPU time of one", value=cpu * 1000, count=events),
    ]


async def _told(place: Place, star: str, ears: Sequence[_Ear], events: int) -> list[float]:
    hearing = [asyncio.ensure_future(ear.hear(events + 1)) for ear in ears]
    sent = []
    for number in range(events + 1):
        body = json.dumps({"status": f"Number {number} of what is said here."}).encode()
        head = [
            ("Host", place.domain),
            ("Authorization", f"Bearer {star}"),
            ("Content-Type", "application/json"),
        ]
        sent.append(time.perf_counter())
        (reply,) = await send_all(
            "127.0.0.1",
            place.port,
            [request("POST", "/api/v1/statuses", head, body)],
            connections=1,
        )
        if reply.status != 200:
            raise RuntimeError(f"A post was answered with {reply.status}.")
        await asyncio.sleep(1)
    async with asyncio.timeout(_PATIENCE):
        moments = await asyncio.gather(*hearing)
    # The first makes what is kept from then on.
    return [max(each[number] for each in moments) - sent[number] for number in range(1, events + 1)]


async def _open(port: int, people: Sequence[str], count: int, stream: str) -> list[_Ear]:
    ears = [_Ear() for _ in range(count)]
    for first in range(0, count, _AT_ONCE):
        await asyncio.gather(
            *(
                ear.open(port, people[number % len(people)], stream)
                for number, ear in enumerate(ears[first : first + _AT_ONCE], first)
            )
        )
    return ears


async def _settle(place: Place, listeners: int) -> People:
    migrate(place.database)
    db = open_database(place.database, clock=system_clock)
    addresses, pair = Addresses(place.origin), local.generate_keys()

    def unit(tx: Tx) -> People:
        issued, star_id = [], 0
        for number in range(listeners + 1):
            actor = local.new_local_actor(tx, addresses, f"person{number}", local_keys=pair)
            account = accounts.create(tx, actor.id, password_hash=None)
            issued.append(tokens.issue(tx, account.id, scopes="read write follow", app_name="benchmark"))
            star_id = star_id or actor.id
            if actor.id != star_id:
                follows.add(
                    tx,
                    Follow(
                        id=tx.new_id(),
                        follower_id=actor.id,
                        target_id=star_id,
                        uri=addresses.activity(tx.new_id()),
                        state="accepted",
                        created_at=tx.now,
                    ),
                )
        local.ensure_instance_actor(tx, addresses, pair)
        return People(star=issued[0], listeners=issued[1:])

    try:
        return await db.write(unit)
    finally:
        await db.close()


def _allow_files(wanted: int) -> int:
    """Let this process, and those it starts, open as many files as they need; gives how many they may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = min(max(soft, wanted), hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return soft


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--listeners", type=int, default=1_000)
    parser.add_argument("--events", type=int, default=10)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    allowed = _allow_files(max(options.idle, options.listeners) + _BESIDE) - _BESIDE
    if allowed < options.idle:
        print(f"Only {allowed} files may be open here: so many WebSockets are opened.")
    with tempfile.TemporaryDirectory() as folder, new_database(options.engine, Path(folder)) as engine:
        figures = asyncio.run(
            streaming(
                engine,
                Path(folder),
                idle=min(options.idle, allowed),
                listeners=options.listeners,
                events=options.events,
            )
        )
    print(as_json(figures) if options.json else show(figures))


if __name__ == "__main__":
    main()
