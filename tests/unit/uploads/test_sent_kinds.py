from __future__ import annotations

import pytest

from fediverse_node.kernel.kinds import AVIF, JPEG, MP4, WAV, Kind
from fediverse_node.uploads.sent_kinds import HEIF, MOV, is_recording, sent_kind_of


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\0\0\0\x14ftypqt  \0\0\0\0", MOV),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", HEIF),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", HEIF),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", AVIF),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp41", MP4),
        (b"\xff\xd8\xff\xe0", JPEG),
        (b"RIFF\0\0\0\0WAVE", WAV),
        (b"#EXTM3U", None),
        (b"ffconcat version 1.0", None),
        (b"<svg/>", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_first_bytes_say(start: bytes, kind: Kind | None) -> None:
    # WEB-12
    assert sent_kind_of(start) == kind


def test_films_and_sounds_are_told_from_pictures() -> None:
    assert [is_recording(kind) for kind in (MOV, MP4, WAV, JPEG, HEIF)] == [True, True, True, False, False]
