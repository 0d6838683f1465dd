"""Rows on their way: finished but for what depends on which others there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import IO, Any, Final, TypeVar

import msgspec

from fediverse_node.export.parquet import Batches
from fediverse_node.export.row import Late, Row
from fediverse_node.export.workbench import Workbench

T = TypeVar("T")
#: Lines that are put together: large pieces of memory cost more than small ones.
_AT_ONCE: Final = 50
#: Quotation marks within a text are escaped, so the first of these is the column.
_NOBODY: Final = b'"author_ref":""'
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Row).decode


class Spool:
    """Rows in the order of their posts, in every form in which they are wanted."""

    def __init__(self, bench: Workbench, formats: Collection[str]) -> None:
        self._lines: IO[bytes] | None = bench.file("lines") if "jsonl" in formats else None
        self._batches = Batches(bench.file("batches")) if "parquet" in formats else None
        self._receipts = bench.file("receipts")

    def add(self, rows: Sequence[Row], receipts: Sequence[str]) -> None:
        """The next rows, and the receipt of each."""
        if self._lines is not None:
            self._lines.writelines([_encode(row) + b"\n" for row in rows])
        if self._batches is not None and rows:
            self._batches.add(rows)
        self._receipts.writelines([f"{receipt}\n".encode() for receipt in receipts])

    def lines(self, told: Iterable[Late | None]) -> Iterator[bytes]:
        """Finished rows as JSON, many lines at a time; those that are told nothing are left out."""
        assert self._lines is not None, "JSON was asked for"
        self._lines.seek(0)
        for page in _pages(zip(self._lines, told, strict=True)):
            yield b"".join([_line(line, late) for line, late in page if late is not None])

    def batches(self, told: Iterable[Late | None]) -> Iterator[Any]:
        """The same as record batches."""
        assert self._batches is not None, "Parquet was asked for"
        left = iter(told)
        for batch in self._batches:
            yield self._batches.finished(batch, list(islice(left, batch.num_rows)))

    def receipts(self, present: bytes) -> Iterator[bytes]:
        """The receipts of the rows of which the byte in *present* is 1, many lines at a time."""
        self._receipts.seek(0)
        for page in _pages(zip(self._receipts, present, strict=True)):
            yield b"".join([line for line, wanted in page if wanted])


def _line(line: bytes, late: Late) -> bytes:
    if late.dup_cluster is None and late.in_reply_to is None and late.pictures is None:
        return line.replace(_NOBODY, b'"author_ref":"%b"' % late.author_ref.encode(), 1)
    row = _decode(line)
    row.author_ref, row.dup_cluster, row.metadata.in_reply_to = late[:3]
    if late.pictures is not None:
        row.pictures = late.pictures
    return _encode(row) + b"\n"


def _pages(found: Iterator[T]) -> Iterator[list[T]]:
    while page := list(islice(found, _AT_ONCE)):
        yield page
