from __future__ import annotations

import os
from pathlib import Path

import pytest

from fediverse_node.storage.folder import FREE_AT_LEAST, Folder


def write(folder: Folder, body: bytes = b"abc") -> str:
    name, file = folder.begin()
    file.write(body)
    folder.keep(name, file)
    return name


def test_a_file_has_its_place_only_when_it_is_whole(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "a" / "b")
    name, file = folder.begin()
    file.write(b"abc")
    assert not folder.has(name)
    folder.keep(name, file)
    assert folder.path(name).read_bytes() == b"abc"
    assert folder.path(name).stat().st_mode & 0o777 == 0o600


def test_what_is_abandoned_leaves_nothing(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.abandon(*folder.begin())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_whoever_reads_a_file_reads_it_to_its_end(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    name = write(folder)
    with folder.path(name).open("rb") as file:
        folder.delete([name, "0" * 32])
        assert not folder.has(name)
        assert file.read() == b"abc"


def test_strays_are_old_and_bear_names_of_ours(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    old, new = write(folder), write(folder)
    unfinished, file = folder.begin()
    file.close()
    other = folder.path(old).with_name("README.txt")
    other.write_text("x")
    for path in (folder.path(old), tmp_path / "new" / unfinished, other):
        os.utime(path, (1, 1))
    strays = {path.name: folder.is_unfinished(path) for path in folder.strays()}
    assert strays == {old: False, unfinished: True}
    assert new not in strays


def test_a_folder_that_is_not_there_has_no_strays(tmp_path: Path) -> None:
    assert list(Folder(tmp_path / "none").strays()) == []


@pytest.mark.parametrize(("free", "room"), [(FREE_AT_LEAST, True), (FREE_AT_LEAST - 1, False)])
def test_room_is_left_to_others_on_the_disk(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    room: bool,  # noqa: FBT001 a column of the table
) -> None:
    usage = type("Usage", (), {"free": free})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    assert Folder(tmp_path / "not" / "there").has_room() is room
