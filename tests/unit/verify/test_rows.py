from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import notes
from fediverse_node.verify.dataset import check_copy, is_export, open_copy
from fediverse_node.verify.findings import Report
from fediverse_node.verify.rows import rows
from tests.unit.export.conftest import Written, written

__all__ = ["written"]


@pytest.fixture
def copied(written: Written, tmp_path: Path) -> dict[str, Path]:
    return {name: Path(shutil.copytree(folder, tmp_path / name)) for name, folder in written.folders.items()}


def broken(folder: Path) -> list[str]:
    report = Report()
    key = notes.read_key((folder / "consent/key").read_text())
    check_copy(open_copy(folder), key, report, now=datetime.now(UTC))
    return [each.text for each in report.findings if each.verdict == "broken"]


def change(folder: Path, text: str) -> None:
    """Another text in the first row of the Parquet files."""
    path = folder / "data/train-00000-of-00002.parquet"
    table = pq.read_table(path)
    place = table.schema.get_field_index("text")
    values = [text, *table.column("text").to_pylist()[1:]]
    pq.write_table(table.set_column(place, table.schema.field("text"), [values]), path)


@pytest.mark.parametrize("form", ["jsonl", "parquet", "both"])
def test_every_form_holds(copied: dict[str, Path], form: str) -> None:
    assert broken(copied[form]) == []


def test_all_forms_have_the_same_rows(copied: dict[str, Path]) -> None:
    assert list(rows(copied["jsonl"])) == list(rows(copied["parquet"])) == list(rows(copied["both"]))


def test_a_changed_row_of_a_parquet_file_is_named(copied: dict[str, Path]) -> None:
    change(copied["parquet"], "Rain on the moon")
    told = broken(copied["parquet"])
    assert told[0] == "The file data/train-00000-of-00002.parquet was changed."
    assert "Row 1 (" in told[1]
    assert "another text than its hash is of" in told[1]


def test_where_both_forms_do_not_agree_that_is_said(copied: dict[str, Path]) -> None:
    change(copied["both"], "Rain on the moon")
    assert any("it differs in data/train.jsonl and in Parquet" in text for text in broken(copied["both"]))


@pytest.mark.parametrize("form", ["parquet", "both"])
def test_a_missing_shard_is_noticed(copied: dict[str, Path], form: str) -> None:
    (copied[form] / "data/train-00001-of-00002.parquet").unlink()
    told = " ".join(broken(copied[form]))
    assert "train-00001-of-00002.parquet is missing" in told
    assert "not as many rows" in told or "it differs" in told


def test_what_is_no_parquet_is_no_traceback(copied: dict[str, Path]) -> None:
    (copied["parquet"] / "data/train-00000-of-00002.parquet").write_bytes(b"PAR1 not really PAR1")
    with pytest.raises(NotValid, match="cannot be read"):
        list(rows(copied["parquet"]))


def test_parquet_files_alone_look_like_an_export(copied: dict[str, Path]) -> None:
    shutil.rmtree(copied["parquet"] / "consent")
    for name in ("MANIFEST.sha256", "MANIFEST.sha256.sig"):
        (copied["parquet"] / name).unlink()
    assert is_export(copied["parquet"])


def test_a_line_that_is_no_json_is_one_row_that_is_wrong(copied: dict[str, Path]) -> None:
    path = copied["jsonl"] / "data/train.jsonl"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(["{", *lines[1:]]) + "\n")
    first, *rest = rows(copied["jsonl"])
    assert isinstance(first, NotValid)
    assert [row["id"] for row in rest if not isinstance(row, NotValid)] == [
        json.loads(line)["id"] for line in lines[1:]
    ]
