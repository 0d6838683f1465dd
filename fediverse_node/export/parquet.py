"""Rows as Parquet files: Zstandard, of at most half a gigabyte each, in the order of the posts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

import msgspec

from fediverse_node.export.columns import COLUMNS, Kind
from fediverse_node.export.row import Late, Row
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
        self._waiting: list[Any] = []
        self._rows = 0
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

    def add(self, batch: Any) -> None:
        """The next rows, as a record batch."""
        self._waiting.append(batch)
        self._rows += batch.num_rows
        while self._rows >= GROUP:
            self._flush(GROUP)

    def finish(self) -> list[Path]:
        """Everything is written: the files, under the names they keep. An empty dataset has one, too."""
        if self._rows or not self._written:
            self._flush(self._rows)
        self._end_file()
        count = len(self._written)
        return [
            path.rename(self._folder / f"train-{number:05}-of-{count:05}.parquet")
            for number, path in enumerate(self._written)
        ]

    def _flush(self, count: int) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415 as above

        if self._writer is None:
            path = self._folder / f"{len(self._written):05}.parquet"
            self._written.append(path)
            self._sink = self._arrow.OSFile(str(path), "wb")
            self._writer = pq.ParquetWriter(
                self._sink, self._schema, compression="zstd", use_dictionary=_REPEATING
            )
        waiting = self._arrow.Table.from_batches(self._waiting, schema=self._schema)
        # In one piece: how the rows came in pieces depends on posts that are not among them.
        self._writer.write_table(waiting.slice(0, count).combine_chunks(), row_group_size=GROUP)
        self._waiting = waiting.slice(count).to_batches()
        self._rows -= count
        if self._sink.tell() >= LARGEST:
            self._end_file()

    def _end_file(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._sink.close()
            self._writer = None


class Batches:
    """Rows in a file, many at a time, as Arrow has them in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        import pyarrow as pa  # noqa: PLC0415 as above

        self._arrow = pa
        self._file = file
        self._schema = _schema(pa)

    def add(self, rows: Sequence[Row]) -> None:
        """The next rows."""
        columns = zip(*map(msgspec.structs.astuple, rows), strict=True)
        made = [
            self._column(each.name, each.kind, values) for each, values in zip(COLUMNS, columns, strict=True)
        ]
        batch = self._arrow.RecordBatch.from_arrays(made, schema=self._schema).serialize()
        self._file.write(len(batch).to_bytes(8, "little"))
        self._file.write(batch)

    def __iter__(self) -> Iterator[Any]:
        self._file.seek(0)
        while size := self._file.read(8):
            buffer = self._arrow.py_buffer(self._file.read(int.from_bytes(size, "little")))
            yield self._arrow.ipc.read_record_batch(buffer, self._schema)

    def finished(self, batch: Any, told: Sequence[Late | None]) -> Any:
        """*batch* without the rows that are told nothing, and the others with what they are told."""
        late = [each for each in told if each is not None]
        if len(late) < len(told):
            batch = batch.filter(self._arrow.array([each is not None for each in told]))
        sensitive = batch.column("metadata").field("sensitive")
        parents = self._arrow.array([each.in_reply_to for each in late], type=self._arrow.string())
        more = self._schema.field("metadata").type
        batch = self._with(batch, "author_ref", [each.author_ref for each in late])
        batch = self._with(batch, "dup_cluster", [each.dup_cluster for each in late])
        if any(each.pictures is not None for each in late):
            batch = self._with(batch, "pictures", [each.pictures for each in late])
        made = self._arrow.StructArray.from_arrays([parents, sensitive], fields=list(more))
        return self._with(batch, "metadata", made)

    def _with(self, batch: Any, name: str, values: Any) -> Any:
        place = self._schema.get_field_index(name)
        field = self._schema.field(place)
        return batch.set_column(place, field, self._arrow.array(values, type=field.type))

    def _column(self, name: str, kind: Kind, values: Sequence[Any]) -> Any:
        wanted = self._schema.field(name).type
        if kind == "moment":
            import pyarrow.compute as pc  # noqa: PLC0415 as above

            texts = self._arrow.array(values, type=self._arrow.string())
            return pc.strptime(texts, format=_MOMENT, unit="s")
        if kind == "more" or (kind == "tools" and any(values)):
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
