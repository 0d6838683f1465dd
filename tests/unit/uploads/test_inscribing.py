from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import pytest

from fediverse_node.credentials.model import Making
from fediverse_node.kernel.errors import NotValid
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.inscribing import inscribed
from fediverse_node.uploads.marking import House, Mark
from fediverse_node.uploads.model import Part

HOUSE = House(origin="https://here.example", terms="https://here.example/terms/training")


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


FILM = box(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"mdat", 20) + b"1234" + box(b"moov")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path, free_at_least=0)


def stored(folder: Folder, data: bytes) -> Part:
    name, file = folder.begin()
    file.write(data)
    folder.keep(name, file)
    return Part(name=name, media_type="video/mp4", size=len(data), sha256="")


def test_what_is_said_stands_behind_the_film_and_takes_the_place_of_what_was_said_before(
    folder: Folder,
) -> None:
    once = inscribed(
        folder, stored(folder, FILM), Mark(house=HOUSE, making=Making(part="edited", tool="Brush"))
    )
    first = folder.path(once.name).read_bytes()
    assert first.startswith(FILM)
    assert b"compositeWithTrainedAlgorithmicMedia" in first
    assert f"{HOUSE.origin}/media/files/{once.name}.mp4".encode() in first
    twice = inscribed(folder, once, Mark(house=HOUSE, making=Making(part="made")))
    second = folder.path(twice.name).read_bytes()
    assert second.startswith(FILM)
    assert b"compositeWith" not in second
    assert second.count(b"uuid") == 1
    assert (twice.size, twice.sha256) == (len(second), hashlib.sha256(second).hexdigest())


@pytest.mark.parametrize("data", [struct.pack(">I4s", 4, b"ftyp") + bytes(8), bytes(3)])
def test_what_is_no_film_of_ours_is_refused(folder: Folder, data: bytes) -> None:
    with pytest.raises(NotValid):
        inscribed(folder, stored(folder, data), Mark(house=HOUSE, making=Making()))
    assert len([path for path in folder.root.rglob("*") if path.is_file()]) == 1
