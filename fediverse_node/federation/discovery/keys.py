"""Finding the key that a signature names, and whose it is.

A key speaks for an actor when both say so: the key names its owner, and the owner's document, fetched
from the owner's own id, shows that key under that id (FEP-fe34; Misskey 2018, Fedify CVE-2025-54888).
Key documents by themselves are only a way to the owner.
"""

from __future__ import annotations

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.activitystreams.read import read_key_document
from fediverse_node.activitystreams.values import is_web_address
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.discovery.candidate import Candidate, candidate_from
from fediverse_node.federation.discovery.fetch import Budget
from fediverse_node.federation.discovery.keyring import KnownKey
from fediverse_node.federation.discovery.model import Discovery
from fediverse_node.kernel.errors import NodeError, NotAllowed, NotAuthenticated, NotNow, NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.signatures import keys
from fediverse_node.signatures.base import VerificationKey
from fediverse_node.storage.tx import Tx


class KeyNotHad(NotNow):
    """The server that a key is said to be on cannot answer; whoever named it may be asked to name fewer."""


async def at_hand(discovery: Discovery, key_id: str) -> KnownKey | None:
    """The key from memory or from the rows; nothing is fetched."""
    known = discovery.keyring.loaded.get(key_id)
    if known is None:
        known = await discovery.db.read(lambda tx: _stored(tx, key_id))
        # A suspension is looked up each time, so that lifting it works at once.
        if known is not None and isinstance(known.owner, Actor) and known.owner.active:
            discovery.keyring.loaded.put(key_id, known)
    return known


def may_refetch(discovery: Discovery, key_id: str) -> bool:
    """Whether a key that did not fit may be fetched anew now. Saying yes uses the permission up."""
    if discovery.keyring.refetched.get(key_id):
        return False
    discovery.keyring.refetched.put(key_id, value=True)
    return True


async def fetch(discovery: Discovery, key_id: str, budget: Budget, *, anew: bool = False) -> KnownKey:
    """The key from its owner's origin. Nothing is stored.

    Those who ask at the same time share one fetch, and so do those who ask a moment later, while
    whoever fetched it has not stored the owner yet; *anew* insists on a fetch begun now or later.

    Raises:
        NotAllowed: its server is shut out here.
        NotNow: its server cannot answer; the sender should try again (never a 401: peers drop on it).
        Gone: its server says that it was deleted.
        NotFound: its server does not know it.
        NotAuthenticated: what was found does not prove whose key it is.
    """
    ring = discovery.keyring
    if not is_web_address(key_id):
        raise _unproved(key_id)
    await discovery.fetcher.refuse_shut_out(key_id)
    failure = ring.failures.get(key_id)
    if failure is not None:
        raise failure.with_traceback(None)
    fresh = None if anew else ring.fresh.get(key_id)
    if fresh is not None:
        return fresh
    return await ring.flights.run(key_id, lambda: _fetch(discovery, key_id, budget))


async def _fetch(discovery: Discovery, key_id: str, budget: Budget) -> KnownKey:
    ring = discovery.keyring
    if not ring.allowance.take():
        raise NotNow("Too many unknown keys at once. Try again in a minute.", retry_after=60)
    try:
        owner = await _owner(discovery, key_id, budget)
        key = owner.key(key_id)
        if key is None:
            raise _unproved(key_id)
    except NotNow as error:
        not_had = KeyNotHad(str(error), detail=error.detail, retry_after=error.retry_after)
        ring.failures.put(key_id, not_had)
        raise not_had from error
    except NodeError as error:
        ring.failures.put(key_id, error)
        raise
    known = KnownKey(key=key, owner=owner, asserts=key_id in owner.asserting)
    ring.fresh.put(key_id, known)
    return known


async def _owner(discovery: Discovery, key_id: str, budget: Budget) -> Candidate:
    document = await _document(discovery, key_id, key_id, budget)
    try:
        shown = read_key_document(document)
        if shown.actor is not None:
            return candidate_from(document)
    except NotValid as error:
        raise _unproved(key_id) from error
    # A key by itself: only its own address may speak for it, and its owner has the last word.
    if shown.id != key_id or shown.owner is None or not same_origin(shown.owner, key_id):
        raise _unproved(key_id)
    document = await _document(discovery, shown.owner, key_id, budget)
    if document["id"] != shown.owner:
        raise _unproved(key_id)
    try:
        return candidate_from(document)
    except NotValid as error:
        raise _unproved(key_id) from error


async def _document(discovery: Discovery, url: str, key_id: str, budget: Budget) -> JsonDict:
    """The document at *url*; whatever cannot be believed proves nothing, which is a 401."""
    try:
        return await discovery.fetcher.document(url, budget)
    except (NotValid, NotAllowed) as error:
        raise _unproved(key_id) from error


def _unproved(key_id: str) -> NotAuthenticated:
    return NotAuthenticated("It could not be proved whose key this is.", detail=f"key {key_id[:200]}")


def _stored(tx: Tx, key_id: str) -> KnownKey | None:
    found = actors.key_by_id(tx, key_id)
    if found is None:
        return None
    row, actor = found
    return KnownKey(key=loaded(row.public_key, row.kind, key_id), owner=actor, asserts=row.asserts)


def loaded(public: str, kind: str, key_id: str) -> VerificationKey:
    """A stored public key, ready to verify."""
    return keys.load_public(public, key_id) if kind == "rsa" else keys.from_multikey(public, key_id)
