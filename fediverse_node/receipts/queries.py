"""All SQL of the receipts room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from fediverse_node.receipts.model import ENDING, Log, Receipt, SignedCheckpoint
from fediverse_node.receipts.tables import (
    consent_checkpoints,
    consent_cosignatures,
    consent_entries,
    consent_log,
    consent_nodes,
    consent_receipts,
)
from fediverse_node.storage.base import moment_of
from fediverse_node.storage.tx import Row, Tx

_LOG_ID = 1
_LEVEL = 1 << 56
#: Rows that one statement names.
_AT_ONCE = 1000
_later = consent_receipts.alias()
_REVOKED_BY = (
    sa.select(sa.func.min(_later.c.id)).where(_later.c.revokes == consent_receipts.c.id).scalar_subquery()
)
_RECEIPT = sa.select(
    consent_receipts.c.id,
    consent_receipts.c.log_index,
    consent_receipts.c.at,
    consent_receipts.c.kind,
    consent_receipts.c.revokes,
    consent_receipts.c.salt,
    consent_receipts.c.document,
    _REVOKED_BY.label("revoked_by"),
)
#: As `_RECEIPT`, but for the moment: whoever writes a dataset asks for a million of them.
_BY_SEQS = _RECEIPT.with_only_columns(
    *(
        sa.type_coerce(column, sa.BigInteger) if column.name == "at" else column
        for column in _RECEIPT.selected_columns
    )
).where(consent_receipts.c.id.in_(sa.bindparam("seqs", expanding=True)))
_HASHES = sa.select(consent_nodes.c.id, consent_nodes.c.hash).where(
    consent_nodes.c.id.in_(sa.bindparam("places", expanding=True))
)


def log_of(tx: Tx) -> Log | None:
    """The log, once something was put into it."""
    statement = sa.select(consent_log.c.name, consent_log.c.size, consent_log.c.private_key)
    row = tx.first(statement.where(consent_log.c.id == _LOG_ID))
    if row is None:
        return None
    return Log(name=row[0], size=row[1], private_key=tx.vault.open(row[2], about=row[0]))


def create_log(tx: Tx, name: str, private_key: str) -> None:
    """Make the log, unless it is there."""
    hidden = tx.vault.seal(private_key, about=name)
    tx.insert_new(
        consent_log,
        {"id": _LOG_ID, "name": name, "size": 0, "private_key": hidden, "created_at": tx.now},
    )


def hold(tx: Tx) -> None:
    """Lock the log's row, where there is one, until the transaction ends."""
    tx.execute(consent_log.update().where(consent_log.c.id == _LOG_ID).values(size=consent_log.c.size))


def next_index(tx: Tx) -> int | None:
    """Claim the next place in the log; None where there is no log yet.

    The row stays locked until the transaction ends, so that lines are added one after the other and
    none is missing before one that can be seen.
    """
    grown = consent_log.update().where(consent_log.c.id == _LOG_ID).values(size=consent_log.c.size + 1)
    size = tx.execute(grown.returning(consent_log.c.size)).scalar()
    return None if size is None else int(size) - 1


def add_entry(tx: Tx, index: int, entry: str) -> None:
    """Store a line of the log."""
    tx.insert(consent_entries, {"id": index, "entry": entry})


def entries(tx: Tx, start: int, end: int) -> list[str]:
    """The lines from *start* up to *end*."""
    statement = sa.select(consent_entries.c.entry).where(
        consent_entries.c.id >= start, consent_entries.c.id < end
    )
    return [row[0] for row in tx.all(statement.order_by(consent_entries.c.id))]


def add_nodes(tx: Tx, nodes: Sequence[tuple[int, int, bytes]]) -> None:
    """Store the hashes of subtrees, as (level, index, hash)."""
    rows = [{"id": level * _LEVEL + index, "hash": digest.hex()} for level, index, digest in nodes]
    tx.insert(consent_nodes, rows)


def nodes(tx: Tx, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """The hashes at *places* (level, index), in one statement."""
    wanted = [level * _LEVEL + index for level, index in places]
    found = tx.all(_HASHES, {"places": wanted}) if wanted else []
    return {divmod(row[0], _LEVEL): bytes.fromhex(row[1]) for row in found}


def row_of_nodes(tx: Tx, level: int, start: int, end: int) -> list[bytes]:
    """The hashes of one level from *start* up to *end*."""
    first, last = level * _LEVEL + start, level * _LEVEL + end
    statement = sa.select(consent_nodes.c.hash).where(consent_nodes.c.id >= first, consent_nodes.c.id < last)
    return [bytes.fromhex(row[0]) for row in tx.all(statement.order_by(consent_nodes.c.id))]


def add_receipt(tx: Tx, receipt: Receipt) -> None:
    """Store a receipt."""
    tx.insert(
        consent_receipts,
        {
            "id": receipt.seq,
            "log_index": receipt.log_index,
            "at": receipt.at,
            "kind": receipt.kind,
            "revokes": receipt.revokes,
            "salt": receipt.salt,
            "document": receipt.document,
        },
    )


def forget(tx: Tx, seqs: Iterable[int]) -> None:
    """Erase the texts and salts of receipts; their lines of the log stay."""
    wanted = list(seqs)
    # PostgreSQL takes 65,535 parameters, and a mind can be changed more often than that.
    for first in range(0, len(wanted), _AT_ONCE):
        which = consent_receipts.c.id.in_(wanted[first : first + _AT_ONCE])
        tx.execute(consent_receipts.update().where(which).values(salt=None, document=None))


def by_seq(tx: Tx, seq: int) -> Receipt | None:
    """The receipt of a line of the ledger."""
    return by_seqs(tx, [seq]).get(seq)


def by_seqs(tx: Tx, seqs: Iterable[int]) -> dict[int, Receipt]:
    """Those of the lines *seqs* of the ledger that have one, in one statement."""
    wanted = list(seqs)
    found = tx.raw(_BY_SEQS, {"seqs": wanted}) if wanted else ()
    return {
        seq: Receipt(seq, place, moment_of(at), kind, revokes, salt, document, revoked_by)
        for seq, place, at, kind, revokes, salt, document, revoked_by in found
    }


def in_order(tx: Tx, after: int, limit: int) -> list[Receipt]:
    """Every receipt past the index *after* of the log, in the order of the log; also erased ones."""
    statement = _RECEIPT.where(consent_receipts.c.log_index > after)
    rows = tx.all(statement.order_by(consent_receipts.c.log_index).limit(limit))
    return [_receipt(row) for row in rows]


def endings(tx: Tx, after: int, limit: int) -> list[Receipt]:
    """What ended a yes, past the index *after* of the log, in the order of the log."""
    ended = sa.or_(consent_receipts.c.revokes.is_not(None), consent_receipts.c.kind.in_(ENDING))
    statement = _RECEIPT.where(consent_receipts.c.log_index > after, ended)
    rows = tx.all(statement.order_by(consent_receipts.c.log_index).limit(limit))
    return [_receipt(row) for row in rows]


def last_endings(tx: Tx, limit: int) -> list[Receipt]:
    """What ended a yes most recently, the newest first."""
    ended = sa.or_(consent_receipts.c.revokes.is_not(None), consent_receipts.c.kind.in_(ENDING))
    rows = tx.all(_RECEIPT.where(ended).order_by(consent_receipts.c.log_index.desc()).limit(limit))
    return [_receipt(row) for row in rows]


def revoked_indices(tx: Tx, start: int, end: int) -> list[int]:
    """The indices, from *start* up to *end*, of receipts that say yes no longer."""
    ending = consent_receipts.alias()
    statement = sa.select(consent_receipts.c.log_index).where(
        consent_receipts.c.log_index >= start,
        consent_receipts.c.log_index < end,
        sa.exists().where(ending.c.revokes == consent_receipts.c.id),
    )
    return [row[0] for row in tx.all(statement)]


def add_checkpoint(tx: Tx, size: int, note: str) -> bool:
    """Keep a signed checkpoint. False when there is one of this size."""
    return tx.insert_new(consent_checkpoints, {"id": size, "at": tx.now, "note": note})


def last_checkpoint(tx: Tx) -> SignedCheckpoint | None:
    """The checkpoint over the largest tree, with what witnesses say of it."""
    columns = (consent_checkpoints.c.id, consent_checkpoints.c.at, consent_checkpoints.c.note)
    row = tx.first(sa.select(*columns).order_by(consent_checkpoints.c.id.desc()).limit(1))
    return None if row is None else _checkpoint(tx, row)


def checkpoint_over(tx: Tx, index: int) -> SignedCheckpoint | None:
    """The checkpoint over the smallest tree that holds the line *index*, with what witnesses say of it."""
    columns = (consent_checkpoints.c.id, consent_checkpoints.c.at, consent_checkpoints.c.note)
    statement = sa.select(*columns).where(consent_checkpoints.c.id > index)
    row = tx.first(statement.order_by(consent_checkpoints.c.id).limit(1))
    return None if row is None else _checkpoint(tx, row)


def add_cosignature(tx: Tx, size: int, witness: str, line: str) -> bool:
    """Keep the *line* of a *witness* (its verifier key). False when it has given one for this size."""
    values = {"id": tx.new_id(), "size": size, "witness": witness, "line": line}
    return tx.insert_new(consent_cosignatures, values)


def cosigned_size(tx: Tx, witness: str) -> int:
    """The largest tree that *witness* (its verifier key) has cosigned; 0 for none."""
    known = consent_cosignatures.c.witness == witness
    return int(tx.scalar(sa.select(sa.func.max(consent_cosignatures.c.size)).where(known)) or 0)


def ending_since(tx: Tx, size: int) -> bool:
    """Whether one of the lines past *size* ends a yes."""
    return bool(endings(tx, size - 1, 1))


def _checkpoint(tx: Tx, row: Row) -> SignedCheckpoint:
    size, at, note = row
    lines = sa.select(consent_cosignatures.c.line).where(consent_cosignatures.c.size == size)
    found = tx.all(lines.order_by(consent_cosignatures.c.id))
    return SignedCheckpoint(size=size, at=at, note=note + "".join(line[0] for line in found))


def _receipt(row: Row) -> Receipt:
    seq, log_index, at, kind, revokes, salt, document, revoked_by = row
    return Receipt(
        seq=seq,
        log_index=log_index,
        at=at,
        kind=kind,
        revokes=revokes,
        salt=salt,
        document=document,
        revoked_by=revoked_by,
    )
