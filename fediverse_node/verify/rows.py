"""The rows of an export, from whichever files hold them: JSON lines, Parquet, or both, which must agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.kernel.errors import NotValid
from fediverse_node.verify.files import MAX_LINE, lines_of, open_file

LINES: Final = "data/train.jsonl"
SHARDS: Final = "train-*.parquet"
_AT_ONCE: Final = 500


def has_rows(folder: Path) -> bool:
    """Whether there are any such files."""
    return (folder / LINES).exists() or bool(_shards(folder))


def rows(folder: Path) -> Iterator[JsonDict | NotValid]:
    """Each row, or what is wrong with it.

    Raises:
        NotValid: a Parquet file cannot be read, or there is nothing here to read it with.
    """
    shards = _shards(folder)
    if not shards:
        yield from _lines(folder)
    elif not (folder / LINES).exists():
        yield from _parquet(shards)
    else:
        for line, row in zip_longest(_lines(folder), _parquet(shards)):
            same = isinstance(line, NotValid) or line == row
            yield line if same and line is not None else NotValid(f"it differs in {LINES} and in Parquet")


def _shards(folder: Path) -> list[Path]:
    return sorted((folder / "data").glob(SHARDS))


def _lines(folder: Path) -> Iterator[JsonDict | NotValid]:
    for line in lines_of(folder / LINES):
        try:
            yield load_json(line, limit=MAX_LINE)
        except NotValid as error:
            yield error


def _parquet(shards: list[Path]) -> Iterator[JsonDict]:
    try:
        import pyarrow as pa  # noqa: PLC0415 heavy, and most exports are read without it
        import pyarrow.parquet as pq  # noqa: PLC0415 as above
    except ImportError as error:
        raise NotValid(
            "Parquet can be read with the extra “data”: pip install 'fediverse-node[data]'."
        ) from error
    for path in shards:
        try:
            with open_file(path) as opened, pq.ParquetFile(opened) as file:
                for batch in file.iter_batches(batch_size=_AT_ONCE):
                    yield from map(_plain, batch.to_pylist())
        except (pa.ArrowException, OSError) as error:
            raise NotValid(f"{path.name} cannot be read.", detail=str(error)) from error


def _plain(row: dict[str, Any]) -> JsonDict:
    """As the same row is in JSON: moments are texts there."""
    return {
        name: f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
        for name, value in row.items()
    }
