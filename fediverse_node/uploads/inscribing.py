"""Writes into films and sounds of ours what they say of themselves, as the last box of the file. Blocks.

They are not signed: what holds a film of an hour together is larger than any picture. Source: XMP part 3
(ISO 16684-3), ISO base media files.
"""

from __future__ import annotations

import hashlib
import os
import struct
from typing import BinaryIO, Final

from fediverse_node.credentials import packet
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.marking import Mark
from fediverse_node.uploads.model import Part, path_of

_XMP: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_PIECE: Final = 1 << 20
#: Boxes at the top of a file of ours; there are five.
_MOST_BOXES: Final = 100


def inscribed(folder: Folder, part: Part, mark: Mark) -> Part:
    """The film or sound *part* with *mark* in a new file. The old one stays.

    Raises:
        NotValid: it is none of ours.
    """
    name, target = folder.begin()
    try:
        digest = hashlib.sha256()
        with folder.path(part.name).open("rb") as source:
            left = _end(source)
            source.seek(0)
            while piece := source.read(min(_PIECE, left)):
                left -= len(piece)
                _write(target, piece, digest)
        said = packet.packet(
            address=mark.house.origin + path_of(name, part.media_type),
            terms=mark.house.terms,
            source=mark.making.source,
            tool=mark.making.tool,
        )
        _write(target, struct.pack(">I4s", len(said) + 24, b"uuid") + _XMP + said, digest)
        size = os.fstat(target.fileno()).st_size
        folder.keep(name, target)
    finally:
        folder.abandon(name, target)  # a no-op for what was kept
    return Part(name=name, media_type=part.media_type, size=size, sha256=digest.hexdigest())


def _end(source: BinaryIO) -> int:
    """Where the words begin that were written into it before; its end, where there are none."""
    size, place = os.fstat(source.fileno()).st_size, 0
    for _ in range(_MOST_BOXES):
        if place >= size:
            return size
        source.seek(place)
        head = source.read(24)
        length, kind = struct.unpack_from(">I4s", head.ljust(8, b"\0"))
        if kind == b"uuid" and head[8:24] == _XMP:
            return place
        if length == 1:
            (length,) = struct.unpack_from(">Q", head.ljust(16, b"\0"), 8)
        if length < 8:
            break
        place += length
    raise NotValid("This file is broken.", detail="boxes of a film")


def _write(file: BinaryIO, data: bytes, digest: hashlib._Hash) -> None:
    digest.update(data)
    while data:
        data = data[file.write(data) :]
