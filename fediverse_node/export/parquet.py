"""Rows as Parquet files: Zstandard, of at most half a gigabyte each, in the order of the posts."""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from fediverse_node.export.columns import COLUMNS, Kind
from fediverse_node.export.row import Row
from fediverse_node.kernel.errors import NotValid

#: Bytes after which another file is begun: with the last rows it stays below 500 MB.
LARGEST: Final = 480_000_000
#: Rows in a group, which is what readers take at a time.
GROUP: Final = 10_000
_MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"
#: Values that occur again and again.
_REPEATING: Final = [
    "source", "author_ref", "language", "license", "ai_disclosure", "digital_source_type", "ai_share_method",
    "consent_purposes.list.element", "terms_version", "terms_sha256",
]  # fmt: skip


def require() -> None:
    """Raises NotValid unless Parquet can be written here."""
    try:
        import pyarrow.parquet  # noqa: F401, PLC0415 heavy, and only where datasets are made
    except ImportError as error:
        raise NotValid(
            "Parquet needs the extra “data”: pip install 'fediverse-node[data]'. Or take --format jsonl."
        ) from error


class Shards:
    """The files `train-NNNNN-of-NNNNN.parquet` in *folder*."""

    def __init__(self, folder: Path) -> None:
        import pyarrow as pa  # noqa: PLC0415 as above

        self._folder = folder
        self._arrow = pa
        self._schema = _schema(pa)
        self._waiting: list[Row] = []
        self._writer: Any = None
        self._sink: Any = None
        self._written: list[Path] = []

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        for former in self._folder.glob("*.parquet"):  # of rows that an earlier turn still had
            former.unlink()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_file()

    def add(self, row: Row) -> None:
        """The next row."""
        self._waiting.append(row)
        if len(self._waiting) == GROUP:
            self._flush()

    def finish(self) -> list[Path]:
        """Everything is written: the files, under the names they keep. An empty dataset has one, too."""
        if self._waiting or not self._written:
            self._flush()
        self._end_file()
        count = len(self._written)
        return [
            path.rename(self._folder / f"train-{number:05}-of-{count:05}.parquet")
            for number, path in enumerate(self._written)
        ]

    def _flush(self) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 as above

        if self._writer is None:
            path = self._folder / f"{len(self._written):05}.parquet"
            self._written.append(path)
            self._sink = self._arrow.OSFile(str(path), "wb")
            self._writer = pq.ParquetWriter(
                self._sink, self._schema, compression="zstd", use_dictionary=_REPEATING
            )
        self._writer.write_table(self._table(self._waiting), row_group_size=GROUP)
        self._waiting = []
        if self._sink.tell() >= LARGEST:
            self._end_file()

    def _end_file(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._sink.close()
            self._writer = None

    def _table(self, rows: list[Row]) -> Any:
        columns = [self._column(kind.name, kind.kind, rows) for kind in COLUMNS]
        return self._arrow.Table.from_arrays(columns, schema=self._schema)

    def _column(self, name: str, kind: Kind, rows: list[Row]) -> Any:
        values = list(map(attrgetter(name), rows))
        wanted = self._schema.field(name).type
        if kind == "moment":
            import pyarrow.compute as pc  # noqa: PLC0415 as above

            texts = self._arrow.array(values, type=self._arrow.string())
            return pc.strptime(texts, format=_MOMENT, unit="s")
        if kind in {"tools", "more"}:
            values = msgspec.to_builtins(values)
        return self._arrow.array(values, type=wanted)


def _schema(pa: Any) -> Any:
    text = pa.string()
    tools = pa.struct([("name", text), ("provider", text), ("action", text)])
    kinds: dict[Kind, Any] = {
        "text": text,
        "moment": pa.timestamp("s"),
        "number": pa.int64(),
        "share": pa.float64(),
        "truth": pa.bool_(),
        "texts": pa.list_(text),
        "tools": pa.list_(tools),
        "more": pa.struct([("in_reply_to", text), ("sensitive", pa.bool_())]),
    }
    return pa.schema([(column.name, kinds[column.kind]) for column in COLUMNS])
