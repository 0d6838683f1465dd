"""What every document for other servers has in common: its media type, its headers, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.vocabulary import ACTIVITY_JSON
from fediverse_node.activitystreams.write import dump
from fediverse_node.actors import local
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.errors import Gone, NotFound
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, headers
from fediverse_node.web.keys import ADDRESSES

CONTENT_TYPE = f"{ACTIVITY_JSON}; charset=utf-8"


def activitypub(
    document: JsonDict,
    *,
    modified: datetime | None = None,
    status: int = 200,
    more: Mapping[str, str] | None = None,
) -> Document:
    """*document* as an answer."""
    return Document(
        body=dump(document),
        content_type=CONTENT_TYPE,
        status=status,
        headers=headers(modified=modified, more=more),
    )


def actor_of(tx: Tx, request: web.Request) -> Actor:
    """The local actor that the path is about; on `/actor…` the server's own.

    Raises:
        NotFound: there is none, or it is suspended.
        Gone: it was deleted.
        web.HTTPMovedPermanently: the name was written in another case. An id is one string, so a
            document is never served under two.
    """
    addresses, name = request.app[ADDRESSES], request.match_info.get("name")
    found = local.instance_actor(tx, addresses) if name is None else actors.local_by_name(tx, name)
    if found is None or found.suspended_at is not None:
        raise NotFound
    if found.deleted_at is not None:
        raise Gone("This account was deleted.")
    if name is not None and found.username != name:
        # People are sent to a page, and no cache may send them here.
        where = _renamed(request, name, found.username, addresses)
        raise web.HTTPMovedPermanently(where, headers={"Vary": "Accept"})
    return found


def _renamed(request: web.Request, asked: str, name: str, addresses: Addresses) -> str:
    path = request.path.replace(asked, name, 1)
    query = f"?{request.query_string}" if request.query_string else ""
    return f"{addresses.origin}{path}{query}"
