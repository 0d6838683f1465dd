"""Putting an activity in the post."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.write import dump
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.deliveries.model import StoredActivity
from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import authority_of
from fediverse_node.moderation.policy import policy
from fediverse_node.peers import queries as peers
from fediverse_node.peers.model import Peer
from fediverse_node.storage.tx import Tx

BELL = "deliveries"


def enqueue(
    tx: Tx,
    *,
    actor: Actor,
    document: JsonDict,
    inboxes: Iterable[str],
    post_id: int | None = None,
    public: bool = False,
) -> StoredActivity:
    """Store *document* as the bytes that will be sent, with one envelope per distinct inbox.

    Call it in the transaction that makes the activity true. Stored even with nobody to send it
    to: a public activity is served at its id.

    Args:
        tx: that transaction.
        actor: the local actor whose activity it is and whose key signs it.
        document: the whole activity with `@context`, `id` and `type`.
        inboxes: where to send it; `audience` decides. Addresses of ours must not be among them.
        post_id: the post it is about, for the trace.
        public: whether everybody may read it at its id.
    """
    assert "bto" not in document, "nobody may learn of hidden recipients"
    assert "bcc" not in document, "nobody may learn of hidden recipients"
    activity = StoredActivity(
        id=tx.new_id(),
        uri=document["id"],
        actor_id=actor.id,
        type=document["type"],
        post_id=post_id,
        public=public,
        document=dump(document),
        created_at=tx.now,
    )
    deliveries.store(tx, activity)
    _address(tx, activity, inboxes)
    return activity


def forward(tx: Tx, *, actor: Actor, uri: str, type_: str, document: bytes, inboxes: Iterable[str]) -> bool:
    """Send on somebody else's activity, byte for byte, signed by *actor* as the sender only. Once.

    Returns:
        False when an activity with this id was sent on before.
    """
    if deliveries.by_uri(tx, uri) is not None:
        return False
    activity = StoredActivity(
        id=tx.new_id(),
        uri=uri,
        actor_id=actor.id,
        type=type_,
        post_id=None,
        public=False,
        document=document,
        created_at=tx.now,
    )
    deliveries.store(tx, activity)
    _address(tx, activity, inboxes)
    return True


def _address(tx: Tx, activity: StoredActivity, inboxes: Iterable[str]) -> None:
    rules = policy(tx)
    hosts = {
        inbox: host
        for inbox in inboxes
        if (host := _host(inbox)) is not None and not rules.is_shut_out(inbox)
    }
    if not hosts:
        return
    known = peers.by_hosts(tx, hosts.values())
    letters = [(inbox, host, _due_at(known.get(host), tx.now)) for inbox, host in hosts.items()]
    deliveries.address(tx, activity, letters)
    tx.ring(BELL)


def _due_at(peer: Peer | None, now: datetime) -> datetime:
    """At once; for a host that is left alone, not before its next probe."""
    if peer is None or peer.breaker == "closed" or peer.probe_at is None:
        return now
    return max(peer.probe_at, now)


def _host(inbox: str) -> str | None:
    """Who is asked for *inbox*; None for an address that cannot be sent to."""
    try:
        return authority_of(inbox)
    except NotValid:
        return None
