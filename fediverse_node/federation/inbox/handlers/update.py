"""Update: a post was edited, or an actor changed its profile or keys."""

from __future__ import annotations

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.activitystreams.read import read_object
from fediverse_node.federation.discovery.candidate import store
from fediverse_node.federation.discovery.kinds import is_post
from fediverse_node.federation.inbox import consents, recounting
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.authority import own_object
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.handlers.create import described
from fediverse_node.federation.inbox.interest import is_wanted
from fediverse_node.federation.inbox.model import Applied, Context, Found, Ignored, Missing, Outcome
from fediverse_node.federation.inbox.removing import remove_post
from fediverse_node.federation.inbox.revising import revise
from fediverse_node.federation.inbox.storing import store_new
from fediverse_node.kernel.errors import Gone, NotAllowed, NotFound
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.tx import Tx


async def resolve(verified: Verified, fetch: Fetch) -> Found:
    """The actor or the post as its origin shows it now."""
    uri = verified.activity.object_id
    assert uri is not None
    if uri == verified.activity.actor:
        return Found(actor=await fetch.actor(uri))
    try:
        return Found(post=await fetch.post(uri))
    except Gone:
        # What is served as a Tombstone was deleted softly (FEP-4f05), and its Delete may be lost.
        return Found(gone=frozenset({uri}))
    except (NotFound, NotAllowed):
        # A post that is not for everybody is hidden from our server and stands; its author sent it whole.
        node = own_object(verified.activity)
        if node is None:
            raise
        return Found(quote=await fetch.quote(read_object(node)))


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
    return _edited(tx, uri, verified, found, context)


def _edited(tx: Tx, uri: str, verified: Verified, found: Found, context: Context) -> Outcome:
    post = posts.by_uri(tx, uri)
    if post is not None and post.actor_id != verified.signer.id:
        raise NotAllowed("Only its author may edit a post.", detail=uri[:200])
    if post is not None and uri in found.gone:
        remove_post(tx, post, actor_uri=verified.signer.uri)
        return Applied()
    doc = described(verified, found)
    if doc is None:
        return Ignored("an edit of a post we do not have") if post is None else Missing()
    if not is_post(doc):
        return Ignored("a kind of object without effect here")
    if post is None:
        return _unknown(tx, doc, verified, found, context)
    return _known(tx, post, doc, verified, found, context)


def _known(tx: Tx, post: Post, doc: ObjectDoc, verified: Verified, found: Found, context: Context) -> Outcome:
    counted = recounting.settle(tx, post, doc, found) if post.type == doc.type == "Question" else None
    if counted is not None:
        return counted
    outcome = revise(tx, post, doc, verified.signer, context, said_at=verified.activity.published)
    return consents.follow(tx, post, doc, verified, found, context, outcome=outcome)


def _unknown(tx: Tx, doc: ObjectDoc, verified: Verified, found: Found, context: Context) -> Outcome:
    """An edit that came before its post, or of one we had no use for: the origin has the current text."""
    assert doc.id is not None
    if posts.is_gone(tx, doc.id) or not is_wanted(tx, doc, verified.signer, context):
        return Ignored("an edit of a post we do not have")
    if found.post is None:
        return Missing()
    stored = store_new(tx, doc, verified.signer, context, found=found)
    return Applied() if stored is not None else Ignored("a post that was deleted")
