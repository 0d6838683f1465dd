"""Routes of streams, and who is let in: by the header, by `access_token` in the query, or by a sub-protocol.

Browsers can send no header with a WebSocket, so apps name their token as the sub-protocol or put it in the
query; nothing of a query is ever logged.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from aiohttp import web

from fediverse_node.kernel.errors import NotAllowed, NotAuthenticated, NotFound
from fediverse_node.lists import queries as lists
from fediverse_node.node import Node
from fediverse_node.oauth import scopes
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.streaming.channels import Channel, channel
from fediverse_node.streaming.hub import Hub
from fediverse_node.streaming.model import Listener, Reason
from fediverse_node.visibility.rule import Viewer
from fediverse_node.web.client_api.auth import Need, bearer_of, caller, note_use, viewer_of
from fediverse_node.web.client_api.door import house_of
from fediverse_node.web.client_api.streamed import Words
from fediverse_node.web.keys import CLIENT, NODE, RATE_LIMITS
from fediverse_node.web.rate_limits import ACCOUNT, ADDRESS, Rate, address_key

STREAMING: web.AppKey[Hub] = web.AppKey("streaming", Hub)
#: Bytes: above everything that is ever sent at once, so that nobody is waited for.
BUFFER: Final = 16 * 1024 * 1024
_MAX_TOKEN = 512
_ANYBODY = Need(person=False)


@dataclass(eq=False, slots=True, kw_only=True)
class Connection(Listener):
    """A listener at the other end of a socket. Its handler's *task* is cancelled when it is to end."""

    transport: asyncio.Transport
    task: asyncio.Task[object]

    def end(self, reason: Reason) -> None:
        """As in `Listener.end`."""
        if self.ended is None:
            self.ended = reason
            if reason == "slow":
                self.transport.abort()
            self.task.cancel()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody who wants to listen. Only what is needed for as long as they do: there may be very many.

    Attributes:
        token_id: None for whoever does not say who they are.
        protocol: the sub-protocol by which the token came; it has to be named in the answer.
    """

    viewer: Viewer
    token_id: int | None
    scopes: frozenset[str]
    address: str
    digest: str
    protocol: str | None

    @property
    def counted(self) -> tuple[Rate, str]:
        """By what their requests are counted."""
        return (ACCOUNT, self.digest) if self.digest else (ADDRESS, self.address)

    def introduce(self, listener: Listener) -> None:
        """Let a connection be theirs."""
        listener.viewer, listener.address = self.viewer, self.address
        listener.token_id, listener.scopes = self.token_id, self.scopes


async def let_in(request: web.Request) -> Guest:
    """Who asks.

    Raises:
        NotAuthenticated: there is a token, and it is unknown or revoked.
        NotAllowed: whose it is may not act.
        TooMany: they asked too often.
    """
    protocol = request.headers.get("Sec-WebSocket-Protocol", "").split(",")[0].strip() or None
    bearer = bearer_of(request) or request.query.get("access_token") or protocol
    digest = ""
    if bearer is not None:
        bearer = bearer[:_MAX_TOKEN]
        digest = hashlib.sha256(bearer.encode("utf-8", "surrogateescape")).hexdigest()
        request.app[RATE_LIMITS].take(ACCOUNT, digest)
    found = await request.app[NODE].db.read(lambda tx: caller(tx, bearer, _ANYBODY))
    await note_use(request, found)
    return Guest(
        viewer=viewer_of(found),
        token_id=found.token.id if found is not None else None,
        scopes=_shared(found.token.scopes) if found is not None else frozenset(),
        address=address_key(request[CLIENT]),
        digest=digest,
        protocol=protocol,
    )


@lru_cache(maxsize=256)
def _shared(granted: frozenset[str]) -> frozenset[str]:
    """One set for all who have the same: most apps ask for the same scopes."""
    return granted


async def chosen(db: Database, listener: Listener, name: str, said: Mapping[str, str]) -> Channel:
    """The channel that *listener* asks for (OAU-13). *said* are the `tag` and the `list`.

    Raises:
        NotValid: there is no such channel.
        NotAuthenticated: it is for people, and nobody says who they are.
        NotAllowed: the token does not allow it.
        NotFound: there is no such list of theirs.
    """
    me = listener.viewer.actor_id
    wanted = channel(name, tag=said.get("tag", ""), list_id=said.get("list", ""), actor_id=me)
    if me is None:
        if wanted.needs_person:
            raise NotAuthenticated("The access token is missing.")
        return wanted
    if not scopes.covers(listener.scopes, wanted.scope):
        raise NotAllowed(f"This needs the scope {wanted.scope}, which the access token does not have.")
    if wanted.kind == "list":
        list_id, owner_id = int(wanted.about or 0), me

        def unit(tx: Tx) -> bool:
            return lists.by_id(tx, owner_id, list_id) is not None

        if not await db.read(unit):
            raise NotFound("There is no such list.")
    return wanted


def open_streams(application: web.Application, node: Node) -> None:
    """Let *application* have streams: they begin with it, and end with it."""
    limits = node.config.streaming

    async def running(_: web.Application) -> AsyncIterator[None]:
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(hub.run(stop))
            yield
            stop.set()

    async def ending(_: web.Application) -> None:
        hub.close()

    hub = application[STREAMING] = Hub(
        node.db,
        Words(house=house_of(application)),
        most=limits.connections,
        per_account=limits.per_person,
        per_address=limits.per_address,
    )
    application.cleanup_ctx.append(running)
    application.on_shutdown.append(ending)
