"""What somebody sends who is blocked by the person it is for has no effect on that person (OBJ-34).

Asked before any handler, so that no verb forgets it. Who is followed, liked, boosted or asked is found by
the object; whom a post is for, the handler of Create asks for itself.
"""

from __future__ import annotations

from typing import Final

from fediverse_node.activitystreams.documents import Activity
from fediverse_node.activitystreams.values import link
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import reject
from fediverse_node.federation.delivery.queue import enqueue
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.model import Applied, Context, Ignored, Outcome
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation.policy import policy
from fediverse_node.posts import queries as posts
from fediverse_node.storage.tx import Tx

#: Verbs that are done to somebody's post.
_TO_A_POST: Final = frozenset({"Like", "Dislike", "EmojiReact", "Announce", "QuoteRequest"})


def turn_away(tx: Tx, verified: Verified, context: Context) -> Outcome | None:
    """The end of an activity that reaches nobody; None when a handler has to look at it."""
    signer = verified.signer
    if not policy(tx).may_turn_away(signer.id, signer.domain):
        return None
    person = _meant(tx, verified.activity, context.addresses)
    if person is None or not moderation.turns_away(tx, person.id, signer.id, signer.domain):
        return None
    if verified.activity.type == "Follow" and verified.activity.id is not None:
        _refuse(tx, verified.activity.id, context.addresses, follower=signer, target=person)
        return Applied()
    return Ignored("from somebody whom they do not want to hear")


def _meant(tx: Tx, activity: Activity, addresses: Addresses) -> Actor | None:
    """The person of ours whom *activity* is done to."""
    uri = _voted_on(activity) if activity.type == "Create" else activity.object_id
    if uri is None or not uri.startswith(f"{addresses.origin}/"):
        return None
    if activity.type == "Follow":
        found = actors.by_uri(tx, uri)
        return found if found is not None and found.local and found.active else None
    if activity.type not in _TO_A_POST and activity.type != "Create":
        return None
    post = posts.by_uri(tx, uri)
    return actors.by_id(tx, post.actor_id) if post is not None and post.local else None


def _voted_on(activity: Activity) -> str | None:
    """The poll, where a Create is a vote: a named answer without words."""
    node = activity.object or {}
    is_vote = node.get("name") and not node.get("content")
    return link(node.get("inReplyTo")) if is_vote else None


def _refuse(tx: Tx, follow_id: str, addresses: Addresses, *, follower: Actor, target: Actor) -> None:
    """No to a Follow: their server then stops showing it as asked."""
    document = reject.document(
        id_=addresses.activity(tx.new_id()), follow_id=follow_id, follower=follower.uri, target=target.uri
    )
    enqueue(tx, actor=target, document=document, inboxes=[follower.inbox])
