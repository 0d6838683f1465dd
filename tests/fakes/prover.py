"""Integrity proofs of other servers (FEP-8b32), made from the FEP's text and not by the code under test.

    key = Ed25519PrivateKey.generate()
    bob.extra["assertionMethod"] = [multikey(bob.uri, key)]
    document = proved(bob.follow(alice.uri), key, f"{bob.uri}#ed25519-key")

Only for documents of plain texts and small numbers: their canonical form is sorted JSON without blanks.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

JsonDict = dict[str, Any]
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(data: bytes) -> str:
    """Multibase base58btc."""
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _ALPHABET[digit] + digits
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


def multikey(owner: str, key: Ed25519PrivateKey, **changes: Any) -> JsonDict:
    """The key as an entry of `assertionMethod` (FEP-521a)."""
    raw = key.public_key().public_bytes_raw()
    return {
        "id": f"{owner}#ed25519-key",
        "type": "Multikey",
        "controller": owner,
        "publicKeyMultibase": base58(b"\xed\x01" + raw),
        **changes,
    }


def proved(document: JsonDict, key: Ed25519PrivateKey, key_id: str, **options: Any) -> JsonDict:
    """*document* with a proof; an option that is None is left out."""
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    proof = {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "proofPurpose": "assertionMethod",
        "verificationMethod": key_id,
        "created": created,
        **options,
    }
    proof = {name: value for name, value in proof.items() if value is not None}
    signed = b"".join(hashlib.sha256(canonical(part)).digest() for part in (proof, document))
    return {**document, "proof": {**proof, "proofValue": base58(key.sign(signed))}}


def canonical(document: JsonDict) -> bytes:
    """RFC 8785, for documents without fractions."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
