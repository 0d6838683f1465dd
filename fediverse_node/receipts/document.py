"""What a receipt says: shaped after ISO/IEC TS 27560, in the words of the Data Privacy Vocabulary.

What is ours is defined inline, so that nobody has to fetch anything to read one. The author's key stands in
it, because a key may be replaced later and the log then still says which one it was.
"""

from __future__ import annotations

import hashlib
from typing import Final

import rfc8785

from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import ActorKey
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.receipts.model import Event, JsonDict
from fediverse_node.receipts.status import status_of
from fediverse_node.storage.tx import Tx

_CONTEXTS: Final = (
    "https://w3id.org/security/data-integrity/v2",
    "https://w3id.org/security/multikey/v1",
)
#: The version of the receipt's and of the line's form.
SCHEMA: Final = "1"


def receipt(tx: Tx, event: Event, key: ActorKey, *, log_index: int, addresses: Addresses) -> JsonDict:
    """The receipt of *event* without its proof; *key* is the author's Ed25519 key."""
    given = event.kind == "grant"
    return {
        "@context": [*_CONTEXTS, _terms(addresses)],
        "id": addresses.receipt(event.seq),
        "type": ["dpv:ConsentRecord", "aip:ConsentReceipt"],
        "schemaVersion": SCHEMA,
        "dataSubject": event.actor_uri,
        "dataController": addresses.instance_actor,
        "object": event.object_uri,
        "revisionSha256": event.revision,
        "purposes": list(event.purposes),
        "legalBasis": "dpv:Consent",
        "notice": {
            "id": addresses.terms,
            "type": "dpv:ConsentNotice",
            "noticeVersion": event.terms_id,
            "noticeSha256": event.terms_sha256,
        },
        "event": event.kind,
        "consentStatus": "dpv:ConsentGiven" if given else "dpv:ConsentWithdrawn",
        "decidedAt": to_rfc3339(event.at),
        "issuedAt": to_rfc3339(tx.now),
        "method": event.method,
        **_extent(event, addresses),
        "signer": {
            "id": key.key_id,
            "type": "Multikey",
            "controller": event.actor_uri,
            "publicKeyMultibase": key.public_key,
        },
        "log": addresses.consent_log,
        "logIndex": log_index,
        "credentialStatus": status_of(log_index, addresses),
    }


def _extent(event: Event, addresses: Addresses) -> JsonDict:
    """What only some decisions say."""
    said: JsonDict = {
        "revokes": addresses.receipt(event.revokes) if event.revokes is not None else None,
        "license": event.license_url,
        "mediaSha256": list(event.media_sha256),
        "sensitive": event.sensitive,
        "credit": event.credit,
    }
    return {name: value for name, value in said.items() if value}


def entry(kind: str, issued: str, commit: str) -> str:
    """A line of the log: canonical JSON, in which nothing is about anybody."""
    return rfc8785.dumps({"v": 1, "kind": kind, "ts": issued, "commit": commit}).decode()


def commitment(salt: bytes, document: str) -> str:
    """What ties a line to its receipt, in hex. Without the salt it says nothing about the receipt."""
    return hashlib.sha256(salt + document.encode()).hexdigest()


def _terms(addresses: Addresses) -> JsonDict:
    reference = {"@type": "@id"}
    moment = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime"}
    return {
        "as": "https://www.w3.org/ns/activitystreams#",
        "dpv": "https://w3id.org/dpv#",
        "aip": addresses.namespace,
        "vc": "https://www.w3.org/2018/credentials#",
        "status": "https://www.w3.org/ns/credentials/status#",
        "schemaVersion": "aip:schemaVersion",
        "dataSubject": {"@id": "dpv:hasDataSubject", **reference},
        "dataController": {"@id": "dpv:hasDataController", **reference},
        "object": {"@id": "aip:object", **reference},
        "revisionSha256": "aip:revisionSha256",
        "purposes": {"@id": "dpv:hasPurpose", "@type": "@vocab"},
        "train-ai": "aip:train-ai",
        "dataset": "aip:dataset",
        "ai-input": "aip:ai-input",
        "license": {"@id": "http://schema.org/license", **reference},
        "mediaSha256": "aip:mediaSha256",
        "sensitive": "as:sensitive",
        "credit": "aip:credit",
        "legalBasis": {"@id": "dpv:hasLegalBasis", **reference},
        "notice": {"@id": "dpv:hasNotice", **reference},
        "noticeVersion": "aip:noticeVersion",
        "noticeSha256": "aip:noticeSha256",
        "event": "aip:event",
        "consentStatus": {"@id": "dpv:hasConsentStatus", **reference},
        "decidedAt": {"@id": "dpv:isIndicatedAtTime", **moment},
        "issuedAt": {"@id": "aip:issuedAt", **moment},
        "method": "aip:method",
        "revokes": {"@id": "aip:revokes", **reference},
        "signer": {"@id": "aip:signer", **reference},
        "log": {"@id": "aip:log", **reference},
        "logIndex": "aip:logIndex",
        "credentialStatus": {"@id": "vc:credentialStatus", **reference},
        "BitstringStatusListEntry": "status:BitstringStatusListEntry",
        "statusPurpose": "status:statusPurpose",
        "statusListIndex": "status:statusListIndex",
        "statusListCredential": {"@id": "status:statusListCredential", **reference},
    }
