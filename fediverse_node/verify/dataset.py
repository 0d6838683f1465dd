"""An export: are its files whole, does each row have its author's yes in the log, and which rows must go?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Final

from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.kernel.errors import NodeError, NotValid
from fediverse_node.signatures import notes, tlog
from fediverse_node.signatures.notes import NoteKey
from fediverse_node.verify import manifest
from fediverse_node.verify import receipt as one
from fediverse_node.verify.findings import Report
from fediverse_node.verify.reading import Reader, text_of
from fediverse_node.verify.receipt import Claim
from fediverse_node.verify.rows import LINES, MAX_LINE, has_rows, rows
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
    """What the rows said: each receipt's row and the first place in the log."""

    rows: dict[str, str] = field(default_factory=dict)
    first: int | None = None
    wrong: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A row, its receipt, and its proof."""

    row: JsonDict
    claim: Claim
    proof: str


def is_export(folder: Path) -> bool:
    """Whether *folder* looks like one, also where somebody took a part of it away."""
    named = any((folder / name).exists() for name in (manifest.MANIFEST, manifest.SIGNED, RECEIPTS))
    return named or has_rows(folder)


def open_copy(folder: Path) -> Copy:
    """Take a look at the export in *folder*.

    Raises:
        NotValid: it does not name its log.
    """
    key = notes.read_key(text_of((folder / "consent" / "key").read_bytes()))
    with (folder / RECEIPTS).open("rb") as file:
        first = file.readline(MAX_LINE)
    log = one.read(load_json(first, limit=MAX_LINE)).log if first else f"https://{key.name}"
    return Copy(folder=folder, key=key, log=log)


def check_copy(
    copy: Copy, key: NoteKey, report: Report, *, now: datetime, witnesses: Sequence[NoteKey] = ()
) -> Mapping[str, str]:
    """Check everything in the export that can be checked with the log's *key*, and nobody asked.

    Gives which row each receipt belongs to.
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
    checking = _Checking(key=key, note=note, terms=_all_terms(copy.folder), log=copy.log, now=now)
    for number, lines in enumerate(_lines(copy.folder), start=1):
        _check_row(number, lines, checking, seen, report)
    if seen.wrong > _NAMED:
        report.broken(f"Rows with something wrong, besides those: {seen.wrong - _NAMED}.")
    if not seen.wrong:
        report.held(
            f"Each of the {len(seen.rows)} rows has its author's yes to this very text, and is signed."
        )
        report.held("Each receipt is in the tree that the checkpoint is of, and under the terms beside it.")
    return seen.rows


async def check_since(reader: Reader, rows: Mapping[str, str], report: Report) -> None:
    """Ask the log which of *rows* (by receipt) were taken back, and name each one that must go."""
    ended = await reader.lines("revocations.jsonl") if rows else []
    gone = {str(line.get("revokes")): line for line in ended if str(line.get("revokes")) in rows}
    for receipt, line in gone.items():
        report.broken(f"{rows[receipt]} must go: its yes ended at {line.get('ts')} ({line.get('kind')}).")
    if not gone:
        report.held("No row was taken back since.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checking:
    """What each row is held against."""

    key: NoteKey
    note: str
    terms: frozenset[str]
    log: str
    now: datetime


def _check_row(number: int, lines: _Lines, checking: _Checking, seen: _Seen, report: Report) -> None:
    name = f"Row {number}"
    try:
        found = _read(*lines)
        name = f"{name} ({found.row.get('id')})"
        problem = _problem(found, checking)
        if problem is None and found.claim.id in seen.rows:
            problem = f"has the receipt of {seen.rows[found.claim.id]}"
        seen.rows.setdefault(found.claim.id, name)
    except NodeError as error:
        problem = f"cannot be checked: {error}"
    if problem is not None:
        seen.wrong += 1
        if seen.wrong <= _NAMED:
            report.broken(f"{name} {problem}.")


def _read(row: JsonDict | NotValid | None, receipt: bytes | None, proof: bytes | None) -> _Line:
    if isinstance(row, NotValid):
        raise row
    if row is None or receipt is None or proof is None:
        raise NotValid("there are not as many rows as receipts and proofs")
    kept = load_json(proof, limit=MAX_LINE).get("proof")
    return _Line(
        row=row,
        claim=one.read(load_json(receipt, limit=MAX_LINE)),
        proof=kept if isinstance(kept, str) else "",
    )


def _problem(found: _Line, checking: _Checking) -> str | None:
    """The first thing that is wrong with a row."""
    for check in (_text, _match, _terms, _signature, _place):
        problem = check(found, checking)
        if problem is not None:
            return problem
    return None


def _text(found: _Line, _: _Checking) -> str | None:
    text = found.row.get("text")
    sha256 = hashlib.sha256(text.encode()).hexdigest() if isinstance(text, str) else None
    return None if sha256 == found.row.get("content_sha256") else "has another text than its hash is of"


def _match(found: _Line, checking: _Checking) -> str | None:
    row, claim = found.row, found.claim
    document = claim.document
    pairs: dict[str, tuple[object, object]] = {
        "post": (row.get("id"), claim.about),
        "number": (row.get("consent_receipt_id"), claim.id),
        "revision": (row.get("revision_sha256"), document.get("revisionSha256")),
        "use": (row.get("consent_purposes"), document.get("purposes")),
        "time": (row.get("consented_at"), document.get("decidedAt")),
        "place in the log": (row.get("log_index"), claim.index),
        "log": (checking.log, claim.log),
        "decision": ("grant", claim.event),
    }
    wrong = [name for name, (mine, theirs) in pairs.items() if mine != theirs]
    return f"has a receipt of another {wrong[0]}" if wrong else None


def _terms(found: _Line, checking: _Checking) -> str | None:
    notice = found.claim.document.get("notice")
    agreed = notice.get("noticeSha256") if isinstance(notice, dict) else None
    held = agreed in checking.terms and found.row.get("terms_sha256") == agreed
    return None if held else "was allowed under other terms"


def _signature(found: _Line, checking: _Checking) -> str | None:
    return _broken(lambda report: one.check_signature(found.claim, report, now=checking.now))


def _place(found: _Line, checking: _Checking) -> str | None:
    proof = tlog.read_proof(found.proof)
    if proof.checkpoint != checking.note:
        return "has a proof against another checkpoint"
    if proof.extra.hex() != found.row.get("log_salt"):
        return "has another salt than its proof"
    return _broken(lambda report: one.check_proof(found.claim, found.proof, checking.key, report))


def _broken(check: Callable[[Report], None]) -> str | None:
    report = Report()
    check(report)
    texts = [each.text for each in report.findings if each.verdict not in {"held", "noted"}]
    return f"has a receipt that does not hold: {texts[0].rstrip('.')}" if texts else None


def _checkpoint(folder: Path, key: NoteKey, report: Report) -> str:
    """The signed note; empty for a dataset of nothing, which needs none."""
    path = folder / "consent" / "checkpoint"
    if not path.exists():
        return ""
    note = text_of(path.read_bytes())
    try:
        found = tlog.read_checkpoint(notes.open_note(note, key))
    except NotValid as error:
        report.broken(f"The checkpoint does not hold: {error}")
    else:
        report.held(f"The checkpoint over {found.size} lines is signed by the log {key.name}.")
    return note


def _lines(folder: Path) -> Iterator[_Lines]:
    with (folder / RECEIPTS).open("rb") as receipts, (folder / PROOFS).open("rb") as proofs:
        yield from zip_longest(rows(folder), receipts, proofs)


def _all_terms(folder: Path) -> frozenset[str]:
    """The hashes of the terms beside the data: a decision is under those that were shown to its author."""
    found = sorted((folder / "consent").glob("terms/*.txt"))
    return frozenset(hashlib.sha256(path.read_bytes()).hexdigest() for path in found)
