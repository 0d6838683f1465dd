"""Reading the list of bits (W3C Bitstring Status List 1.0)."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Final

from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.kernel.errors import NotValid
from fediverse_node.verify.reading import MAX_BYTES, Reader

_PLACES: Final = 1 << 17
#: Unpacked, in bytes. What unpacks to more is no list of this size.
_MAX_BITS: Final = _PLACES // 8
_GZIP: Final = 16 + zlib.MAX_WBITS


async def bits_of(reader: Reader, size: int) -> set[int]:
    """The places below *size* whose bit is set."""
    found: set[int] = set()
    for number in range((size + _PLACES - 1) // _PLACES):
        document = load_json(await reader.file(f"status/{number}"), limit=MAX_BYTES)
        found |= {number * _PLACES + place for place in places_in(document)}
    return {place for place in found if place < size}


def places_in(document: JsonDict) -> set[int]:
    """The places that the list in *document* sets.

    Raises:
        NotValid: it holds none.
    """
    subject = document.get("credentialSubject")
    text = subject.get("encodedList") if isinstance(subject, dict) else None
    if not isinstance(text, str) or not text.startswith("u"):
        raise NotValid("This is not a list of bits.")
    try:
        packed = base64.b64decode(text[1:] + "=" * (-(len(text) - 1) % 4), altchars=b"-_", validate=True)
        bits = zlib.decompressobj(_GZIP).decompress(packed, _MAX_BITS)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise NotValid("This list of bits cannot be unpacked.") from error
    return {
        byte * 8 + place for byte, value in enumerate(bits) for place in range(8) if value & (0x80 >> place)
    }
