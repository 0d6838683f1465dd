"""Who says this? The only place that makes a `Verified`.

Order: the body is read once, the signature is checked, the key's owner is found, then whether we listen
to them at all, then whether they may say this. The `Activity` that was judged is the one the handler
gets. What somebody else passes on is believed by a proof of its actor inside it (FEP-8b32), else only after
a look at its origin. Linked Data signatures give no authority.
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
from fediverse_node.federation.discovery.signer import prove
from fediverse_node.federation.inbox import asserted
from fediverse_node.federation.inbox.authority import check_claims, is_forwarded
from fediverse_node.federation.inbox.model import Ignored, Inbox, RawDelivery
from fediverse_node.federation.inbox.self_check import own_knock
from fediverse_node.kernel.errors import Gone, NotAllowed, NotAuthenticated, NotFound, NotNow
from fediverse_node.kernel.urls import authority_of, same_origin
from fediverse_node.moderation.policy import policy
from fediverse_node.signatures import verify
from fediverse_node.signatures.base import ClaimedSignature, HttpMessage, SignatureRefused
from fediverse_node.storage.tx import Tx

Proof = Literal["http-signature", "object-proof", "forwarded", "fetched-from-origin"]
_ABOUT_ACTOR = frozenset({"Delete", "Update"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """An activity whose sender has been proved. Only this module makes one.

    Attributes:
        signer: whose key it was, of the request or of the proof inside. With the proof `forwarded` that
            is not the activity's actor, and nothing the activity says is known to be true; only its
            origin can say so.
        document: the bytes that were verified.
        carrier: the host that signed the request; None where it was not signed, or is long over.
    """

    activity: Activity
    signer: Actor
    proof: Proof
    document: bytes
    carrier: str | None = None


async def authenticate(inbox: Inbox, delivery: RawDelivery) -> Verified | Ignored:
    """Prove who sent *delivery* and that they may say what it says.

    The one thing that is stored here is a sender we had not met, once everything was found in order.

    Returns:
        `Ignored` for the farewell of somebody we never knew: their key cannot be had any more, and a
        refusal would be answered with days of retries.

    Raises:
        NotValid, TooLarge: no activity.
        NotAuthenticated: neither a signature nor a proof, or none that holds.
        NotAllowed: the sender is suspended here, or may not say this.
        NotNow: the key's server cannot answer at the moment.
    """
    message = delivery.message
    activity = read_activity(load_document(message.body, limit=MAX_INBOX_BODY))
    try:
        claimed = verify.peek(message, expected_authority=inbox.addresses.domain, now=inbox.clock())
    except SignatureRefused as error:
        if error.reason != "missing" or not asserted.has_proof(activity):
            raise
        return await _by_proof(inbox, activity, message.body, carrier=None)
    return await _by_signature(inbox, claimed, activity, message)


async def _by_signature(
    inbox: Inbox, claimed: ClaimedSignature, activity: Activity, message: HttpMessage
) -> Verified | Ignored:
    if same_origin(claimed.key_id, inbox.addresses.origin):
        return await own_knock(inbox, claimed, activity, message)
    known = await keys.at_hand(inbox.discovery, claimed.key_id)
    met = await _acquaintance(inbox, known, activity, claimed.key_id)
    if met is None and _is_about_its_actor(activity):
        return Ignored("the last word of somebody we never knew")
    try:
        known = await prove(inbox.discovery, claimed, message, known)
    except Gone:
        return await _farewell(inbox, claimed, activity, message.body)
    except NotFound as error:
        if _is_about_its_actor(activity):
            return Ignored("its key is not there, and it was not said to be gone")
        raise NotAuthenticated("The key of this signature is not to be found.") from error
    passed_on = await _passed_on(inbox, activity, known, message.body)
    if passed_on is not None:
        return passed_on
    proof = _judge(activity, known.owner.uri, own_origin=inbox.addresses.origin)
    signer = await _kept(inbox, known)
    carrier = authority_of(signer.uri)
    return Verified(activity=activity, signer=signer, proof=proof, document=message.body, carrier=carrier)


async def _by_proof(
    inbox: Inbox, activity: Activity, document: bytes, *, carrier: str | None
) -> Verified | Ignored:
    """The activity speaks for itself, whoever brought it."""
    check_claims(activity, own_origin=inbox.addresses.origin)
    claimed = asserted.claim(inbox, activity)
    known = await keys.at_hand(inbox.discovery, claimed.key_id)
    met = await _acquaintance(inbox, known, activity, claimed.key_id)
    if met is None and _is_about_its_actor(activity):
        return Ignored("the last word of somebody we never knew")
    known = await asserted.agreed(inbox, activity, claimed, known)
    signer = await _kept(inbox, known)
    return Verified(
        activity=activity, signer=signer, proof="object-proof", document=document, carrier=carrier
    )


async def _passed_on(
    inbox: Inbox, activity: Activity, sender: KnownKey, document: bytes
) -> Verified | Ignored | None:
    """What *sender* hands on with a proof of its actor; None where there is none that holds.

    Without one it may still be worth a look at its origin.
    """
    if activity.actor == sender.owner.uri or not asserted.has_proof(activity):
        return None
    try:
        found = await _by_proof(inbox, activity, document, carrier=authority_of(sender.owner.uri))
    except NotAuthenticated:
        return None
    except NotNow:
        if is_forwarded(activity, sender.owner.uri):
            return None
        raise
    await _kept(inbox, sender)  # else its key would be fetched for each thing it hands on
    return found


async def _kept(inbox: Inbox, known: KnownKey) -> Actor:
    return known.owner if isinstance(known.owner, Actor) else await keep(inbox.discovery, known.owner)


def restore(document: bytes, signer: Actor, *, own_origin: str) -> Verified:
    """What `authenticate` gave for a delivery that was stored as a job, read and judged again.

    That *signer* signed it, in whichever way, was proved before it was stored.

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


async def _acquaintance(
    inbox: Inbox, known: KnownKey | None, activity: Activity, key_id: str
) -> Actor | None:
    """The sender as far as we have met them.

    Raises:
        NotAllowed: they, or their server, are suspended here (SIG-21). Said before anything is fetched:
            they cause no traffic.
    """
    if known is not None and isinstance(known.owner, Actor):
        met: Actor | None = known.owner
    else:
        met, shut_out = await inbox.db.read(lambda tx: _met(tx, activity, key_id))
        if shut_out:
            raise NotAllowed("This server is blocked here.", detail=activity.actor[:200])
    if met is not None and met.suspended_at is not None:
        raise NotAllowed("This actor is suspended here.", detail=met.uri)
    return met


def _met(tx: Tx, activity: Activity, key_id: str) -> tuple[Actor | None, bool]:
    """The sender, and whether nothing of their server is let in."""
    rules = policy(tx)
    return actors.by_uri(tx, activity.actor), rules.is_shut_out(key_id) or rules.is_shut_out(activity.actor)


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
        return Verified(
            activity=activity,
            signer=actor,
            proof="fetched-from-origin",
            document=document,
            carrier=authority_of(actor.uri),
        )
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
