"""Delete: a post, or an actor, is gone."""

from __future__ import annotations

from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.departure import say_farewell
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import NOTHING, Applied, Context, Found, Outcome
from fediverse_node.kernel.errors import NotAllowed
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx


async def resolve(verified: Verified, fetch: Fetch) -> Found:  # noqa: ARG001 the handlers' protocol
    """Nothing: who may delete needs no other server."""
    return NOTHING


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:  # noqa: ARG001 the handlers' protocol
    """Remove it; or, when it is not here, see to it that it does not come to life later."""
    activity = verified.activity
    uri = activity.object_id
    assert uri is not None
    if uri == activity.actor:
        say_farewell(tx, verified.signer)
        return Applied()
    post = posts.by_uri(tx, uri)
    if post is None:
        former = activity.object.get("formerType") if activity.object else None
        posts.bury(tx, uri, verified.signer.uri, former_type=former if isinstance(former, str) else None)
        return Applied()
    if post.actor_id != verified.signer.id:
        raise NotAllowed("Only its author may delete a post.", detail=uri[:200])
    posts.remove(tx, post, actor_uri=verified.signer.uri)
    notifications.remove_for_post(tx, post.id)
    return Applied()
