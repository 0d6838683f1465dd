"""Undo: a Follow, Like or Announce is taken back."""

from __future__ import annotations

from fediverse_node.activitystreams.values import kind, link
from fediverse_node.actors import queries as actors
from fediverse_node.arrivals import queries as arrivals
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.handlers import block
from fediverse_node.federation.inbox.model import NOTHING, Applied, Context, Found, Ignored, Outcome
from fediverse_node.federation.inbox.reacting import forget_told, take_back, take_back_what
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.errors import NotAllowed, NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import emoji_reactions, reactions
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx

_KINDS = frozenset({"Follow", "Like", "EmojiReact", "Announce", "Block"})
_LIKES = frozenset({"Like", "EmojiReact"})


async def resolve(verified: Verified, fetch: Fetch) -> Found:  # noqa: ARG001 the handlers' protocol
    """Nothing: what is taken back is here, or has no effect."""
    return NOTHING


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:  # noqa: ARG001 the handlers' protocol
    """Take it back, whatever it was; or remember that it was, when it has not arrived yet."""
    activity = verified.activity
    inner = activity.object or {}
    stated = kind(inner) if inner else None
    if activity.object_id is None and stated is None:
        raise NotValid("An Undo needs an “object”.")
    if inner.get("actor") is not None and link(inner.get("actor")) != activity.actor:
        raise NotAllowed("What somebody else did is not to be taken back.", detail=activity.actor[:200])
    if stated is not None and stated not in _KINDS:
        return Ignored("taking back what had no effect here")
    undone = _by_id(tx, verified, stated) or _by_what_it_did(tx, verified, stated, context)
    if undone:
        return Applied()
    uri = activity.object_id
    if uri is not None and same_origin(uri, activity.actor):
        posts.bury(tx, uri, activity.actor, former_type=stated or "Activity")
        return Applied()
    return Ignored("taking back what is not here")


def _by_id(tx: Tx, verified: Verified, stated: str | None) -> bool:
    uri = verified.activity.object_id
    if uri is None:
        return False
    follow = follows.by_uri(tx, uri)
    if follow is not None:
        _require(follow.follower_id, "Follow", verified, stated)
        return _unfollow(tx, follow)
    liked = reactions.favourite_by_uri(tx, uri)
    if liked is not None:
        post_id, actor_id = liked
        _require(actor_id, "Like", verified, stated)
        return _unlike(tx, post_id, actor_id)
    reaction = emoji_reactions.by_uri(tx, uri)
    if reaction is not None:
        # The same emoji comes in a Like or in an EmojiReact.
        _require(reaction.actor_id, stated if stated in _LIKES else "Like", verified, stated)
        return take_back(tx, reaction, posts.by_id(tx, reaction.post_id))
    boost = posts.by_uri(tx, uri)
    if boost is not None:
        if boost.boost_of_id is None:
            raise NotAllowed("A post is deleted, not undone.", detail=uri[:200])
        _require(boost.actor_id, "Announce", verified, stated)
        return _unboost(tx, boost, verified)
    return stated in {None, "Block"} and block.take_back(tx, verified)


def _by_what_it_did(tx: Tx, verified: Verified, stated: str | None, context: Context) -> bool:
    """Where the id is unknown: servers have sent an Undo with a fresh id for what it takes back.

    An id that is remembered is not unknown: what it made was taken back or made anew since, and an
    Undo that comes late must not end what came after it.
    """
    activity, signer_id = verified.activity, verified.signer.id
    if activity.object_id is not None and arrivals.was_taken_in(tx, activity.object_id, activity.actor):
        return False
    uri = link(activity.object.get("object")) if activity.object else None
    if uri is None:
        return False
    if stated == "Follow":
        target = actors.by_uri(tx, uri)
        follow = follows.find(tx, signer_id, target.id) if target is not None else None
        return follow is not None and _unfollow(tx, follow)
    post = posts.by_uri(tx, uri)
    if post is None:
        return False
    if stated in _LIKES:
        reacted = take_back_what(tx, activity.object or {}, verified.signer, post, context.addresses)
        return reacted or _unlike(tx, post.id, signer_id)
    boost = posts.boost_by(tx, signer_id, post.id) if stated == "Announce" else None
    return boost is not None and _unboost(tx, boost, verified)


def _require(owner_id: int, kind_here: str, verified: Verified, stated: str | None) -> None:
    if owner_id != verified.signer.id:
        raise NotAllowed("What somebody else did is not to be taken back.", detail=verified.activity.actor)
    if stated is not None and stated != kind_here:
        raise NotValid(f"What is to be undone is a {kind_here}, not a {stated}.")


def _unfollow(tx: Tx, follow: Follow) -> bool:
    for told in ("follow", "follow_request"):
        notifications.remove(tx, follow.target_id, told, from_actor_id=follow.follower_id)
    return follows.remove(tx, follow)


def _unlike(tx: Tx, post_id: int, actor_id: int) -> bool:
    post = posts.by_id(tx, post_id)
    if reactions.unfavourite(tx, post_id, actor_id) is None:
        return False
    if post is not None:
        forget_told(tx, post, actor_id)
    return True


def _unboost(tx: Tx, boost: Post, verified: Verified) -> bool:
    assert boost.boost_of_id is not None
    post = posts.by_id(tx, boost.boost_of_id)
    removed = posts.remove(tx, boost, actor_uri=verified.signer.uri)
    if post is not None:
        notifications.remove(tx, post.actor_id, "reblog", from_actor_id=boost.actor_id, post_id=post.id)
    return removed
