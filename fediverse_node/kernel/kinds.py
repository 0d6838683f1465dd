"""What a file is, by its first bytes. What its server or its name says of it counts for nothing.

Only kinds that browsers show and that cannot hold a script are known; SVG, HTML, XML and PDF are none.
Sources: the WHATWG MIME Sniffing Standard, RFC 9559 (Matroska), ISO/IEC 14496-12 (`ftyp`).
"""

from __future__ import annotations

from dataclasses import dataclass

#: As many bytes as `kind_of` looks at.
LOOKS_AT = 128


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type, the ending that programs know, whether browsers may show it."""

    media_type: str
    ending: str
    inline: bool = True

    @property
    def family(self) -> str:
        """`image`, `video` or `audio`."""
        return self.media_type.partition("/")[0]


JPEG = Kind("image/jpeg", "jpg")
PNG = Kind("image/png", "png")
GIF = Kind("image/gif", "gif")
WEBP = Kind("image/webp", "webp")
AVIF = Kind("image/avif", "avif")
MP4 = Kind("video/mp4", "mp4")
WEBM = Kind("video/webm", "webm")
OGV = Kind("video/ogg", "ogv")
OGG = Kind("audio/ogg", "ogg")
MP3 = Kind("audio/mpeg", "mp3")
M4A = Kind("audio/mp4", "m4a")
FLAC = Kind("audio/flac", "flac", inline=False)
WAV = Kind("audio/wav", "wav", inline=False)
#: Every kind, by media type.
KINDS = {
    kind.media_type: kind
    for kind in (JPEG, PNG, GIF, WEBP, AVIF, MP4, WEBM, OGV, OGG, MP3, M4A, FLAC, WAV)
}  # fmt: skip

_STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"fLaC", FLAC),
    (b"ID3", MP3),
)
#: RIFF is a box for several kinds; what is inside stands behind its length.
_RIFF = {b"WEBP": WEBP, b"WAVE": WAV}
#: Brands of ISO files, in the order in which they decide.
_BRANDS = (
    ((b"avif", b"avis"), AVIF),
    ((b"M4A ", b"M4B "), M4A),
    ((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"), MP4),
)


def kind_of(start: bytes) -> Kind | None:
    """The kind of the file that begins with *start*; None when it is none that is shown."""
    for magic, kind in _STARTS:
        if start.startswith(magic):
            return kind
    if start.startswith(b"RIFF"):
        return _RIFF.get(start[8:12])
    if start[4:8] == b"ftyp":
        return _iso(start)
    if start.startswith(b"\x1a\x45\xdf\xa3"):
        # Matroska's header names its dialect; only WebM is played everywhere.
        return WEBM if b"\x42\x82\x84webm" in start[:64] else None
    if start.startswith(b"OggS"):
        return OGV if b"\x80theora" in start[:64] else OGG
    return MP3 if _is_mpeg_audio(start) else None


def _iso(start: bytes) -> Kind | None:
    length = min(int.from_bytes(start[:4]), LOOKS_AT)
    main, others = start[8:12], start[16:length]
    brands = {main, *(others[place : place + 4] for place in range(0, len(others), 4))}
    if main in {b"heic", b"heix", b"mif1"} and not brands & {b"avif", b"avis"}:
        return None
    return next((kind for known, kind in _BRANDS if brands.intersection(known)), None)


def _is_mpeg_audio(start: bytes) -> bool:
    """A frame header of layer III with a bit rate and a sampling rate that exist."""
    if len(start) < 4 or start[0] != 0xFF or start[1] & 0xE6 != 0xE2:
        return False
    return start[2] >> 4 not in {0, 15} and start[2] & 0x0C != 0x0C
