"""Consent between posts, as it comes in: quotes that are looked up, answers to us, and revocations."""

from __future__ import annotations

from fediverse_node.activitystreams.documents import Activity, ObjectDoc
from fediverse_node.activitystreams.values import kind, link
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.builders import announce, undo
from fediverse_node.federation.delivery import audience, queue
from fediverse_node.federation.delivery.restate import restate
from fediverse_node.federation.discovery import keeping
from fediverse_node.federation.discovery.objects import FoundQuote
from fediverse_node.federation.discovery.quoted import grants, is_worth_a_look
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.model import Applied, Context, Found, Ignored, Missing, Outcome
from fediverse_node.kernel.errors import NotAllowed, NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import Interaction
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import telling


def keep(tx: Tx, post: Post, doc: ObjectDoc, author: Actor, found: Found | None = None) -> Interaction | None:
    """Note what *post* says of consent, and tell the person of ours whom it may quote."""
    interaction = keeping.keep_quoted(tx, post, doc, author, _quote(found))
    if interaction is not None and interaction.state == "accepted":
        tell(tx, interaction)
    return interaction


def tell(tx: Tx, interaction: Interaction) -> None:
    """Tell somebody here that they were quoted, once the quote is here."""
    owner = actors.by_id(tx, interaction.target_actor_id) if interaction.target_actor_id else None
    if owner is not None and owner.local and interaction.post_id is not None:
        telling.tell(tx, owner.id, "quote", from_actor_id=interaction.actor_id, post_id=interaction.post_id)


def outcome_of(tx: Tx, post: Post, doc: ObjectDoc, found: Found, context: Context) -> Outcome:
    """What is left to do about a post that was just stored: its quote may have to be looked up.

    The post is here at once, its quote pending; the rest is a job of its own.
    """
    if found.post is not None or found.quote is not None or not _is_open(tx, post, doc, context):
        return Applied()
    return Missing()


def follow(
    tx: Tx,
    post: Post,
    doc: ObjectDoc,
    verified: Verified,
    found: Found,
    context: Context,
    *,
    outcome: Outcome,
) -> Outcome:
    """The same for an edit, whatever became of its text.

    A yes arrives by an Update that changes no text and so may be no newer than what is here; but only a
    newer one may take a quote away or name another.
    """
    revised = isinstance(outcome, Applied)
    if not revised and doc.quote is None:
        return outcome
    before = quotes.by_post_uri(tx, post.uri, "quote") if not revised else None
    if not revised and (before is None or before.target_uri != doc.quote or before.state != "pending"):
        return outcome
    current = posts.by_id(tx, post.id) or post
    after = keep(tx, current, doc, verified.signer, found)
    if found.post is None and found.quote is None and _is_open(tx, post, doc, context):
        return Missing()
    if revised or before is None or after is None or after.state != before.state:
        return Applied()
    return outcome


def answered(tx: Tx, activity: Activity, signer: Actor, context: Context) -> Interaction | None:
    """The quote, answer or boost of ours that an Accept or Reject is about; None: it is about something else.

    By the id of our request, or by that of the post or activity itself, as GoToSocial has it.

    Raises:
        NotAllowed: somebody answers for another.
    """
    node, uri = activity.object, activity.object_id
    if uri is None or (node is not None and kind(node) == "Follow"):
        return None
    found = quotes.by_request(tx, uri) or _by_instrument(tx, activity)
    if found is None and uri.startswith(f"{context.addresses.origin}/"):
        found = _by_thing(tx, uri)
    if found is not None and found.target_actor_id != signer.id:
        raise NotAllowed("Only its author may say what is done with a post.", detail=uri[:200])
    return found


def accept(tx: Tx, asked: Interaction, verified: Verified, found: Found, context: Context) -> Outcome:
    """The author says yes. To a quote only as far as their yes can be read at their own server.

    Raises:
        NotValid: a yes to a quote without an address where it can be read.
        NotAllowed: that is on another server, or says something else.
    """
    if asked.state != "pending":
        return Ignored("the answer to a question that was answered before")
    result, quote = verified.activity.result, found.quote
    if result is not None and not same_origin(result, asked.target_uri):
        raise NotAllowed("A yes stands on the server of who says it.", detail=result[:200])
    if asked.kind == "quote":
        if result is None:
            raise NotValid("A yes to a quote needs a “result”.")
        if quote is None or quote.authorization is None:
            return Missing()
        yes = quote.authorization
        owner = verified.signer.uri
        if yes.id != result or not grants(
            yes, post_uri=asked.post_uri, target_uri=asked.target_uri, owner_uri=owner
        ):
            raise NotAllowed("This yes is to something else.", detail=result[:200])
    quotes.decide(tx, asked, "accepted", authorization_uri=result)
    if asked.kind != "boost":
        _say_anew(tx, asked, context)
    return Applied()


def reject(tx: Tx, asked: Interaction, context: Context) -> Outcome:
    """The author says no: a quote is not shown any more, a boost is undone, an answer leaves the thread."""
    if not asked.stands:
        return Ignored("the answer to a question that was answered before")
    quotes.decide(tx, asked, "rejected" if asked.state == "pending" else "revoked")
    match asked.kind:
        case "quote":
            _say_anew(tx, asked, context)
        case "boost":
            _unboost(tx, asked, context)
        case "reply":
            done = posts.by_id(tx, asked.post_id) if asked.post_id is not None else None
            if done is not None:
                posts.detach(tx, done)
    return Applied()


def revoke(tx: Tx, uri: str, signer: Actor, context: Context) -> bool:
    """*signer* deletes the yes at *uri*: what relied on it is not shown any more. False when nothing did."""
    relying = [each for each in quotes.by_authorization(tx, uri) if each.target_actor_id == signer.id]
    for each in relying:
        if each.state == "accepted":
            quotes.decide(tx, each, "revoked")
            _say_anew(tx, each, context)
    return bool(relying)


def _say_anew(tx: Tx, interaction: Interaction, context: Context) -> None:
    """Tell everybody who has our post how it stands; of posts from elsewhere their authors tell."""
    post = posts.by_id(tx, interaction.post_id) if interaction.post_id is not None else None
    author = actors.by_id(tx, interaction.actor_id)
    if post is not None and post.local and author is not None and author.active:
        restate(tx, post, author, addresses=context.addresses)


def _unboost(tx: Tx, asked: Interaction, context: Context) -> None:
    boost = posts.by_id(tx, asked.post_id) if asked.post_id is not None else None
    booster = actors.by_id(tx, asked.actor_id)
    owner = actors.by_id(tx, asked.target_actor_id) if asked.target_actor_id is not None else None
    if boost is None or booster is None or owner is None:
        return
    inboxes = [*audience.of_post(tx, boost, booster), *sorted(deliveries.inboxes_of(tx, boost.id))]
    posts.remove(tx, boost, actor_uri=booster.uri)
    deliveries.withdraw(tx, boost.id, types=("Announce",))
    undone = announce.document(
        id_=boost.uri,
        booster=booster,
        post=asked.target_uri,
        author=owner.uri,
        visibility=boost.visibility,
        now=boost.published_at,
    )
    document = undo.document(undone, id_=context.addresses.activity(tx.new_id()))
    queue.enqueue(tx, actor=booster, document=document, inboxes=inboxes)


def _quote(found: Found | None) -> FoundQuote | None:
    if found is None:
        return None
    return found.quote or (found.post.quote if found.post is not None else None)


def _is_open(tx: Tx, post: Post, doc: ObjectDoc, context: Context) -> bool:
    """Whether other servers can still tell that *post* may quote what it quotes."""
    if doc.quote is None or not is_worth_a_look(doc, context.addresses.origin):
        return False
    noted = quotes.by_post_uri(tx, post.uri, "quote")
    return noted is not None and noted.state == "pending"


def _by_instrument(tx: Tx, activity: Activity) -> Interaction | None:
    """Where the peer gave our request an id of its own: by the quote and what it quotes."""
    node = activity.object
    if node is None or kind(node) != "QuoteRequest":
        return None
    found = quotes.by_post_uri(tx, link(node.get("instrument")) or "", "quote")
    return found if found is not None and found.target_uri == link(node.get("object")) else None


def _by_thing(tx: Tx, uri: str) -> Interaction | None:
    """An answer or boost of ours, by its own id or that of its Create."""
    found = quotes.by_post_uri(tx, uri, "reply") or quotes.by_post_uri(tx, uri, "boost")
    if found is not None:
        return found
    stored = deliveries.by_uri(tx, uri)
    if stored is None or stored.post_id is None or stored.type != "Create":
        return None
    return quotes.of_posts(tx, [stored.post_id]).get(stored.post_id, {}).get("reply")
