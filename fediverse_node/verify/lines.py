"""What is the same for a row and for a picture: its receipt is its own, is signed, and is in the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fediverse_node.activitystreams.load import JsonDict, load_json
from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import tlog
from fediverse_node.signatures.notes import NoteKey
from fediverse_node.verify import receipt as one
from fediverse_node.verify.files import MAX_LINE
from fediverse_node.verify.findings import Report
from fediverse_node.verify.receipt import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row, or what is said of a picture, with its receipt and its proof."""

    row: JsonDict
    claim: Claim
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """What each of them is held against."""

    key: NoteKey
    note: str
    terms: frozenset[str]
    log: str
    now: datetime


Check = Callable[["Line", "Checking"], str | None]


def read_line(row: JsonDict | NotValid | None, receipt: bytes | None, proof: bytes | None) -> Line:
    """A row or what is said of a picture, with what stands in the same place of the other files.

    Raises:
        NotValid: it is none, or there is nothing in that place.
    """
    if isinstance(row, NotValid):
        raise row
    if row is None or receipt is None or proof is None:
        raise NotValid("there are not as many rows as receipts and proofs")
    kept = load_json(proof, limit=MAX_LINE).get("proof")
    return Line(
        row=row,
        claim=one.read(load_json(receipt, limit=MAX_LINE)),
        proof=kept if isinstance(kept, str) else "",
    )


def problem_of(found: Line, checking: Checking, itself: Check) -> str | None:
    """The first thing that is wrong with a row or a picture.

    Args:
        found: it, its receipt and its proof.
        checking: what it is held against.
        itself: looks at whatever is its own.
    """
    for check in (itself, _match, _terms, _signature, _place):
        problem = check(found, checking)
        if problem is not None:
            return problem
    return None


def _match(found: Line, checking: Checking) -> str | None:
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
        "word on naming its author": (row.get("author_name") is not None, "credit" in document),
    }
    wrong = [name for name, (mine, theirs) in pairs.items() if mine != theirs]
    return f"has a receipt of another {wrong[0]}" if wrong else None


def _terms(found: Line, checking: Checking) -> str | None:
    notice = found.claim.document.get("notice")
    agreed = notice.get("noticeSha256") if isinstance(notice, dict) else None
    held = agreed in checking.terms and found.row.get("terms_sha256") == agreed
    return None if held else "was allowed under other terms"


def _signature(found: Line, checking: Checking) -> str | None:
    return _wrong_in(lambda report: one.check_signature(found.claim, report, now=checking.now))


def _place(found: Line, checking: Checking) -> str | None:
    proof = tlog.read_proof(found.proof)
    if proof.checkpoint != checking.note:
        return "has a proof against another checkpoint"
    if proof.extra.hex() != found.row.get("log_salt"):
        return "has another salt than its proof"
    return _wrong_in(lambda report: one.check_proof(found.claim, found.proof, checking.key, report))


def _wrong_in(check: Callable[[Report], None]) -> str | None:
    report = Report()
    check(report)
    texts = [each.text for each in report.findings if each.verdict not in {"held", "noted"}]
    return f"has a receipt that does not hold: {texts[0].rstrip('.')}" if texts else None
