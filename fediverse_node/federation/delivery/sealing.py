"""Seals what everybody may read with a proof of its author (FEP-8b32).

With it a copy can be believed whoever hands it on. What is not public gets none: a proof would let
a receiver prove to strangers what was said in confidence.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fediverse_node.activitystreams.load import JsonDict
from fediverse_node.signatures import proofs
from fediverse_node.signatures.base import SigningKey

DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"


def seal(document: JsonDict, key: SigningKey, *, now: datetime) -> JsonDict:
    """*document* with a proof made with the author's Ed25519 *key*. Takes a fraction of a millisecond."""
    context = document["@context"]
    first, *rest = context if isinstance(context, list) else [context]
    return proofs.prove({**document, "@context": [first, DATA_INTEGRITY, *rest]}, key, now=now)
