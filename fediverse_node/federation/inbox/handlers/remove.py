"""Remove: somebody takes a post down from the top of their profile (OBJ-24)."""

from __future__ import annotations

from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.handlers.add import pinned_post
from fediverse_node.federation.inbox.model import NOTHING, Applied, Context, Found, Ignored, Outcome
from fediverse_node.posts import pins
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx


async def resolve(verified: Verified, fetch: Fetch) -> Found:  # noqa: ARG001 the handlers' protocol
    """Nothing: a post that is not here is not pinned here."""
    return NOTHING


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:  # noqa: ARG001 the handlers' protocol
    """Unpin it."""
    uri = pinned_post(verified)
    post = posts.by_uri(tx, uri) if uri is not None else None
    if post is None or not pins.unpin(tx, verified.signer.id, post.id):
        return Ignored("nothing that was pinned")
    return Applied()
