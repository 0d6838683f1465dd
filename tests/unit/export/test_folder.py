from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fediverse_node.export.folder import appear, hidden_beside, sync, write_lines
from fediverse_node.kernel.errors import Conflict, NotValid


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("empty_target", [False, True])
def test_a_folder_appears_whole(tmp_path: Path, empty_target: bool) -> None:  # noqa: FBT001 a column of the table
    out = tmp_path / "out"
    if empty_target:
        out.mkdir()
    with hidden_beside(out) as hidden:
        write_lines(hidden / "data" / "x", [b"one\n", b"two\n"])
        sync(hidden)
        assert names(tmp_path) == ([".out.partial", "out"] if empty_target else [".out.partial"])
        appear(hidden, out)
    assert names(tmp_path) == ["out"]
    assert (out / "data" / "x").read_bytes() == b"one\ntwo\n"


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"one\n"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), hidden_beside(tmp_path / "out") as hidden:
        write_lines(hidden / "x", broken())
    assert names(tmp_path) == []


def test_what_is_there_is_not_touched(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine").write_text("x")
    with pytest.raises(Conflict, match="exists already"), hidden_beside(out):
        pass
    (tmp_path / "file").write_text("x")
    with pytest.raises(Conflict), hidden_beside(tmp_path / "file"):
        pass
    assert names(tmp_path) == ["file", "out"]
    assert names(out) == ["mine"]


def test_what_appears_there_meanwhile_is_not_touched_either(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with hidden_beside(out) as hidden:
        out.mkdir()
        (out / "mine").write_text("x")
        with pytest.raises(Conflict, match="not touched"):
            appear(hidden, out)
    assert names(tmp_path) == ["out"]
    assert names(out) == ["mine"]


def test_leftovers_of_a_killed_export_are_swept_away(tmp_path: Path) -> None:
    hidden = tmp_path / ".out.partial"
    (hidden / "data").mkdir(parents=True)
    (hidden / "data" / "old").write_text("withdrawn since")
    (hidden / "README.md").write_text("old")
    with hidden_beside(tmp_path / "out") as folder:
        assert names(folder) == []
        appear(folder, tmp_path / "out")
    assert names(tmp_path / "out") == []


def test_two_exports_to_one_place_do_not_mix(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with hidden_beside(out), pytest.raises(Conflict, match="is running"), hidden_beside(out):
        pass
    with hidden_beside(out):
        pass


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotValid, match="cannot be written"), hidden_beside(tmp_path / "file" / "out"):
        pass
