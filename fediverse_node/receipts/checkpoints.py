"""Checkpoints: the node's signed word on how long its log is and what its root is.

One is signed after each end of a yes, where an export needs one, and else once an hour at most. Signing
binds: two checkpoints of one log that do not fit together are proof that somebody was shown another log than
the rest.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fediverse_node.receipts import queries, tree
from fediverse_node.receipts.model import Log, Receipt, SignedCheckpoint
from fediverse_node.signatures import keys, merkle, notes
from fediverse_node.signatures.notes import NoteKey
from fediverse_node.signatures.tlog import Checkpoint, Proof
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Rung when a checkpoint was signed.
BELL: Final = "consent-checkpoint"
#: How long a new yes may wait for a checkpoint.
EVERY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Signs notes with the key of the log that is called *name*."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    @property
    def key(self) -> NoteKey:
        """By which others check what was signed."""
        return notes.key_of(self.name, self.private)

    def note(self, text: str) -> str:
        """*text* as a signed note."""
        return notes.sign(text, self.name, self.private)


def public_key(tx: Tx) -> NoteKey | None:
    """The key that the log's checkpoints are signed with; None while there is no log."""
    found = queries.log_of(tx)
    return None if found is None else notes.key_of(found.name, _private(found))


def due(tx: Tx) -> bool:
    """Whether a checkpoint is to be signed now."""
    found, last = queries.log_of(tx), queries.last_checkpoint(tx)
    if found is None or found.size == 0:
        return False
    if last is None:
        return True
    if found.size == last.size:
        return False
    return tx.now - last.at >= EVERY or queries.ending_since(tx, last.size)


def sign(tx: Tx) -> SignedCheckpoint | None:
    """Sign the log as it is now, when it is time to; None when it is not."""
    return _sign(tx) if due(tx) else None


def covering(tx: Tx, index: int) -> SignedCheckpoint:
    """The smallest checkpoint that holds the line *index*; one is signed now when there is none."""
    return queries.checkpoint_over(tx, index) or _sign(tx) or _signed_by_another(tx, index)


def signer(tx: Tx) -> Signer:
    """Who signs for the log, which is there."""
    found = queries.log_of(tx)
    assert found is not None
    return Signer(name=found.name, private=_private(found))


def _signed_by_another(tx: Tx, index: int) -> SignedCheckpoint:
    found = queries.checkpoint_over(tx, index)
    assert found is not None, "a line that can be seen is in the log"
    return found


def _sign(tx: Tx) -> SignedCheckpoint | None:
    found = queries.log_of(tx)
    assert found is not None
    checkpoint = Checkpoint(origin=found.name, size=found.size, root=tree.root(tx, found.size))
    note = notes.sign(checkpoint.text, found.name, _private(found))
    # Another process may have been faster; what it gave out stands.
    if not queries.add_checkpoint(tx, found.size, note):
        return None
    tx.ring(BELL)
    log.info("consent.checkpoint", extra={"size": found.size})
    return SignedCheckpoint(size=found.size, at=tx.now, note=note)


def proof_of(tx: Tx, receipt: Receipt) -> Proof | None:
    """The proof that the line of *receipt* is in the log; None until a checkpoint covers it.

    Its extra bytes are the salt, without which the line cannot be made from the receipt.
    """
    last = queries.last_checkpoint(tx)
    if last is None or receipt.log_index >= last.size:
        return None
    path = merkle.inclusion_proof(tree.stored(tx), receipt.log_index, last.size)
    salt = bytes.fromhex(receipt.salt or "")
    return Proof(index=receipt.log_index, path=tuple(path), checkpoint=last.note, extra=salt)


def _private(found: Log) -> Ed25519PrivateKey:
    key = keys.load_private(found.private_key, found.name)
    assert isinstance(key.private, Ed25519PrivateKey)
    return key.private
