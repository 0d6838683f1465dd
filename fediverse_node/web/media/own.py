"""`GET /media/files/…`: a picture of somebody here.

Its name cannot be guessed, and whoever has it may see the picture, as everywhere in the fediverse: servers
of followers fetch it without saying for whom. What is deleted is gone at once, whoever has the name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fediverse_node.accounts import queries as accounts
from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.errors import NodeError, NotFound
from fediverse_node.kernel.kinds import KINDS
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads import queries
from fediverse_node.uploads.model import PREFIX, Upload
from fediverse_node.web.keys import ADDRESSES, CLIENT, NODE, RATE_LIMITS, UPLOADS
from fediverse_node.web.media import files
from fediverse_node.web.media.usage import usage_headers
from fediverse_node.web.rate_limits import COPY, address_key

#: Where the root of our certificate is.
CERTIFICATE: Final = "/media/credentials.pem"
_PEM: Final = "application/pem-certificate-chain"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    upload: Upload
    open: bool
    usage: Mapping[str, str]


async def picture(request: web.Request) -> web.StreamResponse:
    """The file of this name."""
    try:
        request.app[RATE_LIMITS].take(COPY, address_key(request[CLIENT]))
        name, ending = request.match_info["name"], request.match_info["ending"]
        addresses = request.app[ADDRESSES]
        shown = await request.app[NODE].db.read(lambda tx: _shown(tx, name, addresses))
        kind = KINDS[_media_type(shown.upload, name)]
        if kind.ending != ending:
            raise NotFound
    except NodeError as error:
        return files.refusal(request, error)
    headers = files.headers(kind, name=name[:12], is_open=shown.open)
    return files.FileAnswer(request.app[UPLOADS].folder.path(name), headers={**headers, **shown.usage})


async def certificate(request: web.Request) -> web.Response:
    """The root of the certificate that pictures here are signed with, for whoever decides to trust it."""
    try:
        request.app[RATE_LIMITS].take(COPY, address_key(request[CLIENT]))
        signer = await request.app[UPLOADS].signer()
        if signer is None:
            raise NotFound
    except NodeError as error:
        return files.refusal(request, error)
    headers = {**files.SANDBOX, "Cache-Control": "public, max-age=3600"}
    return web.Response(text=signer.root, content_type=_PEM, headers=headers)


def _media_type(upload: Upload, name: str) -> str:
    return upload.media_type if name == upload.name or upload.small_type is None else upload.small_type


def _shown(tx: Tx, name: str, addresses: Addresses) -> _Shown:
    """The picture, if it is still to be shown.

    Raises:
        NotFound: it was deleted, with its post or its account, or its owner is suspended.
    """
    upload = queries.by_name(tx, name)
    if upload is None:
        raise NotFound
    owner = accounts.with_actor(tx, upload.account_id)
    if owner is None or not owner[1].active:
        raise NotFound
    is_open = upload.role is not None
    if upload.post_id is not None:
        post = posts.by_id(tx, upload.post_id)
        if post is None:
            raise NotFound
        is_open = post.visibility in {"public", "unlisted"} and not post.local_only
    return _Shown(upload=upload, open=is_open, usage=usage_headers(tx, upload, addresses))


ROUTES = [
    web.get(PREFIX + "{name:[0-9a-f]{32}}.{ending:[a-z0-9]{3,4}}", picture),
    web.get(CERTIFICATE, certificate),
]
