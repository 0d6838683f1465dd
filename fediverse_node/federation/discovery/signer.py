"""Who signed this request? The key is found, asked, and fetched once more when it may have been replaced.

One place for requests of every kind, so that a signed GET is believed on the same terms as a delivery.
"""

from __future__ import annotations

from typing import Final

from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery import keys
from fediverse_node.federation.discovery.actors import keep
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.keyring import KnownKey
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.kernel.errors import Gone, NotAllowed, NotAuthenticated, NotFound
from fediverse_node.kernel.urls import same_origin
from fediverse_node.signatures import verify
from fediverse_node.signatures.base import ClaimedSignature, HttpMessage, SignatureRefused

#: A key that was replaced shows itself in one of these ways.
MAYBE_STALE: Final = frozenset({"bad-signature", "algorithm"})


async def prove(
    discovery: Discovery, claimed: ClaimedSignature, message: HttpMessage, known: KnownKey | None
) -> KnownKey:
    """The key that agrees, fetched when *known* is None, and once more when it may be out of date.

    Raises:
        SignatureRefused: it does not agree.
        NotNow, Gone, NotFound, NotAuthenticated: as `keys.fetch`.
    """
    budget = Budget()
    if known is None:
        known = await keys.fetch(discovery, claimed.key_id, budget)
        verify.check(claimed, message, known.key)
        return known
    try:
        verify.check(claimed, message, known.key)
    except SignatureRefused as error:
        if error.reason not in MAYBE_STALE or not keys.may_refetch(discovery, claimed.key_id):
            raise
        known = await keys.fetch(discovery, claimed.key_id, budget, anew=True)
        verify.check(claimed, message, known.key)
    return known


async def signer_of(discovery: Discovery, message: HttpMessage) -> Actor:
    """Who signed *message*, stored when we had not met them.

    Raises:
        NotAuthenticated: no signature, or none that holds (`SignatureRefused` says why).
        NotAllowed: the signer is suspended or deleted here, or claims to be one of ours.
        NotNow: the key's server cannot answer at the moment.
    """
    claimed = verify.peek(message, expected_authority=discovery.addresses.domain, now=discovery.clock())
    if same_origin(claimed.key_id, discovery.addresses.origin):
        raise NotAllowed("Actors of this server do not sign what they read here.")
    known = await keys.at_hand(discovery, claimed.key_id)
    if known is not None:
        _require_active(known)
    try:
        known = await prove(discovery, claimed, message, known)
    except (Gone, NotFound) as error:
        raise NotAuthenticated("The key of this signature is not to be found.") from error
    signer = known.owner if isinstance(known.owner, Actor) else await keep(discovery, known.owner)
    _require_active(KnownKey(key=known.key, owner=signer))
    return signer


def _require_active(known: KnownKey) -> None:
    """Said before anything is fetched for them: whom we do not speak with causes no traffic."""
    if isinstance(known.owner, Actor) and not known.owner.active:
        raise NotAllowed("This actor is suspended here.", detail=known.owner.uri)
