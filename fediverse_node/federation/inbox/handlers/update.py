"""Update: a post was edited, or an actor changed its profile or keys."""

from __future__ import annotations

from dataclasses import replace

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.federation.discovery.candidate import store
from fediverse_node.federation.discovery.objects import POST_TYPES
from fediverse_node.federation.discovery.shaping import shape
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.handlers.create import described
from fediverse_node.federation.inbox.interest import is_wanted, local_recipients
from fediverse_node.federation.inbox.model import Applied, Context, Found, Ignored, Missing, Outcome
from fediverse_node.federation.inbox.storing import store_new, with_recipients
from fediverse_node.kernel.errors import NotAllowed
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx


async def resolve(verified: Verified, fetch: Fetch) -> Found:
    """The actor or the post as its origin shows it now."""
    uri = verified.activity.object_id
    assert uri is not None
    if uri == verified.activity.actor:
        return Found(actor=await fetch.actor(uri))
    return Found(post=await fetch.post(uri))


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:
    """Bring what is here up to date; never from an embedded copy of an actor."""
    uri = verified.activity.object_id
    assert uri is not None
    if uri == verified.activity.actor:
        # A profile, and above all a key, is believed from its origin only: whoever stole one signature
        # could otherwise give the actor a key of their own.
        if found.actor is None:
            return Missing()
        store(tx, found.actor)
        return Applied()
    post = posts.by_uri(tx, uri)
    if post is not None and post.actor_id != verified.signer.id:
        raise NotAllowed("Only its author may edit a post.", detail=uri[:200])
    doc = described(verified, found)
    if doc is None:
        return Ignored("an edit of a post we do not have") if post is None else Missing()
    if doc.type not in POST_TYPES:
        return Ignored("a kind of object without effect here")
    if post is None:
        return _unknown(tx, doc, verified, found, context)
    return _revise(tx, post, doc, verified, context)


def _unknown(tx: Tx, doc: ObjectDoc, verified: Verified, found: Found, context: Context) -> Outcome:
    """An edit that came before its post, or of one we had no use for: the origin has the current text."""
    assert doc.id is not None
    if posts.tombstone(tx, doc.id) is not None or not is_wanted(tx, doc, verified.signer, context):
        return Ignored("an edit of a post we do not have")
    if found.post is None:
        return Missing()
    return Applied() if store_new(tx, doc, verified.signer, context) else Ignored("a post that was deleted")


def _revise(tx: Tx, post: Post, doc: ObjectDoc, verified: Verified, context: Context) -> Outcome:
    edited = min(doc.updated or verified.activity.published or tx.now, tx.now)
    if edited < post.published_at or (post.edited_at is not None and edited <= post.edited_at):
        return Ignored("an edit older than what is here")
    if doc.type != post.type:
        raise NotAllowed("An edit does not change what kind of thing a post is.", detail=post.uri[:200])
    shaped = shape(doc, verified.signer, id_=post.id, now=tx.now)
    people = local_recipients(tx, doc, context)
    revised = replace(
        shaped.post,
        # Whom a post was for is decided once: an edit that could widen it would undo a promise.
        visibility=post.visibility,
        addressed=post.addressed,
        in_reply_to_uri=post.in_reply_to_uri,
        in_reply_to_id=post.in_reply_to_id,
        published_at=post.published_at,
        created_at=post.created_at,
        edited_at=edited,
    )
    posts.revise(tx, revised, mentioned=with_recipients(shaped, people), tagged=shaped.tagged)
    for booster_id in posts.local_boosters(tx, post.id):
        notifications.add(tx, booster_id, "update", from_actor_id=post.actor_id, post_id=post.id)
    return Applied()
