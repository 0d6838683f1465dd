"""The inboxes: method, raw path, headers and raw bytes go in; everything else is `federation.inbox`."""

from __future__ import annotations

from functools import partial
from typing import Final

from aiohttp import web

from fediverse_node.activitystreams.load import MAX_INBOX_BODY
from fediverse_node.federation.inbox.model import RawDelivery
from fediverse_node.federation.inbox.receive import receive
from fediverse_node.kernel.errors import NotAuthenticated, NotFound
from fediverse_node.signatures.base import HttpMessage
from fediverse_node.web.bodies import read_body
from fediverse_node.web.keys import ADDRESSES, CLIENT, INBOX, NODE, RATE_LIMITS
from fediverse_node.web.rate_limits import FAILED_SIGNATURES, TooMany, address_key
from fediverse_node.web.rate_limits import INBOX as PER_HOST

_TYPES: Final = frozenset({"application/activity+json", "application/ld+json"})
_DEFAULT_PORT: Final = {"https": "443", "http": "80"}


async def shared_inbox(request: web.Request) -> web.Response:
    """`POST /inbox`."""
    return await _take_in(request, None)


async def personal_inbox(request: web.Request) -> web.Response:
    """`POST /users/{name}/inbox`."""
    return await _take_in(request, request.match_info["name"])


async def instance_inbox(request: web.Request) -> web.Response:
    """`POST /actor/inbox`."""
    return await _take_in(request, request.app[ADDRESSES].domain)


async def _take_in(request: web.Request, inbox_of: str | None) -> web.Response:
    """202 once the effect, or the job that will cause it, is durable.

    A `Content-Type` that others read as something else than ActivityPub is refused, and so is a body
    in another encoding than its own: what is verified are the bytes that were signed.
    """
    if not request.app[NODE].config.federation.enabled:
        raise NotFound
    if request.content_type not in _TYPES:
        raise web.HTTPUnsupportedMediaType
    limits, client = request.app[RATE_LIMITS], address_key(request[CLIENT])
    if limits.spent(FAILED_SIGNATURES, client):
        raise TooMany(detail="rate failed_signatures used up", retry_after=60)
    message = _message(request, await read_body(request, MAX_INBOX_BODY))
    delivery = RawDelivery(message=message, inbox_of=inbox_of)
    try:
        await receive(request.app[INBOX], delivery, admit=partial(limits.take, PER_HOST))
    except NotAuthenticated:
        limits.take(FAILED_SIGNATURES, client)
        raise
    return web.Response(status=202)


def _message(request: web.Request, body: bytes) -> HttpMessage:
    """The request as it was on the wire. Who we are comes from the configuration, never from it."""
    addresses = request.app[ADDRESSES]
    scheme = "http" if addresses.origin.startswith("http:") else "https"
    # Bytes beyond ASCII become characters beyond ASCII, which no signature accepts.
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers)
    host = request.headers.get("Host", "")
    ours = host in {addresses.domain, f"{addresses.domain}:{_DEFAULT_PORT[scheme]}"}
    return HttpMessage(
        method=request.method,
        target=request.raw_path,
        authority=addresses.domain if ours else host,
        scheme="http" if scheme == "http" else "https",
        headers=headers,
        body=body,
    )
