"""What witnesses say of a checkpoint: a log that they watch cannot show two histories."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import cosignatures
from fediverse_node.signatures.notes import NoteKey
from fediverse_node.verify.findings import Report

_MAX_SHOWN = 8


def check_witnesses(note: str, demanded: Sequence[NoteKey], report: Report) -> None:
    """Whether each witness that is *demanded* cosigned *note*; who else did is said, and not checked."""
    for key in demanded:
        try:
            at = cosignatures.time_of(note, key)
        except NotValid as error:
            report.broken(f"The witness {key.name}: {error}")
            continue
        report.check(
            at is not None,
            held=f"The witness {key.name} cosigned the checkpoint on {_moment(at or 0)}.",
            broken=f"The witness {key.name} did not cosign the checkpoint.",
        )
    known = {key.name for key in demanded}
    others = [name for name in dict.fromkeys(cosignatures.names_in(note)) if name not in known]
    if others:
        named = ", ".join(others[:_MAX_SHOWN])
        report.noted(f"Cosignatures of {named} were not checked: give their keys with --witness.")


def _moment(seconds: int) -> str:
    try:
        return to_rfc3339(datetime.fromtimestamp(seconds, UTC))
    except (OverflowError, ValueError, OSError):
        return f"second {seconds}"
