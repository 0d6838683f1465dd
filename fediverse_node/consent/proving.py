"""Which lines of the ledger get a receipt and a line of the public log, and what they end.

A yes does, and so does whatever ends one. A no to what was never allowed needs no proof: whoever finds no
yes has found a no.
"""

from __future__ import annotations

from typing import Final

from fediverse_node.consent import queries
from fediverse_node.consent.model import Entry
from fediverse_node.receipts import issue
from fediverse_node.receipts.model import Event
from fediverse_node.storage.tx import Tx

#: Lines that one transaction catches up on.
BATCH: Final = 100


def prove(tx: Tx, entry: Entry) -> None:
    """Issue the receipt of *entry*, a line that has none yet, if it gets one."""
    earlier = [line for line in queries.history(tx, entry.object_uri) if line.seq < entry.seq]
    revokes = _ended_by(entry, earlier)
    if entry.kind != "grant" and revokes is None:
        return
    event = Event(
        seq=entry.seq,
        at=entry.at,
        kind=entry.kind,
        actor_uri=entry.actor_uri,
        object_uri=entry.object_uri,
        revision=entry.revision,
        purposes=entry.purposes,
        terms_id=entry.terms_id,
        terms_sha256=entry.terms_sha256,
        method=entry.method,
        revokes=revokes,
    )
    erasing = entry.kind == "erase"
    issue.issue(tx, event, keep=not erasing)
    if erasing:
        issue.forget(tx, [line.seq for line in earlier])


def catch_up(tx: Tx, after: int) -> int | None:
    """Issue receipts for lines past *after* that were written before there were any.

    Gives the last line it looked at; None when there are no more.
    """
    issue.hold(tx)
    lines = queries.unproved(tx, after, BATCH)
    for line in lines:
        prove(tx, line)
    return lines[-1].seq if lines else None


def _ended_by(entry: Entry, earlier: list[Entry]) -> int | None:
    """The yes that *entry* ends: the line before it, or for a deletion the last there was."""
    grants = [line.seq for line in earlier if line.kind == "grant"]
    if entry.kind == "erase":
        return grants[-1] if grants else None
    return earlier[-1].seq if earlier and earlier[-1].kind == "grant" else None
