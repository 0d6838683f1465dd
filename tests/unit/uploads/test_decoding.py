from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from PIL import Image

from fediverse_node.kernel.errors import NotNow, NotValid
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads import decoding
from fediverse_node.uploads.decoding import Bounds, decode
from fediverse_node.uploads.model import SHAPES, Decoded
from tests.fixtures.films import animation
from tests.fixtures.pictures import COMMENT, opened, sent, telling, transparent

BOUNDS = Bounds(pixels=1_000_000, size=1 << 20)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files", free_at_least=0)


@pytest.fixture
def file() -> Iterator[BinaryIO]:
    with tempfile.TemporaryFile() as made:
        yield made


def decoded(folder: Folder, file: BinaryIO, data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    file.write(data)
    file.flush()
    return decode(file, folder, bounds)


def files(folder: Folder) -> list[Path]:
    return [path for path in folder.root.rglob("*") if path.is_file()]


def stored(folder: Folder, made: Decoded) -> bytes:
    return folder.path(made.whole.name).read_bytes()


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/png"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/jpeg"),
    ],
)
def test_a_picture_is_made_anew(folder: Folder, file: BinaryIO, kind: str, media_type: str) -> None:
    made = decoded(folder, file, sent(kind))
    assert (made.width, made.height, made.whole.media_type) == (60, 30, media_type)
    data = stored(folder, made)
    assert len(data) == made.whole.size
    red, green, blue = opened(data).convert("RGB").getpixel((10, 15))  # type: ignore[misc] # three numbers
    assert red > 200
    assert max(green, blue) < 60
    assert made.small is None
    assert len(files(folder)) == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_is_left_of_place_and_comment_and_the_picture_stands_upright(
    folder: Folder, file: BinaryIO, kind: str
) -> None:
    """WEB-17, twin: the same picture without anything in it, above."""
    data = telling(kind)
    assert COMMENT in data
    made = decoded(folder, file, data)
    assert (made.width, made.height) == (30, 60)
    kept = stored(folder, made)
    assert COMMENT not in kept
    image = opened(kept)
    assert not image.getexif()
    assert not {"exif", "comment", "Comment", "icc_profile", "xmp"} & image.info.keys()
    top = image.convert("RGB").getpixel((15, 10))
    assert isinstance(top, tuple)
    assert top[0] > 200  # what was on the left is above


def test_a_large_picture_is_made_smaller_and_has_a_small_one_beside_it(
    folder: Folder, file: BinaryIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "EDGE", 400)
    monkeypatch.setattr(decoding, "SMALL_EDGE", 100)
    made = decoded(folder, file, sent("JPEG", size=(800, 200)))
    assert (made.width, made.height) == (400, 100)
    assert made.small is not None
    assert opened(folder.path(made.small.name).read_bytes()).size == (100, 25)
    assert len(files(folder)) == 2


def test_what_telephones_take_pictures_as_is_read_where_the_extra_is(folder: Folder, file: BinaryIO) -> None:
    heif = pytest.importorskip("pillow_heif")
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = COMMENT.decode()
    heif.from_pillow(opened(sent(size=(64, 32)))).save(made, exif=exif.tobytes())
    assert COMMENT in made.getvalue()
    found = decoded(folder, file, made.getvalue())
    assert (found.whole.media_type, found.width, found.height) == ("image/jpeg", 64, 32)
    assert COMMENT not in stored(folder, found)


def test_without_the_extra_it_is_refused_with_words(
    folder: Folder, file: BinaryIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "reads_heif", lambda: False)
    with pytest.raises(NotValid, match="HEIC"):
        decoded(folder, file, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")


def test_what_is_transparent_stays_so(folder: Folder, file: BinaryIO) -> None:
    made = decoded(folder, file, transparent())
    assert opened(stored(folder, made)).mode == "RGBA"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7 ...",
        b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41",
        b"ID3\x04\x00\x00\x00\x00\x00\x00",
    ],
)
def test_what_is_no_picture_is_not_even_decoded(folder: Folder, file: BinaryIO, data: bytes) -> None:
    # WEB-12
    with pytest.raises(NotValid, match="no picture"):
        decoded(folder, file, data)
    assert files(folder) == []


def test_a_broken_picture_is_refused(folder: Folder, file: BinaryIO) -> None:
    whole = sent("PNG", size=(200, 200))
    with pytest.raises(NotValid, match="broken"):
        decoded(folder, file, whole[: len(whole) // 2])
    assert files(folder) == []


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(
    folder: Folder, file: BinaryIO
) -> None:
    # DOS-15: a bomb, millions of pixels in a few kilobytes
    bomb = sent("PNG", size=(1001, 1000))
    assert len(bomb) < 10_000
    with pytest.raises(NotValid, match="more than 1 million pixels"):
        decoded(folder, file, bomb)


@pytest.mark.parametrize(("frames", "kept"), [(3, 3), (201, 1)])
def test_of_an_animation_with_too_many_frames_only_the_first_is_kept(
    folder: Folder, file: BinaryIO, frames: int, kept: int
) -> None:
    # DOS-15
    file.write(animation(frames=frames, size=(8, 8)))
    file.flush()
    made = decode(file, folder, BOUNDS, SHAPES["avatar"])
    assert getattr(opened(stored(folder, made)), "n_frames", 1) == kept
    assert (made.small is not None) == (kept > 1)


def test_of_a_picture_that_is_a_page_too_only_the_picture_is_kept(folder: Folder, file: BinaryIO) -> None:
    # WEB-12: a polyglot
    page = b"<html><script>alert(1)</script>"
    made = decoded(folder, file, sent("JPEG") + page)
    assert page not in stored(folder, made)


def test_the_decoder_dies_when_it_takes_too_much_memory(folder: Folder, file: BinaryIO) -> None:
    # WEB-16
    with pytest.raises(NotValid, match="broken"):
        decoded(folder, file, sent(), Bounds(pixels=1_000_000, size=1 << 20, memory=1 << 20))
    assert files(folder) == []


def test_the_decoder_is_ended_when_it_takes_too_long(folder: Folder, file: BinaryIO) -> None:
    # WEB-16
    with pytest.raises(NotValid, match="broken"):
        decoded(folder, file, sent(), Bounds(pixels=1_000_000, size=1 << 20, seconds=0))
    assert files(folder) == []


def test_once_it_decodes_the_decoder_opens_no_file_and_no_socket() -> None:
    # WEB-16
    program = (
        "import runpy, socket, sys\n"
        f"part = runpy.run_path({str(decoding._PROGRAM)!r})\n"
        "part['_lock_up'](1 << 30, 10, 1 << 20)\n"
        "for deed in (lambda: open('/etc/hostname'), socket.socket):\n"
        "    try:\n"
        "        deed()\n"
        "    except OSError as error:\n"
        "        print(error.errno)\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"24", b"24"]  # EMFILE


@pytest.mark.parametrize(
    "said",
    [
        '{"width": 60, "height": 30, "edge": 1, "tiny": "000000"}',
        '{"width": 600000, "height": 30, "edge": 1, "tiny": "000000"}',
        '{"width": 60, "height": 30, "edge": 2, "tiny": "000000"}',
        "[",
        "",
    ],
)
def test_what_a_decoder_says_that_was_taken_over_is_not_believed(
    folder: Folder, file: BinaryIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    program = tmp_path / "taken_over.py"
    program.write_text(
        "import json, os, sys\n"
        "os.write(json.loads(sys.argv[1])['whole'], b'<html>')\n"
        f"os.write(1, {said.encode()!r})\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(decoding, "_PROGRAM", program)
    with pytest.raises(NotValid, match="broken"):
        decoded(folder, file, sent())
    assert files(folder) == []


def test_a_full_disk_refuses_for_now(tmp_path: Path, file: BinaryIO) -> None:
    full = Folder(tmp_path / "files", free_at_least=1 << 62)
    with pytest.raises(NotNow, match="no room"):
        decoded(full, file, sent())
    assert files(full) == []
