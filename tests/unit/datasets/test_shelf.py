from __future__ import annotations

import json
from pathlib import Path

import pytest

from fediverse_node.datasets import shelf
from fediverse_node.kernel.errors import Conflict, NotValid


def export(place: Path, *seqs: int) -> None:
    (place / "consent").mkdir(parents=True)
    lines = [json.dumps({"id": f"https://here.example/consent/receipts/{seq}", "x": 1}) for seq in seqs]
    (place / "consent/receipts.jsonl").write_text("".join(f"{line}\n" for line in lines))
    (place / "MANIFEST.sha256").write_text(f"{'a' * 64}  consent/receipts.jsonl\n")
    (place / "MANIFEST.sha256.sig").write_text("signed")


def test_one_release_is_made_at_a_time(tmp_path: Path) -> None:
    with shelf.making(tmp_path / "root"), pytest.raises(Conflict), shelf.making(tmp_path / "root"):
        pass
    with shelf.making(tmp_path / "root") as place:
        assert not place.exists()


def test_what_was_left_behind_is_not_taken_for_the_next(tmp_path: Path) -> None:
    export(tmp_path / ".next", 1)
    with shelf.making(tmp_path) as place:
        assert not place.exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotValid, match="file"), shelf.making(tmp_path / "file" / "datasets"):
        pass


def test_an_export_is_listed_with_its_manifest_and_its_decisions_are_read(tmp_path: Path) -> None:
    export(tmp_path, 3, 5, 8)
    listed = {file.path: file for file in shelf.inventory(tmp_path)}
    assert sorted(listed) == ["MANIFEST.sha256", "MANIFEST.sha256.sig", "consent/receipts.jsonl"]
    assert listed["consent/receipts.jsonl"].sha256 == "a" * 64
    assert listed["MANIFEST.sha256.sig"].size == 6
    assert list(shelf.decisions(tmp_path, at_once=2)) == [[3, 5], [8]]
    (tmp_path / "consent/receipts.jsonl").unlink()
    with pytest.raises(NotValid, match="whole"):
        shelf.inventory(tmp_path)


def test_a_kept_release_has_its_name_and_is_cleared_by_it(tmp_path: Path) -> None:
    export(tmp_path / ".next", 1)
    shelf.keep(tmp_path, tmp_path / ".next", "0" * 64)
    (tmp_path / "something else").mkdir()
    assert shelf.names(tmp_path) == {"0" * 64}
    shelf.clear(tmp_path, "0" * 64)
    assert shelf.names(tmp_path) == set()
