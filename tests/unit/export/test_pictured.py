"""`mlcroissant` validates what is said of pictures, and takes them out of their tar files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.export.pictured import file_sets, record_sets
from fediverse_node.export.pictures import ABOUT, Picture
from tests.fixtures.albums import samples

pytestmark = [
    pytest.mark.one_engine,
    # Of the library's own making.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_each_field_is_described_in_its_order() -> None:
    assert list(ABOUT) == list(Picture.__struct_fields__)
    (_, described) = record_sets(1)
    said = described["field"][1]["description"]
    assert all(f"{name}: " in said for name in ABOUT)


def test_without_pictures_nothing_is_said_of_them() -> None:
    assert list(file_sets({"data/train.jsonl": "00"})) == []
    assert list(record_sets(0)) == []


def test_the_description_leads_to_the_pictures(
    pictured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Takes seconds, and comes without types.
    import mlcroissant  # type: ignore[import-untyped]  # noqa: PLC0415

    # Without types like all of it, and known by that path alone.
    from mlcroissant._src.operation_graph.operations import extract  # type: ignore[import-untyped]  # noqa: PLC0415

    # It keeps what it unpacked in one place for all, by the relative name of the file.
    monkeypatch.setattr(extract, "EXTRACT_PATH", extract.EXTRACT_PATH / str(tmp_path))
    dataset: Any = mlcroissant.Dataset(jsonld=str(pictured / "croissant.json"))
    assert list(dataset.metadata.ctx.issues.errors) == []
    assert list(dataset.metadata.ctx.issues.warnings) == []

    told = {key: said for key, (_, said) in samples(pictured).items()}
    for records, field in (("pictures", "image"), ("picture_metadata", "json")):
        found = {
            row[f"{records}/sha256"].decode(): row[f"{records}/{field}"]
            for row in dataset.records(record_set=records)
        }
        assert sorted(found) == list(told)
        for key, value in found.items():
            if field == "image":
                assert value.size == (told[key]["width"], told[key]["height"])
            else:
                assert json.loads(value) == told[key]
    described = json.loads((pictured / "croissant.json").read_bytes())
    tars = {each["@id"] for each in described["distribution"] if each["@id"].endswith(".tar")}
    assert tars == {f"data/{path.name}" for path in (pictured / "data").glob("*.tar")}
