"""The terms of our own namespace, as a JSON-LD context.

Our documents carry them inline, so that nobody has to fetch this; it is here to be looked up.
"""

from __future__ import annotations

from aiohttp import web

from fediverse_node.activitystreams import write
from fediverse_node.web.caching import Document, headers, respond
from fediverse_node.web.keys import ADDRESSES

LD_JSON = "application/ld+json"


async def namespace(request: web.Request) -> web.Response:
    """`/ns/ai-provenance` for machines."""
    context = {"@context": write.ai_terms(request.app[ADDRESSES].origin)}
    more = {"Access-Control-Allow-Origin": "*"}
    return respond(
        request,
        Document(body=write.dump(context), content_type=LD_JSON, headers=headers(vary="Accept", more=more)),
    )
