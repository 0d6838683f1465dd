"""An export: are its files whole, does each row have its author's yes in the log, and which rows must go?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Final

from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.kernel.errors import NodeError, NotValid
from fediverse_node.signatures import notes, tlog
from fediverse_node.signatures.notes import NoteKey
from fediverse_node.verify import manifest, pictures
from fediverse_node.verify import receipt as one
from fediverse_node.verify.files import MAX_LINE, bytes_of, lines_of
from fediverse_node.verify.findings import Report
from fediverse_node.verify.lines import Checking, Line, problem_of, read_line
from fediverse_node.verify.reading import Reader, text_of
from fediverse_node.verify.rows import LINES, has_rows, rows
from fediverse_node.verify.witnesses import check_witnesses

ROWS: Final = LINES
RECEIPTS: Final = "consent/receipts.jsonl"
PROOFS: Final = "consent/proofs.jsonl"
#: How many rows with something wrong are named one by one.
_NAMED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An export at hand, as far as it says itself what it is.

    Attributes:
        key: the log's, as it lies beside the data: nobody vouches for it.
        log: the address of the log.
    """

    folder: Path
    key: NoteKey
    log: str


#: A row, its receipt and its proof, as far as they are there.
_Lines = tuple[JsonDict | NotValid | None, bytes | None, bytes | None]


@dataclass(slots=True)
class _Seen:
    """What the rows said: each receipt's row."""

    rows: dict[str, str] = field(default_factory=dict)
    wrong: int = 0


def is_export(folder: Path) -> bool:
    """Whether *folder* looks like one, also where somebody took a part of it away."""
    named = any((folder / name).exists() for name in (manifest.MANIFEST, manifest.SIGNED, RECEIPTS))
    return named or has_rows(folder)


def open_copy(folder: Path) -> Copy:
    """Take a look at the export in *folder*.

    Raises:
        NotValid: it does not name its log.
    """
    key = notes.read_key(text_of(bytes_of(folder / "consent" / "key")))
    first = _first(folder / RECEIPTS) or _first(folder / pictures.RECEIPTS)
    log = one.read(load_json(first, limit=MAX_LINE)).log if first else f"https://{key.name}"
    return Copy(folder=folder, key=key, log=log)


def check_copy(
    copy: Copy, key: NoteKey, report: Report, *, now: datetime, witnesses: Sequence[NoteKey] = ()
) -> Mapping[str, Sequence[str]]:
    """Check everything in the export that can be checked with the log's *key*, and nobody asked.

    Gives which row and which pictures each receipt belongs to.
    """
    report.check(
        copy.key == key and copy.log.partition("://")[2] == key.name,
        held=f"The dataset is of the log {key.name}.",
        broken="The dataset names another log, or another key of it, than the one it is checked against.",
    )
    manifest.check_files(copy.folder, report)
    manifest.check_signature(copy.folder, key, report)
    note, seen = _checkpoint(copy.folder, key, report), _Seen()
    if note:
        check_witnesses(note, witnesses, report)
    checking = Checking(key=key, note=note, terms=_all_terms(copy.folder), log=copy.log, now=now)
    for number, lines in enumerate(_lines(copy.folder), start=1):
        _check_row(number, lines, checking, seen, report)
    if seen.wrong > _NAMED:
        report.broken(f"Rows with something wrong, besides those: {seen.wrong - _NAMED}.")
    if not seen.wrong:
        report.held(
            f"Each of the {len(seen.rows)} rows has its author's yes to this very text, and is signed."
        )
        report.held("Each receipt is in the tree that the checkpoint is of, and under the terms beside it.")
    shown = pictures.check_pictures(copy.folder, checking, report)
    return {
        receipt: [*([seen.rows[receipt]] if receipt in seen.rows else ()), *shown.get(receipt, ())]
        for receipt in {**seen.rows, **shown}
    }


async def check_since(reader: Reader, rows: Mapping[str, Sequence[str]], report: Report) -> None:
    """Ask the log which of *rows* and pictures (by receipt) were taken back, and name each that must go."""
    ended = await reader.lines("revocations.jsonl") if rows else []
    gone = {str(line.get("revokes")): line for line in ended if str(line.get("revokes")) in rows}
    for receipt, line in gone.items():
        for name in rows[receipt]:
            report.broken(f"{name} must go: its yes ended at {line.get('ts')} ({line.get('kind')}).")
    if not gone:
        report.held("No row was taken back since.")


def _check_row(number: int, lines: _Lines, checking: Checking, seen: _Seen, report: Report) -> None:
    name = f"Row {number}"
    try:
        found = read_line(*lines)
        name = f"{name} ({found.row.get('id')})"
        problem = problem_of(found, checking, _text)
        if problem is None and found.claim.id in seen.rows:
            problem = f"has the receipt of {seen.rows[found.claim.id]}"
        seen.rows.setdefault(found.claim.id, name)
    except NodeError as error:
        problem = f"cannot be checked: {error}"
    if problem is not None:
        seen.wrong += 1
        if seen.wrong <= _NAMED:
            report.broken(f"{name} {problem}.")


def _text(found: Line, _: Checking) -> str | None:
    text = found.row.get("text")
    sha256 = hashlib.sha256(text.encode()).hexdigest() if isinstance(text, str) else None
    return None if sha256 == found.row.get("content_sha256") else "has another text than its hash is of"


def _checkpoint(folder: Path, key: NoteKey, report: Report) -> str:
    """The signed note; empty for a dataset of nothing, which needs none."""
    path = folder / "consent" / "checkpoint"
    if not path.exists():
        return ""
    note = text_of(bytes_of(path))
    try:
        found = tlog.read_checkpoint(notes.open_note(note, key))
    except NotValid as error:
        report.broken(f"The checkpoint does not hold: {error}")
    else:
        report.held(f"The checkpoint over {found.size} lines is signed by the log {key.name}.")
    return note


def _first(path: Path) -> bytes:
    if not path.exists():
        return b""
    return next(lines_of(path), b"")


def _lines(folder: Path) -> Iterator[_Lines]:
    yield from zip_longest(rows(folder), lines_of(folder / RECEIPTS), lines_of(folder / PROOFS))


def _all_terms(folder: Path) -> frozenset[str]:
    """The hashes of the terms beside the data: a decision is under those that were shown to its author."""
    found = sorted((folder / "consent").glob("terms/*.txt"))
    return frozenset(hashlib.sha256(bytes_of(path)).hexdigest() for path in found)
