"""Actor documents: people at `/users/…`, the server itself at `/actor`.

Never asks for a signature: a peer that demands signed requests must first be able to fetch the key
with which ours are signed.
"""

from __future__ import annotations

from aiohttp import web

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.vocabulary import AS2
from fediverse_node.actors import queries as actors
from fediverse_node.actors import retired
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import actor as actor_builder
from fediverse_node.federation.builders import instance_actor as instance_actor_builder
from fediverse_node.kernel.text import find_hashtags
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.federation.answers import activitypub, actor_of
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE


async def person(request: web.Request) -> web.Response:
    """Somebody who lives here."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        gone = actors.local_by_name(tx, request.match_info["name"])
        if gone is not None and gone.deleted_at is not None:
            return _tombstone(gone)
        actor = actor_of(tx, request)
        keys = retired.shown_keys(tx, actor.id)
        hashtags = find_hashtags(actor.summary_source or "")
        found = actor_builder.document(actor, keys, addresses=addresses, hashtags=hashtags)
        return activitypub(found, modified=actor.updated_at)

    key = f"actor {request.match_info['name']}"
    return respond(request, await request.app[DOCUMENTS].get(key, lambda: node.db.read(read)))


async def instance(request: web.Request) -> web.Response:
    """The server's own actor."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        actor = actor_of(tx, request)
        keys = retired.shown_keys(tx, actor.id)
        found = instance_actor_builder.document(
            actor, keys, addresses=addresses, name=node.config.instance.name
        )
        return activitypub(found, modified=actor.updated_at)

    return respond(request, await request.app[DOCUMENTS].get("actor", lambda: node.db.read(read)))


def _tombstone(gone: Actor) -> Document:
    """What is left of somebody who deleted their account; the name stays taken."""
    document = write.tombstone(gone.uri, former_type=gone.type, deleted=gone.deleted_at)
    return activitypub({"@context": AS2, **document}, status=410)
