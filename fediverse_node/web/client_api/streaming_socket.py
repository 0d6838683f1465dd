"""`GET /api/v1/streaming`: a WebSocket on which one listens to any number of streams.

What an app sends is small and counted like requests. What it does not read is not kept for it: the socket's
own buffer is the queue, and whoever falls behind is let go without being waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from aiohttp import WSMsgType, web

from fediverse_node.kernel.errors import NodeError, NotFound, NotValid
from fediverse_node.streaming.hub import Hub
from fediverse_node.streaming.model import Parcel, Reason, framed
from fediverse_node.web import problems
from fediverse_node.web.client_api.streaming import BUFFER, STREAMING, Connection, Guest, chosen, let_in
from fediverse_node.web.keys import NODE, RATE_LIMITS
from fediverse_node.web.rate_limits import TooMany

#: The longest message of an app.
MAX_MESSAGE: Final = 4096
#: Seconds after which the other side is asked whether it is there; half as long it may take to answer.
PING_SECONDS: Final = 30.0
#: Bytes that somebody may not have read yet when there is more.
MAX_BEHIND: Final = 256 * 1024
_CLOSE_SECONDS: Final = 5.0
#: RFC 6455, 7.4.1.
_CODES: Final[Mapping[Reason, int]] = {
    "slow": 1008,
    "busy": 1008,
    "revoked": 1008,
    "gone": 1001,
    "stopping": 1001,
}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What an app may say."""

    type: str
    stream: str = ""
    tag: str | int = ""
    list: str | int = ""

    @property
    def said(self) -> Mapping[str, str]:
        """Of which hashtag or list."""
        return {"tag": str(self.tag), "list": str(self.list)}


_read = msgspec.json.Decoder(Wish).decode
_write = msgspec.json.Encoder().encode


@dataclass(eq=False, slots=True, kw_only=True)
class Socket(Connection):
    """A listener at the other end of a WebSocket."""

    socket: web.WebSocketResponse

    async def say(self, parcel: Parcel) -> None:
        """As in `Listener.say`."""
        self.send(parcel.frame)

    def send(self, frame: bytes) -> None:
        """Put a whole frame into the buffer, if its reader is not too far behind.

        Past aiohttp's writer, which would make the frame anew for each of a thousand; between two of its own
        frames there is always room for one of ours.
        """
        if self.transport.get_write_buffer_size() > MAX_BEHIND:
            self.end("slow")
        elif self.socket.closed or self.transport.is_closing():
            self.end("gone")
        else:
            self.transport.write(frame)

    async def keep_alive(self) -> None:
        """Nothing: WebSockets have pings of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Talk:
    """What one connection says and hears."""

    request: web.Request
    guest: Guest
    hub: Hub
    listener: Socket

    async def hear(self, text: str) -> None:
        """One message of an app. What is wrong with it is said to it."""
        app = self.request.app
        try:
            app[RATE_LIMITS].take(*self.guest.counted)
            wish = _understood(text)
            channel = await chosen(app[NODE].db, self.listener, wish.stream, wish.said)
            if wish.type == "subscribe":
                self.hub.subscribe(self.listener, channel)
            else:
                self.hub.unsubscribe(self.listener, channel)
        except NodeError as error:
            status = problems.status_of(error, api=True)
            self.listener.send(framed(_write({"error": str(error), "status": status})))
            if isinstance(error, TooMany):
                self.listener.end("busy")


async def listen(request: web.Request) -> web.StreamResponse:
    """Streams over a WebSocket; `?stream=` names the first, and messages add and drop others."""
    if request.headers.get("Upgrade", "").strip().lower() != "websocket":
        raise NotFound("Streams are here for WebSockets. Others are below /api/v1/streaming/.")
    guest, hub = await let_in(request), request.app[STREAMING]
    socket = web.WebSocketResponse(
        timeout=_CLOSE_SECONDS,
        heartbeat=PING_SECONDS,
        protocols=(guest.protocol,) if guest.protocol else (),
        compress=False,
        max_msg_size=MAX_MESSAGE,
    )
    task, transport = asyncio.current_task(), request.transport
    if task is None or transport is None:
        raise NotFound
    listener = Socket(socket=socket, transport=transport, task=task)
    guest.introduce(listener)
    name, said = request.query.get("stream", ""), request.query
    first = await chosen(request.app[NODE].db, listener, name, said) if name else None
    try:
        await hub.enter(listener)
        transport.set_write_buffer_limits(high=BUFFER)
        await socket.prepare(request)
        socket.headers.clear()  # they are sent, and this lasts: a kilobyte for each of very many
        if first is not None:
            hub.subscribe(listener, first)
        talk = _Talk(request=request, guest=guest, hub=hub, listener=listener)
        async for message in socket:
            await talk.hear(message.data if message.type is WSMsgType.TEXT else "")
    except asyncio.CancelledError:
        if listener.ended is None:
            raise
        task.uncancel()
        await socket.close(code=_CODES[listener.ended], message=listener.ended.encode())
    finally:
        hub.leave(listener)
    return socket


def _understood(text: str) -> Wish:
    try:
        wish = _read(text)
    except msgspec.MsgspecError as error:
        raise NotValid("This is not understood here.") from error
    if wish.type not in {"subscribe", "unsubscribe"}:
        raise NotValid("This is not understood here.")
    return wish
