"""Delete: a post, or an actor, is gone."""

from __future__ import annotations

from fediverse_node.federation.inbox import consents
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.departure import say_farewell
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import (
    NOTHING,
    Applied,
    Context,
    Found,
    Ignored,
    Missing,
    Outcome,
)
from fediverse_node.federation.inbox.removing import remove_post
from fediverse_node.kernel.errors import NotAllowed
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx


async def resolve(verified: Verified, fetch: Fetch) -> Found:
    """Whether its origin says, too, that it is gone: whose it was cannot be known here (FEP-4f05)."""
    uri = verified.activity.object_id
    assert uri is not None
    return Found(gone=frozenset({uri})) if await fetch.is_gone(uri) else NOTHING


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:
    """Remove it; or, when it is not here, see to it that it does not come to life later."""
    activity = verified.activity
    uri = activity.object_id
    assert uri is not None
    if uri == activity.actor:
        say_farewell(tx, verified.signer)
        return Applied()
    post = posts.by_uri(tx, uri)
    if post is None:
        return _unknown(tx, uri, verified, found, context)
    if post.actor_id != verified.signer.id:
        raise NotAllowed("Only its author may delete a post.", detail=uri[:200])
    remove_post(tx, post, actor_uri=verified.signer.uri)
    return Applied()


def _unknown(tx: Tx, uri: str, verified: Verified, found: Found, context: Context) -> Outcome:
    if posts.is_gone(tx, uri):
        return Ignored("it is deleted already")
    if consents.revoke(tx, uri, verified.signer, context):
        return Applied()
    if uri not in found.gone:
        # A neighbour of its author must not keep a post from coming to life: the origin is asked.
        return Missing()
    inner = verified.activity.object
    former = inner.get("formerType") if inner else None
    posts.bury(tx, uri, verified.signer.uri, former_type=former if isinstance(former, str) else None)
    return Applied()
