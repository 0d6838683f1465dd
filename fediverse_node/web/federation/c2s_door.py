"""How an app of somebody here speaks ActivityPub to this server (ActivityPub, section 6).

Every address is under an actor and answers to that actor's bearer tokens alone. Cookies are never read, so
pages of any origin may ask: what they may do, their token says. Every refusal is JSON with words in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.load import MAX_INBOX_BODY, JsonDict
from fediverse_node.activitystreams.shape import load_document
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import actors as discovery
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.lookup import lookup
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.kernel.errors import NodeError, NotAllowed, NotFound, NotValid
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.web import problems
from fediverse_node.web.bearers import Caller, Need, bearer_of, caller, note_use
from fediverse_node.web.bodies import read_body
from fediverse_node.web.keys import RATE_LIMITS
from fediverse_node.web.rate_limits import ACCOUNT, REMOTE_LOOKUP, RateLimits

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, Retry-After, X-Request-Id",
    "Cache-Control": "private, no-store",
    "Vary": "Accept, Authorization",
}
_TYPES: Final = frozenset({"application/activity+json", "application/ld+json"})
_MAX_KEY: Final = 255
#: Whose token it is, once that is known.
_CALLER: web.RequestKey[Caller] = web.RequestKey("c2s_caller", Caller)


class NotOffered(NotValid):
    """This can be understood, and cannot be done here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody here wants to do.

    Attributes:
        activity: as it was sent, without ids; `actor` is the caller's.
        key: an `Idempotency-Key`.
        newest: the id of the caller's newest activity before this one.
    """

    desk: Desk
    caller: Caller
    activity: JsonDict
    limits: RateLimits
    key: str | None = None
    newest: int = 0

    @property
    def object(self) -> JsonDict:
        """What the activity is about, where it is embedded; empty where it is only named."""
        return next(values.nodes(self.activity.get("object")), {})

    @property
    def object_id(self) -> str | None:
        """The id of what the activity is about."""
        return values.link(self.activity.get("object"))

    @property
    def actor(self) -> Actor:
        """Whose outbox it is."""
        return self.caller.actor

    @property
    def addresses(self) -> Addresses:
        """Ours."""
        return self.desk.addresses

    async def post(self, uri: str | None) -> Post:
        """The post with this id, fetched when it is not here. Whether it may be seen, the use cases ask.

        Raises:
            NotValid: there is no id, or something else is there.
            As `lookup`, when it has to be fetched; TooMany: that happened too often.
        """
        if uri is None or not values.is_web_address(uri):
            raise NotValid("“object” must name a post by its id.")
        found = await self.desk.db.read(lambda tx: posts.by_uri(tx, uri))
        if found is None:
            self.limits.take(REMOTE_LOOKUP, str(self.caller.account.id))
            looked_up = await lookup(self.desk.discovery, uri)
            if not isinstance(looked_up, Post):
                raise NotValid("This is an account, and not a post.")
            found = looked_up
        return found

    async def person(self, uri: str | None) -> Actor:
        """The actor with this id, fetched when we do not know them.

        Raises:
            NotValid: there is no id, or something else is there.
            As `discovery.by_uri`, when they have to be fetched; TooMany: that happened too often.
        """
        if uri is None or not values.is_web_address(uri):
            raise NotValid("“object” must name an account by its id.")
        if await self.desk.db.read(lambda tx: actors.by_uri(tx, uri)) is None:
            self.limits.take(REMOTE_LOOKUP, str(self.caller.account.id))
        found = await discovery.by_uri(self.desk.discovery, uri, Budget())
        if not found.active:
            raise NotFound("There is no such account.")
        return found


def for_apps(handler: Handler) -> Handler:
    """*handler* with the headers that apps need, on refusals too."""

    async def handle(request: web.Request) -> web.StreamResponse:
        response: web.StreamResponse
        try:
            response = await handler(request)
        except NotOffered as error:
            response = problems.render(request, 422, str(error))
        except NodeError as error:
            response = problems.answer(request, error)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            response = problems.answer_http(request, error)
        await note_use(request, request.get(_CALLER))
        response.headers.update(HEADERS)
        if response.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response

    return handle


def token_of(request: web.Request) -> str | None:
    """The bearer token, once its share of requests allows this one.

    Raises:
        TooMany: it does not.
    """
    bearer = bearer_of(request)
    if bearer is not None:
        digest = hashlib.sha256(bearer.encode("utf-8", "surrogateescape")).hexdigest()
        request.app[RATE_LIMITS].take(ACCOUNT, digest)
    return bearer


def owner(tx: Tx, request: web.Request, bearer: str | None, scope: str) -> Caller:
    """Who asks, if the address is theirs.

    Raises:
        NotAuthenticated: there is no good token.
        NotAllowed: it does not allow this, or the address is somebody else's.
    """
    found = known(tx, request, bearer, scope)
    require_owner(request, found)
    return found


def known(tx: Tx, request: web.Request, bearer: str | None, scope: str) -> Caller:
    """Who asks.

    Raises:
        NotAuthenticated: there is no good token.
        NotAllowed: it does not allow this.
    """
    found = caller(tx, bearer, Need(scope=scope))
    assert found is not None
    request[_CALLER] = found
    return found


def require_owner(request: web.Request, found: Caller) -> None:
    """Refuse whose address it is not.

    Raises:
        NotAllowed: it is somebody else's.
    """
    if request.match_info["name"] != found.actor.username:
        raise NotAllowed("This is somebody else's. Use the addresses in your own actor document.")


async def sent_document(request: web.Request) -> JsonDict:
    """What was sent, by the rules that hold for every document from outside.

    Raises:
        web.HTTPUnsupportedMediaType: it says that it is something else than ActivityPub.
        NotValid, TooLarge: it cannot be read.
    """
    if request.content_type not in _TYPES:
        raise web.HTTPUnsupportedMediaType
    return load_document(await read_body(request, MAX_INBOX_BODY), limit=MAX_INBOX_BODY)


def idempotency_key(request: web.Request) -> str | None:
    """The `Idempotency-Key` of *request*.

    Raises:
        NotValid: it is too long or not printable.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > _MAX_KEY or not key.isprintable():
        raise NotValid(f"An Idempotency-Key has at most {_MAX_KEY} printable characters.")
    return key or None
