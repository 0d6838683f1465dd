"""Where a packet stands in a JPEG, a PNG and a WebP. For files of ours alone: they are whole and plain.

Sources: XMP part 3 (ISO 16684-3), PNG (W3C), WebP container (RFC 9649), C2PA 2.x “Embedding manifests”.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.kinds import JPEG, PNG, WEBP

_XMP_JPEG: Final = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_PNG: Final = b"XML:com.adobe.xmp"
#: Bytes that one segment of a JPEG holds.
_SEGMENT: Final = 65_533
_PNG: Final = b"\x89PNG\r\n\x1a\n"
#: Of the extended header of a WebP: there is XMP; there is transparency.
_HAS_XMP: Final = 0x04
_HAS_ALPHA: Final = 0x10


def embedded(data: bytes, media_type: str, packet: bytes) -> bytes:
    """A picture of ours with *packet* in place of what it said of itself before, signed or not.

    Raises:
        NotValid: it is no picture of ours, or the packet is too long for it.
    """
    try:
        if media_type == JPEG.media_type:
            return _jpeg(data, packet)
        if media_type == PNG.media_type:
            return _png(data, packet)
        if media_type == WEBP.media_type:
            return _webp(data, packet)
    except (struct.error, IndexError) as error:
        raise NotValid("This picture is broken.", detail=f"{media_type} ends too early") from error
    raise NotValid("This picture can carry no words.", detail=media_type)


def _jpeg(data: bytes, packet: bytes) -> bytes:
    segment = _XMP_JPEG + packet
    if len(segment) > _SEGMENT:
        raise NotValid("What is said of this picture is too long for it.")
    head, kept, place = bytearray(), bytearray(), 2
    while data[place] == 0xFF and data[place + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, place + 2)
        piece = data[place : place + 2 + length]
        body = piece[4:]
        if piece[1] == 0xE0:
            head += piece  # JFIF comes first
        elif piece[1] != 0xEB and not (piece[1] == 0xE1 and body.startswith(_XMP_JPEG)):
            kept += piece
        place += 2 + length
    said = b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment
    return data[:2] + bytes(head) + said + bytes(kept) + data[place:]


def _png(data: bytes, packet: bytes) -> bytes:
    made, kind = bytearray(_PNG), b""
    for kind, body in _png_chunks(data):
        if kind == b"caBX" or (kind == b"iTXt" and body.startswith(_XMP_PNG + b"\0")):
            continue
        made += _png_chunk(kind, body)
        if kind == b"IHDR":
            made += _png_chunk(b"iTXt", _XMP_PNG + b"\0\0\0\0\0" + packet)
    if kind != b"IEND":
        raise IndexError(kind)
    return bytes(made)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_PNG)
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += length + 12


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _webp(data: bytes, packet: bytes) -> bytes:
    chunks = [(kind, body) for kind, body in _webp_chunks(data) if kind not in {b"XMP ", b"C2PA"}]
    if chunks[0][0] != b"VP8X":
        chunks.insert(0, (b"VP8X", _webp_header(*chunks[0])))
    head = chunks[0][1]
    chunks[0] = (b"VP8X", bytes([head[0] | _HAS_XMP]) + head[1:])
    body = b"".join(_webp_chunk(kind, each) for kind, each in [*chunks, (b"XMP ", packet)])
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12
    while place < len(data):
        (length,) = struct.unpack_from("<I", data, place + 4)
        yield data[place : place + 4], data[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


def _webp_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _webp_header(kind: bytes, body: bytes) -> bytes:
    """The extended header of a simple WebP, whose measures stand in its only chunk."""
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        width, height, flags = bits & 0x3FFF, bits >> 14 & 0x3FFF, _HAS_ALPHA if bits >> 28 & 1 else 0
    else:
        width, height = (side - 1 for side in struct.unpack_from("<HH", body, 6))
        width, height, flags = width & 0x3FFF, height & 0x3FFF, 0
    measures: tuple[int, int] = (width, height)
    return bytes([flags, 0, 0, 0]) + b"".join(side.to_bytes(3, "little") for side in measures)
