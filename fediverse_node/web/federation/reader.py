"""Who is reading? The actor that signed a GET, where it is signed.

Most readers sign nothing and need not: nothing here looks further than the header then. A signature
that is there has to hold; a reader that cannot be proved is refused rather than taken for a stranger,
so that a peer with a broken clock learns of it.
"""

from __future__ import annotations

from aiohttp import web

from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.keys import KeyNotHad
from fediverse_node.federation.discovery.signer import signer_of
from fediverse_node.kernel.errors import NotAuthenticated
from fediverse_node.web.federation.wire import message_of
from fediverse_node.web.keys import CLIENT, INBOX, RATE_LIMITS
from fediverse_node.web.rate_limits import FAILED_SIGNATURES, TooMany, address_key


async def signed_reader(request: web.Request) -> Actor | None:
    """The remote actor whose key signed *request*; None when it carries no signature at all.

    Often that is the server actor of a peer: its host, not its person, is what the reader stands for.

    Raises:
        NotAuthenticated: there is a signature, and it does not hold or its key is not to be found.
        NotAllowed: the signer is suspended here, or claims to be one of ours.
        NotNow: the key's server cannot answer at the moment (never a 401: peers give up on it).
        TooMany: this address failed too often lately.
    """
    if "Signature" not in request.headers:
        return None
    limits, client = request.app[RATE_LIMITS], address_key(request[CLIENT])
    if limits.spent(FAILED_SIGNATURES, client):
        raise TooMany(detail="rate failed_signatures used up", retry_after=60)
    try:
        return await signer_of(request.app[INBOX].discovery, message_of(request))
    except (NotAuthenticated, KeyNotHad):
        limits.take(FAILED_SIGNATURES, client)
        raise
