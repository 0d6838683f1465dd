"""Reject: somebody does not want to be followed by a person of ours, or no longer."""

from __future__ import annotations

from fediverse_node.federation.inbox import consents, relayed
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.fetching import Fetch
from fediverse_node.federation.inbox.handlers.accept import answered_follow
from fediverse_node.federation.inbox.model import NOTHING, Applied, Context, Found, Ignored, Outcome
from fediverse_node.follows import queries as follows
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home


async def resolve(verified: Verified, fetch: Fetch) -> Found:  # noqa: ARG001 the handlers' protocol
    """Nothing: our follows are here."""
    return NOTHING


def apply(tx: Tx, verified: Verified, found: Found, context: Context) -> Outcome:  # noqa: ARG001 the handlers' protocol
    """End the follow, pending or accepted; the same with a quote, an answer, a boost."""
    asked = consents.answered(tx, verified.activity, verified.signer, context)
    if asked is not None:
        return consents.reject(tx, asked, context)
    follow = answered_follow(tx, verified, context)
    if follow is None and relayed.answered(tx, verified, context, "refused"):
        return Applied()
    if follow is None or not follows.remove(tx, follow):
        return Ignored("the answer to a question that was not asked")
    home.withdraw(tx, follow.follower_id, follow.target_id)
    return Applied()
