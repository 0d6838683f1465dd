from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fediverse_node.kernel.kinds import KINDS, LOOKS_AT, kind_of

FTYP = b"\x00\x00\x00\x20ftyp"


@pytest.mark.parametrize(
    ("start", "media_type"),
    [
        (b"\xff\xd8\xff\xe1", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"GIF87a", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBP", "image/webp"),
        (b"RIFF\x10\x00\x00\x00WAVE", "audio/wav"),
        (FTYP + b"avif\x00\x00\x00\x00mif1miaf", "image/avif"),
        (FTYP + b"mif1\x00\x00\x00\x00avifmiaf", "image/avif"),
        (FTYP + b"isom\x00\x00\x02\x00iso2avc1mp41", "video/mp4"),
        (FTYP + b"M4A \x00\x00\x00\x00isommp42", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", "video/webm"),
        (b"OggS" + bytes(24) + b"\x01vorbis", "audio/ogg"),
        (b"OggS" + bytes(24) + b"\x80theora", "video/ogg"),
        (b"ID3\x03", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"fLaC", "audio/flac"),
    ],
)
def test_a_file_is_known_by_its_first_bytes(start: bytes, media_type: str) -> None:
    found = kind_of(start + bytes(64))
    assert found is not None
    assert found.media_type == media_type
    assert KINDS[media_type] is found


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"<svg xmlns=",
        b"<!doctype html>",
        b"  <?xml version='1.0'?>",
        b"%PDF-1.7",
        b"BM" + bytes(20),
        b"\x00\x00\x01\x00",
        b"PK\x03\x04",
        b"RIFF\x10\x00\x00\x00AVI ",
        FTYP + b"heic\x00\x00\x00\x00mif1heic",
        FTYP + b"qt  \x00\x00\x00\x00qt  ",
        b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska",
        b"\xff\xf1\x50\x80",
        b"\xff\xff\xff\xff",
        b"\xff\xfb\x00\x00",
        b"GIF90a",
        b'{"@context": 1}',
    ],
)
def test_what_is_not_shown_is_no_kind(start: bytes) -> None:
    assert kind_of(start) is None


@given(st.binary(max_size=LOOKS_AT))
def test_any_bytes_are_a_known_kind_or_none(start: bytes) -> None:
    found = kind_of(start)
    assert found is None or KINDS[found.media_type] is found


def test_no_kind_can_hold_a_script_or_be_taken_for_a_document() -> None:
    """WEB-14."""
    assert {kind.family for kind in KINDS.values()} == {"image", "video", "audio"}
    assert not [name for name in KINDS if "svg" in name or "xml" in name or "json" in name]
