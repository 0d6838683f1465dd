"""What kind of file somebody sends: a few more than readers are shown, since something else is made of each.

Sources: ISO/IEC 14496-12 and 23008-12 (`ftyp`), Apple's QuickTime File Format.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import Final

from fediverse_node.kernel.kinds import (
    FLAC,
    LOOKS_AT,
    M4A,
    MP3,
    MP4,
    OGG,
    OGV,
    WAV,
    WEBM,
    Kind,
    kind_of,
)

MOV: Final = Kind("video/quicktime", "mov", inline=False)
#: What telephones take pictures as; read by the extra `heif`.
HEIF: Final = Kind("image/heif", "heic", inline=False)
#: How apps call it.
HEIF_TYPES: Final = ("image/heic", "image/heif")
_HEIF_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
#: Film and sound that can be uploaded where `ffmpeg` is, with the one reader that each is given to.
READERS: Final = {
    MP4.media_type: "mov",
    MOV.media_type: "mov",
    WEBM.media_type: "matroska",
    OGV.media_type: "ogg",
    MP3.media_type: "mp3",
    OGG.media_type: "ogg",
    FLAC.media_type: "flac",
    WAV.media_type: "wav",
    M4A.media_type: "mov",
}


def sent_kind_of(start: bytes) -> Kind | None:
    """The kind of the file that begins with *start*; None when it is none that can be taken."""
    if start[4:12] == b"ftypqt  ":
        return MOV
    found = kind_of(start[:LOOKS_AT])
    if found is None and start[4:8] == b"ftyp" and start[8:12] in _HEIF_BRANDS:
        return HEIF
    return found


@cache
def reads_heif() -> bool:
    """Whether the extra `heif` is there."""
    return importlib.util.find_spec("pillow_heif") is not None


def is_recording(kind: Kind) -> bool:
    """Whether it is film or sound."""
    return kind.media_type in READERS
