"""QuoteRequest: somebody asks whether a post of theirs may quote one of ours (FEP-044f)."""

from __future__ import annotations

from fediverse_node.activitystreams.documents import Activity, ObjectDoc
from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read import read_object
from fediverse_node.activitystreams.values import link
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import quoting
from fediverse_node.federation.delivery.queue import enqueue
from fediverse_node.federation.discovery.consenting import may_quote
from fediverse_node.federation.discovery.kinds import is_post
from fediverse_node.federation.inbox import consents
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.interest import may_stand
from fediverse_node.federation.inbox.model import Applied, Context, Found, Ignored, Missing, Outcome
from fediverse_node.federation.inbox.storing import store_new
from fediverse_node.kernel.errors import NotAllowed, NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import Interaction
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import may_see, viewer_for


async def resolve(verified: Verified, fetch: Fetch) -> Found:
    """The quote, where the request gave no more than its id."""
    return Found(post=await fetch.post(_quote_uri(verified.activity)))


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:
    """Say yes or no by what the author of the quoted post allows, and keep the quote where it is yes.

    A second request for the same is answered as the first was: a server that lost the answer asks again.
    """
    activity, quoter = verified.activity, verified.signer
    uri = _quote_uri(activity)
    target = posts.by_uri(tx, activity.object_id or "")
    owner = actors.by_id(tx, target.actor_id) if target is not None else None
    if target is None or owner is None or not owner.local or not owner.active or target.boost_of_id:
        return Ignored("a request to quote what is not here")
    if not may_see(tx, target, viewer_for(quoter)):
        return Ignored("a request to quote what is not here")
    doc = _described(activity, found)
    if doc is None:
        return Missing()
    _check(doc, uri, target, quoter)
    known = quotes.by_post_uri(tx, uri, "quote")
    here = posts.by_uri(tx, uri)
    if any(each is not None and each.actor_id != quoter.id for each in (known, here)):
        # A neighbour that names itself as the author of somebody's post must not undo what that one quotes.
        raise NotAllowed("Only its author asks for a quote.", detail=uri[:200])
    if known is not None and known.target_uri != target.uri:
        quotes.remove(tx, known)
        known = None
    interaction = _decide(tx, known, verified, target, owner, context)
    if interaction.state == "accepted" and may_stand(tx, doc, quoter, context):
        interaction = _store(tx, interaction, doc, quoter, target, context)
        consents.tell(tx, interaction)
    _answer(tx, interaction, quoter, owner, context)
    return Applied()


def _decide(
    tx: Tx, known: Interaction | None, verified: Verified, target: Post, owner: Actor, context: Context
) -> Interaction:
    """The quote as it is noted, new or as it is, and under the id by which the answer has to go.

    What was taken back stays so; a no of the past is thought over, since the author may have changed
    what they allow.
    """
    assert verified.activity.id is not None
    if known is None:
        known = Interaction(
            id=tx.new_id(),
            kind="quote",
            post_uri=_quote_uri(verified.activity),
            actor_id=verified.signer.id,
            target_uri=target.uri,
            target_id=target.id,
            target_actor_id=owner.id,
            state="pending",
            request_uri=verified.activity.id,
            created_at=tx.now,
            updated_at=tx.now,
        )
        quotes.add(tx, known)
    elif known.request_uri != verified.activity.id:
        known = quotes.ask_again(tx, known, verified.activity.id)
    if known.state == "revoked":
        return known
    allowed = known.state == "accepted" or may_quote(tx, target, owner, verified.signer)
    uri = context.addresses.quote(owner.username, known.id) if allowed else None
    return quotes.decide(tx, known, "accepted" if allowed else "rejected", authorization_uri=uri)


def _store(
    tx: Tx, interaction: Interaction, doc: ObjectDoc, quoter: Actor, target: Post, context: Context
) -> Interaction:
    """Keep the quote itself: it concerns somebody here."""
    post = store_new(tx, doc, quoter, context) or posts.by_uri(tx, interaction.post_uri)
    if post is None:
        return interaction
    return quotes.link(tx, interaction, post_id=post.id, target=target.id, owner=target.actor_id)


def _answer(tx: Tx, interaction: Interaction, quoter: Actor, owner: Actor, context: Context) -> None:
    addresses = context.addresses
    build = quoting.accept if interaction.state == "accepted" else quoting.reject
    document = build(
        interaction,
        id_=addresses.activity(tx.new_id()),
        quoter=quoter.uri,
        author=owner,
        origin=addresses.origin,
    )
    enqueue(tx, actor=owner, document=document, inboxes=[quoter.inbox])


def _quote_uri(activity: Activity) -> str:
    """The id of the post that wants to quote.

    Raises:
        NotValid: the request lacks an id, a quoted post or a quote.
        NotAllowed: the quote is on another server than who asks, so it is not theirs.
    """
    uri = link(activity.raw.get("instrument"))
    if activity.id is None or activity.object_id is None or uri is None:
        raise NotValid("A QuoteRequest needs an “id”, an “object” and an “instrument”.")
    if not same_origin(uri, activity.actor):
        raise NotAllowed("Only its author asks for a quote.", detail=uri[:200])
    return uri


def _described(activity: Activity, found: Found) -> ObjectDoc | None:
    """The quote as its author describes it: fetched, or the embedded copy; None for a bare id."""
    if found.post is not None:
        return found.post.doc
    node: JsonDict | None = activity.instrument
    return read_object(node) if node is not None and len(node) >= 3 else None


def _check(doc: ObjectDoc, uri: str, target: Post, quoter: Actor) -> None:
    """Refuse a request for another's post, or for one that quotes something else."""
    if doc.id != uri or quoter.uri not in doc.attributed_to:
        raise NotAllowed("Only its author asks for a quote.", detail=uri[:200])
    if not is_post(doc) or doc.quote != target.uri:
        raise NotValid("The post does not quote what the request is about.", detail=uri[:200])
