"""What an actor says wherever it is found: an activity with a proof by a key of its actor (FEP-8b32).

It is asked only where the sender is not the actor, or did not sign at all. Where the actor itself signed
the request, a proof adds nothing, and one that is broken takes nothing away, as in Mastodon.

A proof can be shown again by anybody, at any time. So it counts only for as long as the receipts of
activities are kept, by which a second copy is known; one that does not say when it was made never counts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fediverse_node.activitystreams.documents import Activity
from fediverse_node.federation.discovery import keys
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.keyring import KnownKey
from fediverse_node.federation.inbox.model import Inbox
from fediverse_node.kernel.errors import Gone, NotAuthenticated, NotFound
from fediverse_node.kernel.urls import same_origin
from fediverse_node.signatures import proofs
from fediverse_node.signatures.base import SignatureRefused, refuse
from fediverse_node.signatures.proofs import ClaimedProof

#: How old a proof may be that is to count: less than receipts are kept (`arrivals`).
MAX_AGE: Final = timedelta(days=30)
#: A key that was replaced shows itself in one of these ways.
_MAYBE_STALE: Final = frozenset({"bad-signature", "algorithm", "not-covered"})


def has_proof(activity: Activity) -> bool:
    """Whether there is anything to look at."""
    return isinstance(activity.raw.get("proof"), dict)


def claim(inbox: Inbox, activity: Activity) -> ClaimedProof:
    """What *activity* says about its proof, with everything checked that needs no key.

    What is proved is `activity.raw`, the very object that was read into *activity*.

    Only where `has_proof`.

    Raises:
        NotAuthenticated: no proof that can be read, too old a one, or by the key of another server.
    """
    now = inbox.clock()
    claimed = proofs.peek(activity.raw, now=now)
    assert claimed is not None, "has_proof was asked"
    if claimed.created is None or claimed.created < now - MAX_AGE:
        refuse("time", "The proof is too old to count by itself.")
    if not same_origin(claimed.key_id, activity.actor):
        refuse("other-key", "The proof was made with the key of another server.")
    return claimed


async def agreed(inbox: Inbox, activity: Activity, claimed: ClaimedProof, known: KnownKey | None) -> KnownKey:
    """The key of the activity's actor that agrees: *known*, or fetched, once more when it may be out of date.

    Raises:
        NotAuthenticated: the proof does not hold, or nothing shows that its key speaks for the actor.
        NotNow: the key's server cannot answer at the moment.
    """
    if known is not None:
        try:
            return _checked(claimed, known, activity)
        except SignatureRefused as error:
            if error.reason not in _MAYBE_STALE or not keys.may_refetch(inbox.discovery, claimed.key_id):
                raise
    try:
        fetched = await keys.fetch(inbox.discovery, claimed.key_id, Budget(), anew=known is not None)
    except (Gone, NotFound) as error:
        raise NotAuthenticated("The key of this proof is not to be found.") from error
    return _checked(claimed, fetched, activity)


def _checked(claimed: ClaimedProof, known: KnownKey, activity: Activity) -> KnownKey:
    if known.owner.uri != activity.actor:
        refuse("other-key", "The proof was made by somebody else than the actor.")
    if not known.asserts:
        refuse("not-covered", "The key of this proof is not in its owner's “assertionMethod”.")
    proofs.check(claimed, known.key)
    return known
