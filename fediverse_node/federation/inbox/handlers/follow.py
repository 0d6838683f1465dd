"""Follow: somebody wants to follow a person of ours."""

from __future__ import annotations

from dataclasses import replace

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import accept
from fediverse_node.federation.delivery.queue import enqueue
from fediverse_node.federation.inbox import relayed
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import NOTHING, Applied, Context, Found, Ignored, Outcome
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.telling import tell


async def resolve(verified: Verified, fetch: Fetch) -> Found:  # noqa: ARG001 the handlers' protocol
    """Nothing: the follower is the sender, and is known."""
    return NOTHING


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:  # noqa: ARG001 the handlers' protocol
    """Let them follow and say so in the same transaction; or hold it where people are asked first."""
    activity, follower = verified.activity, verified.signer
    if activity.id is None or activity.object_id is None:
        raise NotValid("A Follow needs an “id” and an “object”.")
    target = actors.by_uri(tx, activity.object_id)
    if target is None or not target.local or not target.active:
        return Ignored("a follow of nobody here")
    if target.type == "Application":
        return relayed.followed_back(tx, verified, context)
    if posts.tombstone(tx, activity.id) is not None:
        return Ignored("a follow that was taken back before it came")
    follow = _stored(tx, activity.id, follower=follower, target=target)
    if follow.state == "pending":
        tell(tx, target.id, "follow_request", from_actor_id=follower.id)
        return Applied()
    tell(tx, target.id, "follow", from_actor_id=follower.id)
    _answer(tx, follow, context.addresses, follower=follower, target=target)
    return Applied()


def _stored(tx: Tx, uri: str, *, follower: Actor, target: Actor) -> Follow:
    """The pair's follow, new or as it is; a second Follow is answered under its own, newer id.

    A server that lost our Accept follows again, and has to get another.
    """
    known = follows.find(tx, follower.id, target.id)
    if known is not None:
        if known.uri != uri:
            follows.rename(tx, known, uri)
        return replace(known, uri=uri)
    follow = Follow(
        id=tx.new_id(),
        follower_id=follower.id,
        target_id=target.id,
        uri=uri,
        state="pending" if target.manually_approves else "accepted",
        created_at=tx.now,
        accepted_at=None if target.manually_approves else tx.now,
    )
    follows.add(tx, follow)
    return follow


def _answer(tx: Tx, follow: Follow, addresses: Addresses, *, follower: Actor, target: Actor) -> None:
    document = accept.document(
        id_=addresses.activity(tx.new_id()),
        follow_id=follow.uri,
        follower=follower.uri,
        target=target.uri,
    )
    enqueue(tx, actor=target, document=document, inboxes=[follower.inbox])
