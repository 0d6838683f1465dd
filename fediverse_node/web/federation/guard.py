"""Who may read what this door shows: asked before every handler, so that no route forgets it (SIG-28).

In secure mode every document asks for a signature: without one 401, from a server that is shut out 403. What
has to be read before anybody can sign stays open (`OPEN_PATHS`): WebFinger, NodeInfo, this server's own
actor with its key, and the vocabulary.

Otherwise a signature is looked at where it could matter: one of a server that is shut out, or of somebody
who is suspended, is answered with 403, and whoever is blocked by a document's owner is told that there is
nothing. One that does not hold is then as good as none, since its sender could have left it out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.discovery import keys
from fediverse_node.kernel.errors import NodeError, NotAllowed, NotAuthenticated, NotFound
from fediverse_node.kernel.ids import parse_id
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation.model import Policy
from fediverse_node.moderation.policy import BELL, policy
from fediverse_node.signatures import verify
from fediverse_node.signatures.base import SignatureRefused
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import VARY
from fediverse_node.web.federation.reader import signed_reader
from fediverse_node.web.federation.wire import message_of
from fediverse_node.web.keys import ADDRESSES, INBOX, NODE
from fediverse_node.web.rate_limits import TooMany

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_PICTURE: Final = "/emoji/files/{digest:[0-9a-f]{64}}.{kind:png|gif|webp}"
#: Needed by whoever has no key of ours yet. `/` and `/about` are the server's own actor, too.
OPEN_PATHS: Final = frozenset(
    {
        "/.well-known/webfinger",
        "/.well-known/host-meta",
        "/.well-known/host-meta.json",
        "/.well-known/tdmrep.json",
        "/.well-known/nodeinfo",
        r"/nodeinfo/{version:2\.[01]}",
        "/actor",
        "/",
        "/about",
        "/ns/ai-provenance",
        # A picture, which pages and apps show, too.
        _PICTURE,
    }
)
#: What is said of this server, and not of those on it, also while federation is off.
_ABOUT_SERVER: Final = frozenset(
    {
        "/.well-known/tdmrep.json",
        "/.well-known/nodeinfo",
        r"/nodeinfo/{version:2\.[01]}",
        "/ns/ai-provenance",
        _PICTURE,
    }
)
_PRIVATE: Final = "private, no-store"


def guarded_route(route: web.RouteDef) -> web.RouteDef:
    """*route* with its handler behind `guarded`; what is not read keeps its own checks."""
    if route.method not in {"GET", "HEAD"}:
        return route
    return web.RouteDef(route.method, route.path, guarded(route.path, route.handler), route.kwargs)


def guarded(path: str, handler: Handler) -> Handler:
    """*handler* of the documents at *path*, for those who may read them."""

    async def handle(request: web.Request) -> web.StreamResponse:
        config = request.app[NODE].config.federation
        if not config.enabled and path not in _ABOUT_SERVER:
            raise NotFound
        if path in OPEN_PATHS or _has_bearer(request):
            return await handler(request)
        if not config.secure_mode:
            if "Signature" in request.headers:
                await _turn_away_known(request)
            return await handler(request)
        return await _secured(request, handler)

    return handle


async def reader_of(request: web.Request) -> Actor | None:
    """Who signed *request*, where that can be proved and they are let in; else None.

    For documents that strangers are not shown; whoever may not see them is told what strangers are.
    """
    try:
        reader = await signed_reader(request)
    except TooMany:
        raise
    except NodeError:
        return None
    if reader is None or _is_out(await _rules(request), reader):
        return None
    return reader


async def _secured(request: web.Request, handler: Handler) -> web.StreamResponse:
    reader = await signed_reader(request)
    if reader is None:
        raise NotAuthenticated("This server shows documents to signed requests only.")
    await _admit(request, reader)
    response = await handler(request)
    response.headers["Cache-Control"] = _PRIVATE
    if "Vary" not in response.headers:
        response.headers["Vary"] = VARY
    return response


async def _turn_away_known(request: web.Request) -> None:
    """Refuse whom we know well enough to refuse, as cheaply as possible: nothing is fetched for it.

    Raises:
        NotAllowed: their server is shut out, or they are suspended.
        NotFound: the owner of what they ask for blocks them.
    """
    rules = await _rules(request)
    if not (rules.domains or rules.suspended or rules.concerned is None or rules.concerned):
        return
    discovery = request.app[INBOX].discovery
    try:
        claimed = verify.peek(
            message_of(request), expected_authority=discovery.addresses.domain, now=discovery.clock()
        )
    except SignatureRefused:
        return
    if rules.is_shut_out(claimed.key_id):
        raise NotAllowed("This server is blocked here.")
    known = await keys.at_hand(discovery, claimed.key_id)
    if known is None or not isinstance(known.owner, Actor):
        return
    try:
        verify.check(claimed, claimed.message, known.key)
    except SignatureRefused:
        return
    await _admit(request, known.owner)


async def _admit(request: web.Request, reader: Actor) -> None:
    rules = await _rules(request)
    if not reader.active or _is_out(rules, reader):
        raise NotAllowed("This actor is suspended here.", detail=reader.uri)
    if rules.may_turn_away(reader.id, reader.domain) and await request.app[NODE].db.read(
        lambda tx: _is_turned_away(tx, request, reader)
    ):
        raise NotFound


def _is_turned_away(tx: Tx, request: web.Request, reader: Actor) -> bool:
    """Whether whoever owns what is asked for wants nothing to do with *reader*, or the other way round."""
    owner_id = _owner(tx, request)
    if owner_id is None:
        return False
    if moderation.apart(tx, owner_id, [reader.id]):
        return True
    return moderation.turns_away(tx, owner_id, reader.id, reader.domain)


def _owner(tx: Tx, request: web.Request) -> int | None:
    name, text = request.match_info.get("name"), request.match_info.get("id")
    if name is not None:
        found = actors.local_by_name(tx, name)
        return None if found is None else found.id
    number = parse_id(text) if text is not None else None
    if number is None:
        return None
    stored = deliveries.by_uri(tx, request.app[ADDRESSES].activity(number))
    return None if stored is None else stored.actor_id


async def _rules(request: web.Request) -> Policy:
    db = request.app[NODE].db
    kept: Policy | None = db.remembered(BELL)
    return kept if kept is not None else await db.read(policy)


def _is_out(rules: Policy, reader: Actor) -> bool:
    return reader.id in rules.suspended or rules.is_out(reader.domain, reader.uri)


def _has_bearer(request: web.Request) -> bool:
    """Whether somebody with an account here asks (client-to-server); the handler looks at their token."""
    personal = request.path.startswith("/users/") and request.path.endswith(("/inbox", "/outbox"))
    for_apps = personal or request.path.startswith("/activities/")
    return for_apps and request.headers.get("Authorization", "")[:7].lower() == "bearer "
