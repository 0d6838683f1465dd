"""Announce: somebody passed a post on."""

from __future__ import annotations

from fediverse_node.activitystreams.documents import Activity
from fediverse_node.activitystreams.read import visibility_of
from fediverse_node.activitystreams.values import kind, link
from fediverse_node.actors import queries as actors
from fediverse_node.federation.discovery import keeping
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import Applied, Context, Found, Ignored, Missing, Outcome
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from fediverse_node.visibility.rule import OPEN

#: What a group wraps when it passes a post on (FEP-1b12); other wrapped verbs have no effect.
_WRAPPED = frozenset({"Create", "Update"})


async def resolve(verified: Verified, fetch: Fetch) -> Found:
    """The post, from its own origin; an embedded copy counts for nothing."""
    return Found(post=await fetch.post(boosted_uri(verified.activity)))


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:
    """Store the boost of a post that everybody may see, put it into homes, tell the author."""
    uri = boosted_uri(verified.activity)
    followed = follows.has_local_followers(tx, verified.signer.id)
    post = posts.by_uri(tx, uri)
    if post is None and same_origin(uri, context.addresses.origin):
        return Ignored("a boost of a post that is not here")
    if not followed and (post is None or not post.local):
        return Ignored("a boost by nobody we know")
    if post is None and found.post is None:
        return Missing()
    post = post or _brought(tx, found)
    if post is None or not _may_be_passed_on(tx, post):
        return Ignored("a boost of a post that not everybody may see")
    boost = posts.add(tx, _boost(tx, verified, post))
    if boost is None:
        return Ignored("a boost that is here, or was taken back before it came")
    home.deliver(tx, boost)
    if post.local:
        notifications.add(tx, post.actor_id, "reblog", from_actor_id=verified.signer.id, post_id=post.id)
    return Applied()


def _brought(tx: Tx, found: Found) -> Post | None:
    """The post that was fetched, stored, if everybody may see it."""
    assert found.post is not None
    doc = found.post.doc
    if visibility_of(doc.to, doc.cc, None) not in OPEN:
        return None
    return keeping.store(tx, found.post)


def _may_be_passed_on(tx: Tx, post: Post) -> bool:
    """Everybody may see it, it is no boost itself, and its author is in good standing (CVE-2026-23961)."""
    author = actors.by_id(tx, post.actor_id)
    return post.visibility in OPEN and post.boost_of_id is None and author is not None and author.active


def boosted_uri(activity: Activity) -> str:
    """The id of what is passed on: the object, or the object of a wrapped Create.

    Raises:
        NotValid: the Announce has no id or no object, or wraps another verb.
    """
    if activity.id is None or activity.object_id is None or len(activity.object_ids) != 1:
        raise NotValid("An Announce needs an “id” and one “object”.")
    wrapped = activity.object
    if wrapped is None or kind(wrapped) not in _WRAPPED:
        return activity.object_id
    inner = link(wrapped.get("object"))
    if inner is None:
        raise NotValid("The activity that is passed on has no “object”.")
    return inner


def _boost(tx: Tx, verified: Verified, post: Post) -> Post:
    activity, booster = verified.activity, verified.signer
    assert activity.id is not None
    return Post(
        id=tx.new_id(),
        uri=activity.id,
        actor_id=booster.id,
        local=False,
        visibility=visibility_of(activity.to, activity.cc, booster.followers),
        boost_of_id=post.id,
        published_at=min(activity.published or tx.now, tx.now),
        created_at=tx.now,
    )
