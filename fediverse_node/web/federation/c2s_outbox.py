"""`POST` to an outbox: what an app of somebody here wants them to have done (ActivityPub, 6).

It is translated into what every other door hands to `federation.outbox`, and answered with 201 and the id
that this server gave it. An id that the app gave is ignored.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.kernel.errors import NotAllowed, NotValid
from fediverse_node.storage.tx import Tx
from fediverse_node.web.bearers import Caller
from fediverse_node.web.federation import c2s_notes, c2s_verbs
from fediverse_node.web.federation.c2s_door import (
    Act,
    NotOffered,
    idempotency_key,
    owner,
    sent_document,
    token_of,
)
from fediverse_node.web.federation.c2s_scopes import permitted
from fediverse_node.web.keys import DESK, NODE, RATE_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verb:
    """What does it, and the scope it takes; plain `write` includes them all."""

    do: Callable[[Act], Awaitable[str | None]]
    scope: str


_VERBS: Final[Mapping[str, _Verb]] = {
    "Create": _Verb(do=c2s_notes.create, scope="write:statuses"),
    "Update": _Verb(do=c2s_verbs.update, scope="write"),
    "Delete": _Verb(do=c2s_verbs.delete, scope="write:statuses"),
    "Follow": _Verb(do=c2s_verbs.follow, scope="write:follows"),
    "Undo": _Verb(do=c2s_verbs.undo, scope="write"),
    "Like": _Verb(do=c2s_verbs.like, scope="write:favourites"),
    "EmojiReact": _Verb(do=c2s_verbs.like, scope="write:favourites"),
    "Announce": _Verb(do=c2s_verbs.announce, scope="write:statuses"),
    "Block": _Verb(do=c2s_verbs.block, scope="write:blocks"),
    "Accept": _Verb(do=c2s_verbs.accept, scope="write:follows"),
    "Reject": _Verb(do=c2s_verbs.reject, scope="write:follows"),
    "Add": _Verb(do=c2s_verbs.add, scope="write:accounts"),
    "Remove": _Verb(do=c2s_verbs.remove, scope="write:accounts"),
    "Flag": _Verb(do=c2s_verbs.flag, scope="write:reports"),
}


async def publish(request: web.Request) -> web.Response:
    """201, with the id of the activity in `Location` where it has one.

    Raises:
        NotAuthenticated, NotAllowed: there is no good token, or none for this outbox and this verb.
        NotValid, TooLarge, NotOffered: what was sent cannot be understood, or not be done here.
        web.HTTPUnsupportedMediaType: it is not said to be ActivityPub.
    """
    bearer = token_of(request)
    db = request.app[NODE].db

    def who(tx: Tx) -> tuple[Caller, int]:
        found = owner(tx, request, bearer, "")
        return found, deliveries.newest_id(tx, found.actor.id)

    found, newest = await db.read(who)
    document = _wrapped(await sent_document(request))
    kind = values.kind(document) or ""
    verb = _VERBS.get(kind)
    if verb is None:
        raise NotOffered(_refusal(kind))
    if values.links(document.get("actor"), 2) not in {(), (found.actor.uri,)}:
        raise NotAllowed("“actor” is somebody else.")
    act = Act(
        desk=request.app[DESK],
        caller=found,
        activity=document,
        limits=request.app[RATE_LIMITS],
        key=idempotency_key(request),
        newest=newest,
    )
    location = await verb.do(await permitted(act, kind, verb.scope))
    return web.Response(status=201, headers={"Location": location} if location else {})


def _wrapped(document: JsonDict) -> JsonDict:
    """A bare object is meant to be created (ActivityPub, 6.2.1).

    Raises:
        NotValid: it has no type.
    """
    kind = values.kind(document)
    if kind is None:
        raise NotValid("The document has no “type”.")
    if kind not in c2s_notes.KINDS:
        return {name: value for name, value in document.items() if name not in {"id", "@id"}}
    return {"type": "Create", "actor": document.get("actor"), "object": document}


def _refusal(kind: str) -> str:
    if kind == "Move":
        return "An account is moved on the command line: account move."
    offered = ", ".join(sorted(_VERBS))
    return f"“{kind[:50]}” cannot be done here. Offered are: {offered}, and a bare Note or Question."
