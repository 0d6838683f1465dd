"""Object integrity proofs: FEP-8b32 with the cryptosuite eddsa-jcs-2022.

A proof travels inside the document, so the document can be believed whoever hands it on. It is
read like a request signature: `peek` names the key, `check` asks it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import rfc8785

from fediverse_node.kernel.clock import parse_rfc3339, to_rfc3339
from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import multibase
from fediverse_node.signatures.base import SigningKey, VerificationKey, refuse
from fediverse_node.signatures.times import EXPIRY_SKEW, WINDOW

JsonDict = dict[str, Any]

_FIXED = {"type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod"}
#: Properties that are not part of what is proved: the proof itself, and a Linked Data signature,
#: which is made after it.
_UNPROVED = frozenset({"proof", "signature"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedProof:
    """What a document says about its proof, with everything checked that needs no key.

    Attributes:
        key_id: the `verificationMethod`; its owner has to be who the document says it is by.
        created: when the proof was made, or None where it does not say.
        signature: 64 bytes.
        data: what was signed: the hash of the proof's options, then that of the document.
    """

    key_id: str
    created: datetime | None
    signature: bytes = field(repr=False)
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedProof:
    """The key *key_id* signed this document."""

    key_id: str
    created: datetime | None


def prove(document: JsonDict, key: SigningKey, *, now: datetime) -> JsonDict:
    """A copy of *document* with a proof as its last property.

    Raises:
        ValueError: the key is not Ed25519, or the document has a proof or is no I-JSON.
    """
    if key.kind != "ed25519" or not _UNPROVED.isdisjoint(document):
        raise ValueError("A proof needs an Ed25519 key and a document that has none yet.")
    options: JsonDict = {**_FIXED, "verificationMethod": key.key_id, "created": to_rfc3339(now)}
    if "@context" in document:
        options = {"@context": document["@context"], **options}
    value = multibase.encode(key.sign(_hash_data(options, document)))
    return {**document, "proof": {**options, "proofValue": value}}


def peek(document: JsonDict, *, now: datetime) -> ClaimedProof | None:
    """The proof of *document*, or None when it has none.

    A proof that names its own `@context` must name that of the document. The suite would allow a
    document to add further contexts; whoever hands it on could then give its words other meanings.

    Raises:
        SignatureRefused: several proofs, an unknown kind, out of time, not canonical.
    """
    proof = document.get("proof")
    if proof is None:
        return None
    if not isinstance(proof, dict) or any(proof.get(name) != value for name, value in _FIXED.items()):
        refuse("algorithm", "The proof is of a kind we do not know.")
    key_id, value = proof.get("verificationMethod"), proof.get("proofValue")
    if not isinstance(key_id, str) or not key_id or not isinstance(value, str):
        refuse("malformed", "The proof names no key or has no value.")
    if "@context" in proof and proof["@context"] != document.get("@context"):
        refuse("malformed", "The proof was made for another context.")
    created = _proof_times(proof, now)
    options = {name: option for name, option in proof.items() if name != "proofValue"}
    try:
        return ClaimedProof(
            key_id=key_id,
            created=created,
            signature=multibase.decode(value),
            data=_hash_data(options, document),
        )
    except (NotValid, ValueError, RecursionError):
        refuse("malformed", "The proof or its document cannot be brought into canonical form.")


def check(claimed: ClaimedProof, key: VerificationKey) -> VerifiedProof:
    """Believe *claimed*, if *key* is the one it names and agrees.

    Raises:
        SignatureRefused: another key, one that is not Ed25519, or one that does not agree.
    """
    if key.key_id != claimed.key_id:
        refuse("other-key", "The proof was made with another key.")
    if key.kind != "ed25519":
        refuse("algorithm", "The proof needs an Ed25519 key.")
    if key.agrees(claimed.signature, claimed.data) is not True:
        refuse("bad-signature", "The proof does not match the document.")
    return VerifiedProof(key_id=claimed.key_id, created=claimed.created)


def _proof_times(proof: JsonDict, now: datetime) -> datetime | None:
    """`created`, which may be old but not of the future; `expires` is honoured."""
    created, expires = (_moment(proof, name) for name in ("created", "expires"))
    if created is not None and created > now + timedelta(seconds=WINDOW):
        refuse("time", "The proof is from the future.")
    if expires is not None and expires + timedelta(seconds=EXPIRY_SKEW) < now:
        refuse("time", "The proof has expired.")
    return created


def _moment(proof: JsonDict, name: str) -> datetime | None:
    text = proof.get(name)
    if text is None:
        return None
    moment = parse_rfc3339(text) if isinstance(text, str) else None
    if moment is None:
        refuse("time", "A time of the proof cannot be read.")
    return moment


def _hash_data(options: JsonDict, document: JsonDict) -> bytes:
    proved = {name: value for name, value in document.items() if name not in _UNPROVED}
    return b"".join(hashlib.sha256(rfc8785.dumps(part)).digest() for part in (options, proved))
