"""Server-sent events below `/api/v1/streaming/`: one stream each, for whoever has no WebSockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fediverse_node.streaming.channels import Kind
from fediverse_node.streaming.model import Parcel
from fediverse_node.web.client_api.streaming import BUFFER, STREAMING, Connection, chosen, let_in
from fediverse_node.web.client_api.streaming_socket import MAX_BEHIND, listen
from fediverse_node.web.forms import Fields
from fediverse_node.web.keys import NODE

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: With `only_media` there is another channel of each.
_MEDIA: Final = frozenset({"public", "public:local", "public:remote"})
_PATHS: Final[dict[str, Kind]] = {
    "user": "user",
    "user/notification": "user:notification",
    "public": "public",
    "public/local": "public:local",
    "public/remote": "public:remote",
    "hashtag": "hashtag",
    "hashtag/local": "hashtag:local",
    "list": "list",
    "direct": "direct",
}


@dataclass(eq=False, slots=True, kw_only=True)
class Lines(Connection):
    """A listener who reads an answer that does not end."""

    response: web.StreamResponse

    async def say(self, parcel: Parcel) -> None:
        """As in `Listener.say`."""
        await self.write(parcel.lines)

    async def keep_alive(self) -> None:
        """A comment, which no reader looks at."""
        await self.write(b":thump\n")

    async def write(self, lines: bytes) -> None:
        """Put them into the buffer, if their reader is not too far behind."""
        if self.transport.is_closing():
            self.end("gone")
        elif self.transport.get_write_buffer_size() > MAX_BEHIND:
            self.end("slow")
        else:
            try:
                await self.response.write(lines)
            except ConnectionError:
                self.end("gone")


def _events(kind: Kind) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        guest, hub = await let_in(request), request.app[STREAMING]
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        task, transport = asyncio.current_task(), request.transport
        assert task is not None
        assert transport is not None
        listener = Lines(response=response, transport=transport, task=task)
        guest.introduce(listener)
        media = kind in _MEDIA and Fields(dict(request.query)).flag("only_media")
        name = f"{kind}:media" if media else kind
        channel = await chosen(request.app[NODE].db, listener, name, request.query)
        try:
            await hub.enter(listener)
            transport.set_write_buffer_limits(high=BUFFER)
            await response.prepare(request)
            hub.subscribe(listener, channel)
            await listener.write(b":)\n")
            # Only its end ends this: `end` cancels the task.
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if listener.ended is None:
                raise
            task.uncancel()
        finally:
            hub.leave(listener)
        return response

    return handle


async def health(request: web.Request) -> web.Response:
    """Whether streams are served."""
    del request
    return web.Response(text="OK")


ROUTES: list[web.AbstractRouteDef] = [
    web.get("/api/v1/streaming", listen),
    # As older apps ask.
    web.get("/api/v1/streaming/", listen),
    web.get("/api/v1/streaming/health", health),
    *(web.get(f"/api/v1/streaming/{path}", _events(kind)) for path, kind in _PATHS.items()),
]
