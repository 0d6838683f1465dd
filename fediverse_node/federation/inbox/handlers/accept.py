"""Accept: somebody lets a person of ours follow them, or quote, answer or boost a post."""

from __future__ import annotations

from fediverse_node.activitystreams.documents import Activity
from fediverse_node.activitystreams.values import link
from fediverse_node.actors import queries as actors
from fediverse_node.federation.discovery.objects import FoundQuote
from fediverse_node.federation.inbox import consents, relayed
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.model import NOTHING, Applied, Context, Found, Ignored, Outcome
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.kernel.errors import NotAllowed
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home


async def resolve(verified: Verified, fetch: Fetch) -> Found:
    """Where the yes to a quote can be read; our follows are here."""
    result = verified.activity.result
    if result is None:
        return NOTHING
    return Found(quote=FoundQuote(authorization=await fetch.authorization(result)))


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:
    """Make the follow that we asked for an accepted one; the same with a quote, an answer, a boost."""
    asked = consents.answered(tx, verified.activity, verified.signer, context)
    if asked is not None:
        return consents.accept(tx, asked, verified, found, context)
    follow = answered_follow(tx, verified, context)
    if follow is None and relayed.answered(tx, verified, context, "active"):
        return Applied()
    if follow is None or not follows.accept(tx, follow):
        return Ignored("the answer to a question that was not asked")
    home.backfill(tx, follow.follower_id, follow.target_id)
    return Applied()


def answered_follow(tx: Tx, verified: Verified, context: Context) -> Follow | None:
    """The follow of ours that an Accept or Reject answers.

    By the id of our Follow, bare or embedded; where the peer has given it an id of its own, by who
    follows whom. An id of ours that is not here is one that was taken back: it matches nothing.

    Raises:
        NotAllowed: somebody answers for another.
    """
    activity = verified.activity
    uri = activity.object_id
    if uri is not None:
        follow = follows.by_uri(tx, uri)
        if follow is not None:
            return _own_answer(follow, verified)
        if uri.startswith(f"{context.addresses.origin}/activities/"):
            return None
    pair = _pair(tx, activity)
    return None if pair is None else follows.find(tx, pair, verified.signer.id)


def _own_answer(follow: Follow, verified: Verified) -> Follow:
    if follow.target_id != verified.signer.id:
        raise NotAllowed("Only who is followed may answer a Follow.", detail=follow.uri[:200])
    return follow


def _pair(tx: Tx, activity: Activity) -> int | None:
    """The follower of an embedded Follow of its sender, when it is one of ours."""
    node = activity.object
    if node is None or link(node.get("object")) != activity.actor:
        return None
    follower = actors.by_uri(tx, link(node.get("actor")) or "")
    return follower.id if follower is not None and follower.local else None
