"""What relays say to us: their answer, that they follow back, and what they pass on."""

from __future__ import annotations

import logging

from fediverse_node.activitystreams.values import link
from fediverse_node.actors import local
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import accept
from fediverse_node.federation.delivery.queue import enqueue
from fediverse_node.federation.inbox.authenticate import Verified
from fediverse_node.federation.inbox.model import Applied, Context, Ignored, Outcome
from fediverse_node.relays import queries as relays
from fediverse_node.relays.model import State
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)


def answered(tx: Tx, verified: Verified, context: Context, state: State) -> bool:
    """Whether *verified* (an Accept or Reject) is a relay's answer to our Follow; it is noted then.

    By the id of the Follow, or by an embedded Follow of ours to the sender. Nobody answers for another: the
    relay is looked up by who signed.
    """
    relay = relays.by_actor(tx, verified.signer.id)
    if relay is None:
        return False
    activity = verified.activity
    if activity.object_id != relay.follow_uri:
        if (activity.object_id or "").startswith(f"{context.addresses.origin}/activities/"):
            return False  # the answer to a Follow that was taken back since
        asked = activity.object or {}
        ours = context.addresses.instance_actor
        if link(asked.get("actor")) != ours or link(asked.get("object")) != verified.signer.uri:
            return False
    relays.answer(tx, relay, state)
    log.info("relay.answered", extra={"relay": verified.signer.uri, "state": state})
    return True


def followed_back(tx: Tx, verified: Verified, context: Context) -> Outcome:
    """A Follow of the server's own actor: only a relay that we asked may, and it is told yes."""
    activity, relay = verified.activity, verified.signer
    ourselves = local.instance_actor(tx, context.addresses)
    known = relays.by_actor(tx, relay.id)
    if ourselves is None or known is None or known.state == "refused" or activity.id is None:
        return Ignored("a follow of nobody here")
    document = accept.document(
        id_=context.addresses.activity(tx.new_id()),
        follow_id=activity.id,
        follower=relay.uri,
        target=ourselves.uri,
    )
    enqueue(tx, actor=ourselves, document=document, inboxes=[relay.inbox])
    return Applied()


def may_bring(tx: Tx, signer: Actor) -> bool:
    """Whether *signer* is a relay that may bring one more post now; that is counted."""
    relay = relays.by_actor(tx, signer.id)
    return relay is not None and relay.state == "active" and relays.take(tx, relay)


def is_active(tx: Tx, signer: Actor) -> bool:
    """Whether *signer* is a relay that said yes."""
    relay = relays.by_actor(tx, signer.id)
    return relay is not None and relay.state == "active"
