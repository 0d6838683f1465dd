"""The list of ended receipts as one bit for each: W3C Bitstring Status List 1.0.

A place in the list is a place in the log. Bits are counted from the left of each byte.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from typing import Final

from fediverse_node.actors.addresses import Addresses
from fediverse_node.receipts.model import JsonDict

#: Places in one list: the fewest that the specification allows, so that a reader hides in a crowd.
LIST_SIZE: Final = 1 << 17
_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"


def status_of(log_index: int, addresses: Addresses) -> JsonDict:
    """Where a receipt's bit is."""
    number, place = divmod(log_index, LIST_SIZE)
    return {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(place),
        "statusListCredential": addresses.consent_status(number),
    }


def encoded(places: Iterable[int]) -> str:
    """A list in which the bits at *places* are set: multibase base64url of the gzipped bits."""
    bits = bytearray(LIST_SIZE // 8)
    for place in places:
        bits[place >> 3] |= 0x80 >> (place & 7)
    packed = gzip.compress(bytes(bits), compresslevel=9, mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def credential(number: int, places: Iterable[int], *, valid_from: str, addresses: Addresses) -> JsonDict:
    """List *number* as a credential of this server, without its proof."""
    url = addresses.consent_status(number)
    return {
        "@context": [_CONTEXT],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": addresses.instance_actor,
        "validFrom": valid_from,
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded(places),
        },
    }
