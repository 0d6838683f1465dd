"""The yes to somebody's quote of a post of ours, where every server can read it (FEP-044f)."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.federation.builders import quoting
from fediverse_node.kernel.errors import Gone, NotFound
from fediverse_node.quotes import queries as quotes
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, respond
from fediverse_node.web.federation.answers import activitypub, actor_of
from fediverse_node.web.federation.objects import post_id_of
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE


async def authorization(request: web.Request) -> web.Response:
    """It names two posts and shows neither, so it is for everybody. Taken back, it is gone (410)."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        author = actor_of(tx, request)
        found = quotes.by_id(tx, post_id_of(request))
        if found is None or found.kind != "quote" or found.target_actor_id != author.id:
            raise NotFound
        if found.authorization_uri != addresses.quote(author.username, found.id):
            raise NotFound
        if found.state == "revoked":
            raise Gone("This was taken back.")
        if found.state != "accepted":
            raise NotFound
        document = quoting.authorization(found, author, addresses=addresses)
        return activitypub(document, modified=found.updated_at)

    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: node.db.read(read)))
