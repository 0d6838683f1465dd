"""Create: somebody published a post, or voted."""

from __future__ import annotations

from fediverse_node.activitystreams.documents import ObjectDoc
from fediverse_node.activitystreams.read import read_object
from fediverse_node.federation.discovery.kinds import is_post
from fediverse_node.federation.inbox import ballots, consents
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.authority import own_object
from fediverse_node.federation.inbox.counting import count
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.interest import is_wanted
from fediverse_node.federation.inbox.model import Applied, Context, Found, Ignored, Missing, Outcome
from fediverse_node.federation.inbox.storing import introduce, store_new
from fediverse_node.follows import queries as follows
from fediverse_node.kernel.errors import NotAllowed
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx


async def resolve(verified: Verified, fetch: Fetch) -> Found:
    """The post, when the activity gave no more than its id; else what it quotes."""
    assert verified.activity.object_id is not None
    node = own_object(verified.activity)
    if node is not None:
        return Found(quote=await fetch.quote(read_object(node)))
    return Found(post=await fetch.post(verified.activity.object_id))


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:
    """Count it, when it is a vote; store it, when it is a post that is anything to us."""
    if found.post is None and ballots.is_ballot(verified.activity):
        return count(tx, verified.signer, ballots.read(verified.activity))
    doc = described(verified, found)
    if doc is None:
        # A bare id is worth a request only when somebody here follows its author.
        followed = follows.has_local_followers(tx, verified.signer.id)
        return Missing() if followed else Ignored("a post of nobody we know")
    if ballots.is_vote(doc):
        return count(tx, verified.signer, ballots.of([doc]))
    return _take_up(tx, doc, verified, found, context)


def _take_up(tx: Tx, doc: ObjectDoc, verified: Verified, found: Found, context: Context) -> Outcome:
    if not is_post(doc):
        return Ignored("a kind of object without effect here")
    if not is_wanted(tx, doc, verified.signer, context):
        return Ignored("a post of nobody we know")
    stored = store_new(tx, doc, verified.signer, context, found=found)
    if stored is not None:
        return consents.outcome_of(tx, stored, doc, found, context)
    here = posts.by_uri(tx, doc.id) if doc.id is not None else None
    if here is not None and here.actor_id == verified.signer.id:
        # It may have been fetched because somebody passed it on or looked it up: nobody was told then.
        introduce(tx, here, context)
        if found.quote is not None:
            consents.keep(tx, here, doc, verified.signer, found)
            return Applied()
    return Ignored("a post that is here, or was deleted")


def described(verified: Verified, found: Found) -> ObjectDoc | None:
    """The post as its author (the signer) describes it: fetched, or the embedded copy; None for a bare id.

    Raises:
        NotAllowed: it is another one than the activity is about, or names another author.
    """
    activity = verified.activity
    if found.post is not None:
        doc = found.post.doc
    else:
        node = own_object(activity)
        if node is None:
            return None
        doc = read_object(node)
    if doc.id != activity.object_id:
        raise NotAllowed("The post has another id than the activity says.", detail=str(doc.id)[:200])
    if verified.signer.uri not in doc.attributed_to:
        raise NotAllowed("The post is by somebody else than the actor.", detail=str(doc.id)[:200])
    return doc
