"""Taking a delivery in. When this returns, what was delivered is done, or is a durable job."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable

from fediverse_node.actors import queries as actors
from fediverse_node.arrivals import queries as arrivals
from fediverse_node.federation.inbox import forwarding, synchronising
from fediverse_node.federation.inbox.authenticate import Verified, authenticate
from fediverse_node.federation.inbox.model import (
    NOTHING,
    Applied,
    Context,
    Found,
    Ignored,
    Inbox,
    Missing,
    Outcome,
    Queued,
    RawDelivery,
    Reception,
)
from fediverse_node.federation.inbox.passed_on import concerns_us
from fediverse_node.federation.inbox.turned_away import turn_away
from fediverse_node.federation.inbox.verbs import HANDLERS
from fediverse_node.kernel.errors import Gone, NotAllowed, NotFound
from fediverse_node.kernel.urls import authority_of
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

Admit = Callable[[str | None], None]


async def receive(inbox: Inbox, delivery: RawDelivery, *, admit: Admit | None = None) -> Reception:
    """Take *delivery* in: 202 for whatever this returns.

    An activity that can take effect with what is here does so in one transaction with its receipt.
    One that needs something fetched becomes a job in the same transaction. A copy has no effect.
    *admit* is called with the host that signed the request (None: nobody did, and a proof inside speaks for
    its actor) before anything is done, and may refuse.

    Raises:
        NotFound, Gone: there is no such inbox.
        NotValid, TooLarge, NotAuthenticated, NotAllowed, NotNow: see `authenticate`; nothing was kept.
    """
    if delivery.inbox_of is not None and inbox.doors.get(delivery.inbox_of) is None:
        await _require_inbox(inbox, delivery.inbox_of)
    verified = await authenticate(inbox, delivery)
    if isinstance(verified, Ignored):
        return verified
    if admit is not None:
        # By who brings it: else copies of what somebody once proved would use up what their server may send.
        admit(verified.carrier)
    if verified.activity.type not in HANDLERS:
        inbox.db.tallies.count("inbox_activities", "other", "ignored")
        return Ignored("a type without effect here")
    reception = await inbox.db.write(lambda tx: take_in(tx, inbox, verified))
    inbox.db.tallies.count("inbox_activities", verified.activity.type, _word(reception))
    if verified.proof == "http-signature" and delivery.message.header_values(synchronising.HEADER):
        # A proof covers no headers: what comes with somebody else's letter is not the actor's word.
        await synchronising.compare(inbox, verified.signer, delivery.message)
    if log.isEnabledFor(logging.DEBUG):
        log.debug(
            "inbox.received",
            extra={"type": verified.activity.type, "actor": verified.signer.uri, "result": str(reception)},
        )
    return reception


def take_in(tx: Tx, inbox: Inbox, verified: Verified) -> Reception:
    """Apply *verified* or make it a job, once."""
    _require_standing(tx, verified)
    receipt = receipt_of(verified)
    if not arrivals.note(tx, *receipt):
        return Ignored("a copy")
    outcome: Outcome = Missing()
    if verified.proof == "forwarded":
        wanted = concerns_us(tx, verified, Context(addresses=inbox.addresses))
        outcome = Missing() if wanted else Ignored("passed on, and of nobody we know")
    else:
        outcome = apply(tx, inbox, verified, NOTHING)
    if isinstance(outcome, Applied):
        return outcome
    if isinstance(outcome, Missing):
        host = authority_of(verified.signer.uri)
        arrivals.add(tx, host=host, signer_uri=verified.signer.uri, document=verified.document)
        return Queued()
    # What had no effect today may have one when it is sent again: a follow may come in between.
    arrivals.forget(tx, *receipt)
    return outcome


def apply(tx: Tx, inbox: Inbox, verified: Verified, found: Found) -> Outcome:
    """Let the verb's handler do its part."""
    context = Context(addresses=inbox.addresses)
    turned_away = turn_away(tx, verified, context)
    if turned_away is not None:
        return turned_away
    wish = forwarding.wish_of(tx, verified, own_origin=inbox.addresses.origin)
    outcome = HANDLERS[verified.activity.type].apply(tx, verified, found, context)
    if wish is not None and isinstance(outcome, Applied):
        forwarding.pass_on(tx, verified, wish)
    return outcome


def receipt_of(verified: Verified) -> tuple[str, str]:
    """By what a copy is known: its id, or its bytes where it has none (GoToSocial's Delete)."""
    uri = verified.activity.id or f"sha256:{hashlib.sha256(verified.document).hexdigest()}"
    return uri, verified.activity.actor if verified.proof != "forwarded" else verified.signer.uri


def _require_standing(tx: Tx, verified: Verified) -> None:
    """The sender as the rows know them now: what is in memory may be a minute old."""
    suspended, deleted = actors.standing(tx, verified.signer.id)
    if suspended:
        raise NotAllowed("This actor is suspended here.", detail=verified.signer.uri)
    if deleted and verified.proof != "fetched-from-origin":
        # Not a 410: that would say of our inbox that it is gone.
        raise NotAllowed("This actor was deleted by its own server.", detail=verified.signer.uri)


def _word(reception: Reception) -> str:
    if isinstance(reception, Applied):
        return "applied"
    return "queued" if isinstance(reception, Queued) else "ignored"


async def _require_inbox(inbox: Inbox, username: str) -> None:
    owner = await inbox.db.read(lambda tx: actors.local_by_name(tx, username))
    if owner is None:
        raise NotFound("There is no such inbox.")
    if owner.deleted_at is not None:
        raise Gone("This account was deleted.")
    inbox.doors.put(username, value=True)
