from __future__ import annotations

import struct
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from fediverse_node.kernel.errors import NotValid, TooLarge
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads import recording
from fediverse_node.uploads.decoding import Bounds
from fediverse_node.uploads.model import Decoded
from fediverse_node.uploads.sent_kinds import sent_kind_of
from tests.fixtures.films import SECRET, film, needs_ffmpeg

BOUNDS = Bounds(pixels=1_000_000, size=1 << 20, play_size=1 << 20, play_seconds=20)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files", free_at_least=0)


@pytest.fixture
def file() -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as made:
        yield made


def recorded(folder: Folder, file: BinaryIO, data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    file.write(data)
    file.flush()
    kind = sent_kind_of(data[:128])
    assert kind is not None
    return recording.recorded(file, kind, folder, bounds)


def files(folder: Folder) -> list[Path]:
    return [path for path in folder.root.rglob("*") if path.is_file()]


def boxes(data: bytes) -> list[bytes]:
    found, place = [], 0
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        found.append(kind)
        place += length
    return found


@needs_ffmpeg
@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_a_film_is_made_anew_without_what_was_said_in_it(folder: Folder, file: BinaryIO, ending: str) -> None:
    # WEB-17
    made = recorded(folder, file, film(ending))
    data = folder.path(made.whole.name).read_bytes()
    assert made.whole.media_type == "video/mp4"
    assert SECRET not in data
    assert b"+52" not in data
    # What says how to play it comes first: browsers begin before the rest is there.
    assert boxes(data).index(b"moov") < boxes(data).index(b"mdat")
    assert made.play is not None
    assert 0.9 < made.play.seconds < 1.3
    assert (made.width, made.height, len(made.blurhash)) == (64, 48, 28)
    assert len(files(folder)) == 2


@needs_ffmpeg
@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x00\x00\x18ftypmp42" + b"#EXTM3U\n#EXT-X-VERSION:3\nhttp://127.0.0.1/secret\n",
        b"ID3ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"OggS<?xml version='1.0'?><MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>",
    ],
)
def test_lists_of_other_files_are_not_read_whatever_they_begin_with(
    folder: Folder, file: BinaryIO, data: bytes
) -> None:
    # WEB-12, WEB-16, DOS-15
    with pytest.raises(NotValid, match=r"broken|neither film nor sound"):
        recorded(folder, file, data + bytes(200))
    assert files(folder) == []


@needs_ffmpeg
def test_what_is_too_long_too_large_too_fast_or_too_many_is_refused(
    folder: Folder, file: BinaryIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    # DOS-15 (its twins stand above)
    long = replace(BOUNDS, play_seconds=0)
    with pytest.raises(NotValid, match="at most 0 seconds"):
        recorded(folder, file, film("wav"), long)
    file.seek(0)
    file.truncate()
    with pytest.raises(TooLarge):
        recorded(folder, file, film("wav"), replace(BOUNDS, play_size=1000))
    file.seek(0)
    file.truncate()
    probe = recording._Probe(
        streams=[recording._Stream(codec_type="video", width=16000, height=16000, avg_frame_rate="25/1")]
    )
    job = recording._Recording(
        tools=recording.Tools(ffmpeg="", ffprobe=""), folder=folder, bounds=BOUNDS, reader="mov"
    )
    monkeypatch.setattr(recording._Recording, "_looked_at", lambda *_: probe)
    with pytest.raises(NotValid, match="pixels in a picture"):
        job.make(file, loop=False)
    probe.streams[0] = recording._Stream(codec_type="video", width=60, height=60, avg_frame_rate="10000/1")
    with pytest.raises(NotValid, match="120 pictures in a second"):
        job.make(file, loop=False)
    probe.streams *= 1000
    with pytest.raises(NotValid, match="more than 16 tracks"):
        job.make(file, loop=False)
    assert files(folder) == []


@needs_ffmpeg
def test_it_ends_when_it_takes_too_much_or_nobody_waits_for_it(folder: Folder, file: BinaryIO) -> None:
    # WEB-16
    given_up = replace(BOUNDS, given_up=threading.Event())
    given_up.given_up.set()
    for bounds in (replace(BOUNDS, play_memory=8 << 20), given_up):
        file.seek(0)
        with pytest.raises(NotValid, match="broken"):
            recorded(folder, file, film("wav"), bounds)
    assert files(folder) == []


def test_where_it_is_missing_or_not_wanted_it_is_said(
    folder: Folder, file: BinaryIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    wave = b"RIFF\0\0\0\0WAVEfmt "
    with pytest.raises(NotValid, match=r"cannot be uploaded to this server\.$"):
        recorded(folder, file, wave, replace(BOUNDS, play_size=0))
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert not recording.is_offered(BOUNDS)
    with pytest.raises(NotValid, match="ffmpeg"):
        recorded(folder, file, wave)


def test_what_a_file_names_for_how_it_was_made_is_found_where_two_pieces_meet(file: BinaryIO) -> None:
    term = b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    file.write(bytes((1 << 20) - 30) + term + bytes(10))
    assert recording._sources(file) == ("trainedAlgorithmicMedia",)
