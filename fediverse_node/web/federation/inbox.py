"""The inboxes: method, raw path, headers and raw bytes go in; everything else is `federation.inbox`."""

from __future__ import annotations

from functools import partial
from typing import Final

from aiohttp import web

from fediverse_node.activitystreams.load import MAX_INBOX_BODY
from fediverse_node.federation.discovery.keys import KeyNotHad
from fediverse_node.federation.inbox.model import RawDelivery
from fediverse_node.federation.inbox.receive import receive
from fediverse_node.federation.inbox.self_check import IN_ORDER
from fediverse_node.kernel.errors import NodeError, NotAuthenticated, NotFound
from fediverse_node.kernel.tallies import Tallies
from fediverse_node.signatures.base import SignatureRefused
from fediverse_node.web.bodies import read_body
from fediverse_node.web.federation.wire import message_of
from fediverse_node.web.keys import ADDRESSES, CLIENT, INBOX, NODE, RATE_LIMITS
from fediverse_node.web.rate_limits import FAILED_SIGNATURES, RateLimits, TooMany, address_key
from fediverse_node.web.rate_limits import INBOX as PER_HOST

_TYPES: Final = frozenset({"application/activity+json", "application/ld+json"})


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
    message = message_of(request, await read_body(request, MAX_INBOX_BODY))
    delivery = RawDelivery(message=message, inbox_of=inbox_of)
    try:
        reception = await receive(request.app[INBOX], delivery, admit=partial(_admit, limits, client))
    except NodeError as error:
        _count_refusal(request.app[NODE].db.tallies, error)
        # Keys on servers that do not answer would use up what all strangers together may have fetched.
        if isinstance(error, (NotAuthenticated, KeyNotHad)):
            limits.take(FAILED_SIGNATURES, client)
        raise
    if reception is IN_ORDER:
        return web.json_response(_seen(request), status=202)
    return web.Response(status=202)


def _seen(request: web.Request) -> dict[str, str | None]:
    """What arrived of a request that only we can have made, so that we learn what a proxy does."""
    return {
        "client": request[CLIENT],
        "peer": request.remote,
        "forwarded_for": request.headers.get("X-Forwarded-For"),
    }


def _admit(limits: RateLimits, client: str, host: str | None) -> None:
    limits.take(PER_HOST, client if host is None else host)


def _count_refusal(tallies: Tallies, error: NodeError) -> None:
    # Who was refused may have made the type up; it is not counted by it.
    tallies.count("inbox_activities", "any", "refused")
    if isinstance(error, SignatureRefused):
        tallies.count("inbox_signature_failures", error.reason)
    elif isinstance(error, NotAuthenticated):
        tallies.count("inbox_signature_failures", "key-not-had")
