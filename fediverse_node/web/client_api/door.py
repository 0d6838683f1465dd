"""From a route's handler to an aiohttp handler: who asks, what they sent, one transaction, one answer."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.auth import Caller, Need, bearer_of, caller, note_use
from fediverse_node.web.client_api.filing import sent
from fediverse_node.web.client_api.forms import Fields, query_values
from fediverse_node.web.client_api.paging import link_header
from fediverse_node.web.client_api.view import Act, Answer, House, View
from fediverse_node.web.keys import (
    ACCOUNT_PARTS,
    ADDRESSES,
    CARDS,
    DESK,
    FIGURES,
    NODE,
    RATE_LIMITS,
    STATUS_PARTS,
    UPLOADS,
)
from fediverse_node.web.rate_limits import ACCOUNT

Reader = Callable[[View], Answer]
Actor = Callable[[Act], Awaitable[Answer]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MAX_KEY = 255
_encode = msgspec.json.Encoder().encode


def reading(reader: Reader, need: Need) -> Handler:
    """A handler that reads: token, rows and entities in one read transaction."""

    async def handle(request: web.Request) -> web.StreamResponse:
        bearer = admitted(request)
        house, fields = house_of(request.app), Fields(query_values(request))

        def unit(tx: Tx) -> tuple[bytes, Answer, Caller | None]:
            found = caller(tx, bearer, need)
            view = View(tx=tx, house=house, caller=found, fields=fields, path=request.match_info)
            answer = reader(view)
            return _encode(answer.body), answer, found

        body, answer, found = await request.app[NODE].db.read(unit)
        await note_use(request, found)
        return _response(request, body, answer)

    return handle


def acting(actor: Actor, need: Need, files: frozenset[str] = frozenset()) -> Handler:
    """A handler that changes something or asks another server: first who it is, then the use case.

    In the fields *files* of a multipart form it is sent files.
    """

    async def handle(request: web.Request) -> web.StreamResponse:
        bearer = admitted(request)
        desk: Desk = request.app[DESK]
        found = await desk.db.read(lambda tx: caller(tx, bearer, need))
        await note_use(request, found)
        async with sent(request, files) as (fields, opened):
            act = Act(
                desk=desk,
                house=house_of(request.app),
                caller=found,
                fields=fields,
                path=request.match_info,
                key=_idempotency_key(request),
                bearer=bearer,
                files=opened,
            )
            answer = await actor(act)
        return _response(request, _encode(answer.body), answer)

    return handle


def admitted(request: web.Request) -> str | None:
    """The bearer token, once its share of requests allows this one."""
    bearer = bearer_of(request)
    if bearer is not None:
        # Counted by the token, before any work is done for it; whose it is costs a look-up.
        digest = hashlib.sha256(bearer.encode("utf-8", "surrogateescape")).hexdigest()
        request.app[RATE_LIMITS].take(ACCOUNT, digest)
    return bearer


def house_of(app: web.Application) -> House:
    """What does not change from request to request."""
    return House(
        addresses=app[ADDRESSES],
        config=app[NODE].config,
        figures=app[FIGURES],
        parts=app[STATUS_PARTS],
        people=app[ACCOUNT_PARTS],
        limits=app[RATE_LIMITS],
        uploads=app[UPLOADS],
        cards=app[CARDS],
        provider=app[NODE].provider,
        policy=app[NODE].outbound.policy,
    )


def _idempotency_key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > _MAX_KEY or not key.isprintable():
        raise NotValid(f"An Idempotency-Key has at most {_MAX_KEY} printable characters.")
    return key or None


def _response(request: web.Request, body: bytes, answer: Answer) -> web.Response:
    headers = {}
    link = link_header(request.app[ADDRESSES].origin, request, answer.cursors)
    if link:
        headers["Link"] = link
    return web.Response(
        body=body, status=answer.status, content_type="application/json", charset="utf-8", headers=headers
    )
