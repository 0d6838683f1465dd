"""The library `datasets` loads an export as it is: rows, types, and what its card says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.export.columns import COLUMNS
from tests.fixtures.albums import samples
from tests.unit.export.conftest import Written

pytestmark = [
    pytest.mark.one_engine,
    # Of the library's own making.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    home = tmp_path_factory.mktemp("hub")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HF_DATASETS_OFFLINE", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
            patch.setenv(name, "1")
        patch.setenv("HF_HOME", str(home))
        # Takes seconds, reads the variables above, and comes without types.
        import datasets  # type: ignore[import-untyped]  # noqa: PLC0415

        datasets.disable_progress_bars()

        def load_one(folder: Path, **how: Any) -> Any:
            kind = how.pop("kind", str(folder))
            return datasets.load_dataset(kind, cache_dir=str(home / folder.name), **how)

        yield load_one


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_a_folder_is_loaded_as_it_is(load: Any, written: Written, form: str) -> None:
    loaded = load(written.folders[form])

    assert list(loaded) == ["train"]
    rows = loaded["train"]
    assert rows.column_names == [column.name for column in COLUMNS]
    expected = [
        json.loads(line) for line in (written.folders["jsonl"] / "data/train.jsonl").read_text().splitlines()
    ]
    assert [row["text"] for row in rows] == [row["text"] for row in expected]
    assert len(rows) == 4
    for row, told in zip(rows, expected, strict=True):
        for name, value in row.items():
            # Both carry the moment; the library turns its text into one.
            seen = f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
            assert seen == told[name], name
    assert rows[1]["metadata"]["in_reply_to"] == rows[0]["id"]
    assert rows[3]["ai_tools"] == [{"name": "m", "provider": "P", "action": "rewrite"}]
    assert rows.filter(lambda row: row["ai_disclosure"] == "human-only").num_rows == 3


def test_pictures_are_loaded_as_webdataset(load: Any, pictured: Path) -> None:
    rows = load(pictured, kind="webdataset", data_files=str(pictured / "data/pictures-*.tar"))["train"]
    told = samples(pictured)
    assert len(told) == 2
    assert [row["__key__"] for row in rows] == list(told)
    assert [row["png"].size for row in rows] == [(each["width"], each["height"]) for _, each in told.values()]
    assert [row["json"]["alt"] for row in rows] == ["نهر", "نهر"]
    # The rows beside them are loaded as ever.
    (row,) = load(pictured)["train"]
    assert sorted(row["pictures"]) == list(told)
