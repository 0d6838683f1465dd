from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from aiohttp import web

from fediverse_node.streaming.channels import Channel
from fediverse_node.streaming.model import Parcel
from fediverse_node.web.client_api.streaming_events import Lines
from fediverse_node.web.client_api.streaming_socket import MAX_BEHIND, Socket

PARCEL = Parcel(channels=[Channel("public")], event="update", payload="{}", to={None})


class Wire:
    """A transport that only notes what is done with it."""

    def __init__(self, *, waiting: int = 0, closing: bool = False) -> None:
        self.waiting, self.closing = waiting, closing
        self.written = b""
        self.aborted = False

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def is_closing(self) -> bool:
        return self.closing

    def write(self, data: bytes) -> None:
        self.written += data

    def abort(self) -> None:
        self.aborted = True


class Answer:
    """An answer that goes on and on."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def write(self, data: bytes) -> None:
        if self._wire.closing:
            raise ConnectionResetError
        self._wire.write(data)


def listener(kind: str, wire: Wire, task: asyncio.Task[object]) -> Socket | Lines:
    transport: Any = wire
    if kind == "socket":
        return Socket(socket=web.WebSocketResponse(), transport=transport, task=task)
    return Lines(response=cast("web.StreamResponse", Answer(wire)), transport=transport, task=task)


@pytest.mark.parametrize("kind", ["socket", "lines"])
@pytest.mark.parametrize(
    ("wire", "ended"),
    [
        (Wire(waiting=MAX_BEHIND), None),
        # DOS-03: nobody keeps for somebody what they do not read, nor waits for them.
        (Wire(waiting=MAX_BEHIND + 1), "slow"),
        (Wire(closing=True), "gone"),
    ],
)
async def test_whoever_does_not_read_or_went_is_let_go_at_once(
    kind: str, wire: Wire, ended: str | None
) -> None:
    wire.written, wire.aborted = b"", False

    async def connection() -> None:
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(connection())
        await asyncio.sleep(0)
        told = listener(kind, wire, task)
        await told.say(PARCEL)
        assert told.ended == ended
        assert bool(wire.written) == (ended is None)
        assert wire.aborted == (ended == "slow")
        assert bool(task.cancelling()) == (ended is not None)
        told.end("stopping")
        assert told.ended == (ended or "stopping"), "the first reason stays"
