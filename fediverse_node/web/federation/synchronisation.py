"""An actor's followers on the server that asks, for comparing notes (FEP-8fcf).

Who follows somebody is told to the followers' own server only, also where the list is hidden from others.
"""

from __future__ import annotations

from aiohttp import web

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.follows import checks
from fediverse_node.kernel.errors import NotAuthenticated
from fediverse_node.kernel.urls import same_origin
from fediverse_node.storage.tx import Tx
from fediverse_node.web.federation.answers import CONTENT_TYPE, actor_of
from fediverse_node.web.federation.reader import signed_reader
from fediverse_node.web.keys import ADDRESSES, NODE

#: Each server is told something else, so nothing between us may keep an answer.
_HEADERS = {"Cache-Control": "private, no-store", "Vary": "Accept, Signature"}


async def followers(request: web.Request) -> web.Response:
    """The partial followers collection: ids of those on the reader's origin, all of them, unpaged.

    Raises:
        NotAuthenticated: the request is not signed, or its signature does not hold.
        NotAllowed: the signer is suspended here.
    """
    reader = await signed_reader(request)
    if reader is None:
        raise NotAuthenticated("Sign this request: a server is only told of its own people.")

    def read(tx: Tx) -> JsonDict:
        actor = actor_of(tx, request)
        found = checks.remote_follower_uris(tx, actor.id)
        theirs = sorted(uri for uri in found if same_origin(uri, reader.uri))
        address = request.app[ADDRESSES].synchronisation(actor.username)
        return write.ordered_collection(address, total=len(theirs), items=theirs)

    document = await request.app[NODE].db.read(read)
    return web.Response(body=write.dump(document), headers={**_HEADERS, "Content-Type": CONTENT_TYPE})
