"""Which lines of the ledger get a receipt and a line of the public log, and what they end.

A yes does, and so does whatever ends one. A no to what was never allowed needs no proof: whoever finds no
yes has found a no.
"""

from __future__ import annotations

from typing import Final

from fediverse_node.consent import queries
from fediverse_node.consent.licences import address_of
from fediverse_node.consent.model import Entry, Kind
from fediverse_node.receipts import issue
from fediverse_node.receipts.model import Event
from fediverse_node.storage.tx import Tx

#: Lines that one transaction catches up on.
BATCH: Final = 100


def prove(tx: Tx, entry: Entry) -> None:
    """Issue the receipt of *entry*, a line that has none yet, if it gets one."""
    revokes = _ended_by(tx, entry)
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
        license_url=address_of(entry.licence),
        media_sha256=entry.media_sha256,
        sensitive=bool(entry.sensitive),
        credit=entry.credit,
    )
    erasing = entry.kind == "erase"
    issue.issue(tx, event, keep=not erasing)
    if erasing:
        _forget(tx, entry)


def catch_up(tx: Tx, after: int) -> int | None:
    """Issue receipts for lines past *after* that were written before there were any.

    Gives the last line it looked at; None when there are no more.
    """
    issue.hold(tx)
    lines = queries.unproved(tx, after, BATCH)
    for line in lines:
        prove(tx, line)
    return lines[-1].seq if lines else None


def _ended_by(tx: Tx, entry: Entry) -> int | None:
    """The yes that *entry* ends: the line before it, or for a deletion the last there was."""
    kind: Kind | None = "grant" if entry.kind == "erase" else None
    last = queries.before(tx, entry.object_uri, entry.seq, kind=kind)
    return last.seq if last is not None and last.kind == "grant" else None


def _forget(tx: Tx, entry: Entry) -> None:
    """Erase what was kept about a post before *entry*. A mind can be changed any number of times."""
    after = 0
    while seqs := queries.seqs_before(tx, entry.object_uri, entry.seq, after=after, limit=BATCH):
        issue.forget(tx, seqs)
        after = seqs[-1]
