"""Add: somebody pins a post of theirs to their profile (OBJ-24). Other collections mean nothing here."""

from __future__ import annotations

from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import keeping
from fediverse_node.federation.discovery.objects import author_of
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import Applied, Context, Found, Ignored, Missing, Outcome
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotAllowed, NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.posts import pins
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import OPEN


async def resolve(verified: Verified, fetch: Fetch) -> Found:
    """The post, from its origin."""
    uri = verified.activity.object_id
    assert uri is not None
    return Found(post=await fetch.post(uri))


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:  # noqa: ARG001 the handlers' protocol
    """Pin it, when anybody here follows its author."""
    uri = pinned_post(verified)
    if uri is None:
        return Ignored("a collection without effect here")
    owner = verified.signer
    post = posts.by_uri(tx, uri)
    if post is None:
        if not follows.has_local_followers(tx, owner.id) or posts.is_gone(tx, uri):
            return Ignored("a pin of somebody nobody here follows, or of what is gone")
        if found.post is None:
            return Missing()
        if author_of(found.post.doc) != owner.uri or found.post.uri != uri:
            raise _not_theirs(uri)
        post = keeping.store(tx, found.post)
    if post is None or post.visibility not in OPEN:
        return Ignored("a pin of a post that is not shown here")
    return _pin(tx, owner, post)


def pinned_post(verified: Verified) -> str | None:
    """What an Add or Remove pins or unpins; None where it is about another collection.

    Raises:
        NotValid: no object or no target.
        NotAllowed: the collection is on another server than the actor, so it cannot be theirs; or it
            is theirs and the post is on another server.
    """
    activity, owner = verified.activity, verified.signer
    if activity.object_id is None or activity.target is None:
        raise NotValid(f"A {activity.type} needs an “object” and a “target”.")
    if not same_origin(activity.target, owner.uri):
        raise NotAllowed("This collection is not its sender's.", detail=activity.target[:200])
    if activity.target != owner.featured:
        return None
    if activity.object is not None and activity.object.get("type") == "Hashtag":
        return None
    if not same_origin(activity.object_id, owner.uri):
        raise _not_theirs(activity.object_id)
    return activity.object_id


def _pin(tx: Tx, owner: Actor, post: Post) -> Outcome:
    if post.actor_id != owner.id or post.boost_of_id is not None:
        raise _not_theirs(post.uri)
    if len(pins.of_actor(tx, owner.id)) >= pins.MAX_REMOTE_PINS:
        return Ignored("more pins than are kept")
    pins.pin(tx, owner.id, post.id)
    return Applied()


def _not_theirs(uri: str) -> NotAllowed:
    return NotAllowed("Only posts of one's own can be pinned.", detail=uri[:200])
