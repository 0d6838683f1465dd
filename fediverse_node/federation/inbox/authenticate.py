"""Who says this? The only place that makes a `Verified`.

Order: the body is read once, the signature is checked, the key's owner is found, then whether we listen
to them at all, then whether they may say this. The `Activity` that was judged is the one the handler
gets. Integrity proofs inside a document (FEP-8b32) and Linked Data signatures give no authority: what
somebody else passes on is believed only after a look at its origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fediverse_node.activitystreams.documents import Activity
from fediverse_node.activitystreams.load import MAX_INBOX_BODY
from fediverse_node.activitystreams.read import read_activity
from fediverse_node.activitystreams.shape import load_document
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import keys
from fediverse_node.federation.discovery.actors import keep
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.keyring import KnownKey
from fediverse_node.federation.inbox.authority import check_claims, is_forwarded
from fediverse_node.federation.inbox.model import Ignored, Inbox, RawDelivery
from fediverse_node.kernel.errors import Gone, NotAllowed, NotAuthenticated, NotFound
from fediverse_node.kernel.urls import same_origin
from fediverse_node.signatures import verify
from fediverse_node.signatures.base import ClaimedSignature, HttpMessage, SignatureRefused

Proof = Literal["http-signature", "forwarded", "fetched-from-origin"]
#: A key that was replaced shows itself in one of these ways.
_MAYBE_STALE = frozenset({"bad-signature", "algorithm"})
_ABOUT_ACTOR = frozenset({"Delete", "Update"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """An activity whose sender has been proved. Only this module makes one.

    Attributes:
        signer: whose key it was. With the proof `forwarded` that is not the activity's actor, and
            nothing the activity says is known to be true; only its origin can say so.
        document: the bytes that were verified.
    """

    activity: Activity
    signer: Actor
    proof: Proof
    document: bytes


async def authenticate(inbox: Inbox, delivery: RawDelivery) -> Verified | Ignored:
    """Prove who sent *delivery* and that they may say what it says.

    The one thing that is stored here is a sender we had not met, once everything was found in order.

    Returns:
        `Ignored` for the farewell of somebody we never knew: their key cannot be had any more, and a
        refusal would be answered with days of retries.

    Raises:
        NotValid, TooLarge: no activity.
        NotAuthenticated: no signature, or not one that holds.
        NotAllowed: the sender is suspended here, or may not say this.
        NotNow: the key's server cannot answer at the moment.
    """
    message = delivery.message
    activity = read_activity(load_document(message.body, limit=MAX_INBOX_BODY))
    claimed = verify.peek(message, expected_authority=inbox.addresses.domain, now=inbox.clock())
    if same_origin(claimed.key_id, inbox.addresses.origin):
        raise NotAllowed("Actors of this server do not speak through an inbox.")
    known = await keys.at_hand(inbox.discovery, claimed.key_id)
    met = await _acquaintance(inbox, known, activity)
    if met is None and _is_about_its_actor(activity):
        return Ignored("the last word of somebody we never knew")
    try:
        known = await _proved(inbox, claimed, message, known)
    except Gone:
        return await _farewell(inbox, claimed, activity, message.body)
    except NotFound as error:
        if _is_about_its_actor(activity):
            return Ignored("its key is not there, and it was not said to be gone")
        raise NotAuthenticated("The key of this signature is not to be found.") from error
    proof = _judge(activity, known.owner.uri, own_origin=inbox.addresses.origin)
    signer = known.owner if isinstance(known.owner, Actor) else await keep(inbox.discovery, known.owner)
    return Verified(activity=activity, signer=signer, proof=proof, document=message.body)


def restore(document: bytes, signer: Actor, *, own_origin: str) -> Verified:
    """What `authenticate` gave for a delivery that was stored as a job, read and judged again.

    Raises:
        NotAllowed, NotValid: our rules have become stricter since.
    """
    activity = read_activity(load_document(document, limit=MAX_INBOX_BODY))
    proof = _judge(activity, signer.uri, own_origin=own_origin)
    return Verified(activity=activity, signer=signer, proof=proof, document=document)


def confirmed(forwarded: Verified, author: Actor) -> Verified:
    """*forwarded*, after its origin itself said the same: from now on its author speaks.

    Raises:
        NotAllowed: *author* is not its actor, or is suspended here.
    """
    if author.uri != forwarded.activity.actor:
        raise NotAllowed("The origin names another author.", detail=author.uri)
    if author.suspended_at is not None:
        raise NotAllowed("This actor is suspended here.", detail=author.uri)
    return Verified(
        activity=forwarded.activity,
        signer=author,
        proof="fetched-from-origin",
        document=forwarded.document,
    )


async def _proved(
    inbox: Inbox, claimed: ClaimedSignature, message: HttpMessage, known: KnownKey | None
) -> KnownKey:
    """The key that agrees, fetched when it is not at hand, and once more when it may be out of date."""
    budget = Budget()
    if known is None:
        known = await keys.fetch(inbox.discovery, claimed.key_id, budget)
        verify.check(claimed, message, known.key)
        return known
    try:
        verify.check(claimed, message, known.key)
    except SignatureRefused as error:
        if error.reason not in _MAYBE_STALE or not keys.may_refetch(inbox.discovery, claimed.key_id):
            raise
        known = await keys.fetch(inbox.discovery, claimed.key_id, budget, anew=True)
        verify.check(claimed, message, known.key)
    return known


async def _acquaintance(inbox: Inbox, known: KnownKey | None, activity: Activity) -> Actor | None:
    """The sender as far as we have met them.

    Raises:
        NotAllowed: they are suspended here. Said before anything is fetched: they cause no traffic.
    """
    if known is not None and isinstance(known.owner, Actor):
        met: Actor | None = known.owner
    else:
        met = await inbox.db.read(lambda tx: actors.by_uri(tx, activity.actor))
    if met is not None and met.suspended_at is not None:
        raise NotAllowed("This actor is suspended here.", detail=met.uri)
    return met


async def _farewell(
    inbox: Inbox, claimed: ClaimedSignature, activity: Activity, document: bytes
) -> Verified | Ignored:
    """A key of somebody we know is gone (410), and its signature no longer holds.

    The origin itself says that the actor is deleted, which is all that a Delete of it claims.
    """
    if activity.type != "Delete" or not _is_about_its_actor(activity):
        raise NotAuthenticated("The key of this signature is gone.")
    _judge(activity, activity.actor, own_origin=inbox.addresses.origin)
    actor = await inbox.db.read(lambda tx: actors.by_uri(tx, activity.actor))
    if actor is None or not same_origin(claimed.key_id, actor.uri):
        return Ignored("the last word of somebody we never knew")
    try:
        await inbox.discovery.fetcher.document(actor.uri, Budget())
    except Gone:
        return Verified(activity=activity, signer=actor, proof="fetched-from-origin", document=document)
    raise NotAuthenticated("The key of this signature is gone.")


def _is_about_its_actor(activity: Activity) -> bool:
    return activity.type in _ABOUT_ACTOR and activity.object_id == activity.actor


def _judge(activity: Activity, signer_uri: str, *, own_origin: str) -> Proof:
    check_claims(activity, own_origin=own_origin)
    if activity.actor == signer_uri:
        return "http-signature"
    if is_forwarded(activity, signer_uri):
        return "forwarded"
    raise NotAllowed(
        "This activity is signed by somebody else than its actor.",
        detail=f"actor={activity.actor[:200]} signer={signer_uri[:200]}",
    )
