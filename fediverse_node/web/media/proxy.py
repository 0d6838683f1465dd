"""`GET /media/proxy/…`: a copy of a picture or file of another server.

What is sent was not made by us, so nothing about it is believed: the type is what the bytes say.
"""

from __future__ import annotations

from aiohttp import web

from fediverse_node.credentials.model import source_of
from fediverse_node.kernel.errors import NodeError, NotFound
from fediverse_node.kernel.kinds import KINDS
from fediverse_node.media.model import Copy
from fediverse_node.media.signing import PREFIX
from fediverse_node.node import Node
from fediverse_node.posts import found_out
from fediverse_node.web.keys import CLIENT, COPIES, NODE, RATE_LIMITS
from fediverse_node.web.media import files
from fediverse_node.web.media.admission import admit
from fediverse_node.web.rate_limits import COPY, COPY_FETCH, address_key


async def copy(request: web.Request) -> web.StreamResponse:
    """The copy that an address of ours names; made first, where there is none."""
    try:
        return await _copy(request)
    except NodeError as error:
        return files.refusal(request, error)


async def _copy(request: web.Request) -> web.StreamResponse:
    node, copies, limits = request.app[NODE], request.app[COPIES], request.app[RATE_LIMITS]
    client, path = address_key(request[CLIENT]), request.match_info
    limits.take(COPY, client)
    if not node.config.media.proxy:
        raise NotFound
    url = copies.signer.open(path["signature"], path["owner"], path["encoded"])
    admission = await node.db.read(lambda tx: admit(tx, path["owner"], url))
    found = admission.copy
    if found is None:
        limits.take(COPY_FETCH, client)
        found = await copies.make(admission.wanted)
        # It may have been deleted, or its server been shut out, while it was fetched.
        await node.db.read(lambda tx: admit(tx, path["owner"], url))
        await _label(node, found, url)
    copies.used(found, node.clock())
    headers = files.headers(KINDS[found.media_type], name=found.key[:12], is_open=admission.open)
    return files.FileAnswer(copies.folder.path(found.name), headers=headers)


async def _label(node: Node, copy: Copy, url: str) -> None:
    """Say of the post what its picture says of itself: that a model made or changed it."""
    source = source_of(copy.credentials.part) if copy.credentials is not None else None
    post_id = copy.post_id
    if source is not None and post_id is not None:
        await node.db.write(lambda tx: found_out.made_so(tx, post_id, url, source))


_PATH = "{signature:[A-Za-z0-9_-]{16}}/{owner:[a-z0-9]{1,20}}/{encoded:[A-Za-z0-9_-]+}"
ROUTES = [web.get(PREFIX + _PATH, copy)]
