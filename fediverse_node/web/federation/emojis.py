"""Emoji of this server: each at its id, and its picture at an address that names its content."""

from __future__ import annotations

from aiohttp import web

from fediverse_node.activitystreams import write
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NotFound
from fediverse_node.posts import custom_emojis
from fediverse_node.posts.model import CustomEmoji
from fediverse_node.storage.tx import Tx
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.federation.answers import activitypub
from fediverse_node.web.keys import ADDRESSES, DOCUMENTS, NODE

_FOR_EVER = "public, max-age=31536000, immutable"


async def emoji(request: web.Request) -> web.Response:
    """An emoji, for servers that look it up (FEP-9098)."""
    node, addresses = request.app[NODE], request.app[ADDRESSES]

    def read(tx: Tx) -> Document:
        found = custom_emojis.by_code(tx, request.match_info["code"])
        if found is None:
            raise NotFound
        return activitypub(_document(found, addresses), modified=found.updated_at)

    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: node.db.read(read)))


async def picture(request: web.Request) -> web.Response:
    """A picture. The type is what its bytes were found to be, and no browser may guess another."""
    node = request.app[NODE]

    def read(tx: Tx) -> Document:
        found = custom_emojis.picture(tx, request.match_info["digest"])
        if found is None or found[0] != f"image/{request.match_info['kind']}":
            raise NotFound
        more = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        shown = headers(vary="", cache=_FOR_EVER, more=more)
        return Document(body=found[1], content_type=found[0], headers=shown)

    return respond(request, await request.app[DOCUMENTS].get(request.path, lambda: node.db.read(read)))


def _document(found: CustomEmoji, addresses: Addresses) -> JsonDict:
    url = addresses.emoji_picture(found.digest, found.media_type)
    tag = write.emoji(found.code, id_=addresses.emoji(found.code), url=url, media_type=found.media_type)
    context = write.note_context(addresses.origin)
    return {"@context": context, **tag, "updated": to_rfc3339(found.updated_at)}
