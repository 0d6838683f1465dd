"""`mlcroissant` validates the description of an export, and reads the rows through it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.export.conftest import Written

pytestmark = [
    pytest.mark.one_engine,
    # Of the library's own making.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def mlcroissant() -> Any:
    # Takes seconds, and comes without types.
    import mlcroissant as mlc  # type: ignore[import-untyped]  # noqa: PLC0415

    return mlc


@pytest.mark.parametrize("form", ["jsonl", "parquet", "both"])
def test_it_is_valid_and_leads_to_the_rows(mlcroissant: Any, written: Written, form: str) -> None:
    folder = written.folders[form]
    dataset = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    assert list(dataset.metadata.ctx.issues.errors) == []
    assert list(dataset.metadata.ctx.issues.warnings) == []

    rows = [
        {name.rpartition("/")[2]: value for name, value in row.items()}
        for row in dataset.records(record_set="posts")
    ]
    texts = [row["text"].decode() for row in rows]
    assert texts[:2] == ["Rain on the river", "مطر على النهر"]
    assert len(texts) == 4
    assert [row["log_index"] for row in rows] == [0, 1, 2, 3]


def test_it_names_every_file_with_the_hash_that_the_manifest_has(written: Written) -> None:
    described = json.loads((written.both / "croissant.json").read_bytes())
    hashes = {each["@id"]: each.get("sha256") for each in described["distribution"]}
    lines = (written.both / "MANIFEST.sha256").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    files = {name: digest for name, digest in hashes.items() if digest is not None}
    assert files == {name: listed[name] for name in files}
    assert {"data/train.jsonl", "data/train-00000-of-00002.parquet", "consent/receipts.jsonl"} <= set(files)
