"""`proxyUrl`: an app asks this server to fetch a document for it (ActivityPub, 4.1).

What is elsewhere is fetched as for ourselves: through the guard, signed by the server's own actor, only
ActivityPub documents, each from where its id says it is. Signed so, this server may be shown what is for
some of its people only; so whoever asks has to be among those for whom it is.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs

from aiohttp import web

from fediverse_node.activitystreams import values
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.activitystreams.write import dump
from fediverse_node.actors import queries as actors
from fediverse_node.actors import retired
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import actor as actor_builder
from fediverse_node.federation.builders import note
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.kernel.text import find_hashtags
from fediverse_node.kernel.urls import MAX_URL, same_origin, without_fragment
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import may_see, viewer_for
from fediverse_node.web.bodies import read_body
from fediverse_node.web.federation.answers import CONTENT_TYPE
from fediverse_node.web.federation.c2s_door import owner, token_of
from fediverse_node.web.federation.c2s_read import own_activity
from fediverse_node.web.federation.c2s_recipients import stated
from fediverse_node.web.federation.objects import parts_of
from fediverse_node.web.keys import ADDRESSES, DESK, NODE, RATE_LIMITS
from fediverse_node.web.rate_limits import PROXY

#: What may be somebody's and is said to nobody.
_THINGS: Final = frozenset(
    {
        "Collection",
        "OrderedCollection",
        "CollectionPage",
        "OrderedCollectionPage",
        "QuoteAuthorization",
        "ReplyAuthorization",
        "AnnounceAuthorization",
        "LikeAuthorization",
    }
)
#: An address and its name, escaped.
_MAX_BODY: Final = 16 * 1024


async def proxy(request: web.Request) -> web.Response:
    """`POST` with `id=`: the document of that id.

    Raises:
        NotAuthenticated, NotAllowed: there is no good token; what is there is not for its owner, or not
            shown to this server, or may not be reached from here.
        NotValid: there is no id, or what is there is no ActivityPub document of that id.
        NotFound, Gone, NotNow: as its origin says. TooMany: too often.
    """
    bearer = token_of(request)
    db = request.app[NODE].db
    found = await db.read(lambda tx: owner(tx, request, bearer, "read"))
    uri = await _asked(request)
    request.app[RATE_LIMITS].take(PROXY, str(found.account.id))
    addresses = request.app[ADDRESSES]
    if same_origin(uri, addresses.origin):
        document = await db.read(
            lambda tx: own_activity(tx, found, uri, addresses) or _here(tx, uri, found.actor, addresses)
        )
    else:
        fetched = await request.app[DESK].discovery.fetcher.document(uri, Budget())
        document = await db.read(lambda tx: _for_reader(tx, fetched, found.actor))
    return web.Response(body=dump(document), headers={"Content-Type": CONTENT_TYPE})


async def _asked(request: web.Request) -> str:
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    try:
        sent = parse_qs((await read_body(request, _MAX_BODY)).decode("utf-8"), max_num_fields=10)
    except ValueError as error:
        raise NotValid("The form cannot be read.") from error
    ids = sent.get("id", [])
    if len(ids) != 1 or not values.is_web_address(ids[0]):
        raise NotValid(f"Send one id=, an http(s) address of at most {MAX_URL} characters.")
    return ids[0]


def _here(tx: Tx, uri: str, me: Actor, addresses: Addresses) -> JsonDict:
    """A post or an actor of this server, as far as the one who asks may see it."""
    post = posts.by_uri(tx, uri)
    if post is not None and post.local and post.boost_of_id is None and may_see(tx, post, viewer_for(me)):
        return note.document(parts_of(tx, post), addresses=addresses)
    actor = actors.by_uri(tx, without_fragment(uri))
    if actor is None or not actor.local or not actor.active or actor.type == "Application":
        raise NotFound
    keys = retired.shown_keys(tx, actor.id)
    hashtags = find_hashtags(actor.summary_source or "")
    return actor_builder.document(actor, keys, addresses=addresses, hashtags=hashtags)


def _is_for(tx: Tx, document: JsonDict, me: Actor) -> bool:
    """Whether a document that this server was shown is for *me*, too.

    What somebody says is for those whom it addresses, and when it addresses nobody for nobody. What
    only exists (an actor, a key, a collection, a permission) is for everybody.
    """
    inner = next(values.nodes(document.get("object")), {})
    to, cc, _ = stated(document, inner)
    is_said = any(document.get(name) is not None for name in ("attributedTo", "actor"))
    if not (to or cc) and (values.kind(document) in _THINGS or not is_said):
        return True
    if PUBLIC in {*to, *cc} or me.uri in {*to, *cc}:
        return True
    writer = values.link(document.get("attributedTo")) or values.link(document.get("actor"))
    author = actors.by_uri(tx, writer) if writer is not None else None
    if author is None or author.followers not in {*to, *cc}:
        return False
    return follows.is_following(tx, me.id, author.id)


def _may_hold(tx: Tx, item: object, me: Actor) -> bool:
    """Whether *me* may learn of what a collection holds.

    A server shows this one which of its people follow whom (FEP-8fcf), also where they hide it.
    """
    if type(item) is dict:
        return _is_for(tx, item, me)
    return item == me.uri or not (isinstance(item, str) and same_origin(item, me.uri))


def _for_reader(tx: Tx, document: JsonDict, me: Actor) -> JsonDict:
    """*document* without what a collection holds and is not for *me*.

    Raises:
        NotFound: it is not for them at all: who asks is to learn nothing of it.
    """
    if not _is_for(tx, document, me):
        raise NotFound("It is not at its origin.")
    found = dict(document)
    for name in ("items", "orderedItems"):
        if isinstance(found.get(name), list):
            held = found[name]
            found[name] = [each for each in held if _may_hold(tx, each, me)]
    if type(found.get("first")) is dict:
        found["first"] = _for_reader(tx, found["first"], me)
    return found
