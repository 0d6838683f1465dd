"""Being a witness: look at what a log hands in, and vouch for it or say why not.

A witness is worth something only if it never vouches for two histories of one log. So the comparison
with what it vouched for last and the note of what it vouches for now are one statement, in one transaction
that ends before the signature is given out.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import cosignatures, keys, merkle, notes, tlog
from fediverse_node.signatures.notes import NoteKey
from fediverse_node.signatures.tlog import Checkpoint, Submission
from fediverse_node.storage.tx import Tx
from fediverse_node.witnesses import queries
from fediverse_node.witnesses.model import Answer, Seen, WitnessKey

log = logging.getLogger(__name__)


def public_key(tx: Tx) -> NoteKey | None:
    """The key that our cosignatures are checked with; None while nobody asked for it."""
    found = queries.key_of(tx)
    return None if found is None else cosignatures.key_of(found.name, _private(found))


def open_key(tx: Tx, addresses: Addresses) -> NoteKey:
    """The same, made where it is not there."""
    fresh = keys.generate_ed25519("witness")
    queries.create_key(tx, addresses.witness_name, keys.dump_private(fresh))
    found = public_key(tx)
    assert found is not None
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A submission whose checkpoint is its log's own; whether it may be cosigned is not known yet."""

    submission: Submission
    text: str
    checkpoint: Checkpoint


def at_the_door(body: str, trusted: Mapping[str, NoteKey]) -> Handed | Answer:
    """*body*, which a log sent, taken apart; or why there is nothing more to look at.

    Args:
        body: a submission (C2SP tlog-witness, add-checkpoint).
        trusted: the keys of the logs that we are a witness of, by their origin.
    """
    try:
        submission = tlog.read_submission(body)
        text, _ = notes.signatures(submission.checkpoint)
        checkpoint = tlog.read_checkpoint(text)
    except NotValid:
        return Answer(verdict="malformed")
    key = trusted.get(checkpoint.origin)
    if key is None:
        return Answer(verdict="unknown")
    try:
        notes.open_note(submission.checkpoint, key)
    except NotValid:
        return Answer(verdict="unsigned")
    if submission.old > checkpoint.size:
        return Answer(verdict="malformed")
    return Handed(submission=submission, text=text, checkpoint=checkpoint)


def answer(tx: Tx, handed: Handed, addresses: Addresses) -> Answer:
    """What we say to *handed*. *tx* writes, and what it says is given out only once that is committed."""
    checkpoint = handed.checkpoint
    before = queries.seen(tx, checkpoint.origin)
    refused = _refused(before, handed.submission, checkpoint)
    if refused is not None:
        return refused
    if not queries.advance(tx, before, checkpoint):
        return Answer(verdict="conflict", size=queries.seen(tx, checkpoint.origin).size)
    return Answer(verdict="cosigned", line=_line(tx, handed.text, addresses))


def _refused(before: Seen, submission: Submission, checkpoint: Checkpoint) -> Answer | None:
    """Why *checkpoint* is not what follows *before*; None where it is."""
    if submission.old != before.size:
        return Answer(verdict="conflict", size=before.size)
    new = (checkpoint.size, checkpoint.root)
    if checkpoint.size == before.size and checkpoint.root != before.root:
        _name_fork(before, checkpoint)
        return Answer(verdict="conflict", size=before.size)
    if not merkle.consistent((before.size, before.root), new, submission.path):
        if merkle.begins_otherwise((before.size, before.root), new, submission.path):
            _name_fork(before, checkpoint)
        else:
            # Whoever has seen the checkpoint can send it with a proof that is none: that says nothing yet.
            log.warning(
                "witness.proof_refused",
                extra={"origin": checkpoint.origin, "known_size": before.size, "size": checkpoint.size},
            )
        return Answer(verdict="inconsistent")
    return None


def _name_fork(before: Seen, checkpoint: Checkpoint) -> None:
    # Signed by the log's own key: whoever keeps both checkpoints can show that it has two histories.
    log.error(
        "witness.fork_refused",
        extra={
            "origin": checkpoint.origin,
            "known_size": before.size,
            "known_root": before.root.hex(),
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
        },
    )


def _line(tx: Tx, text: str, addresses: Addresses) -> str:
    found = queries.key_of(tx)
    if found is None:
        open_key(tx, addresses)
        found = queries.key_of(tx)
    assert found is not None
    return cosignatures.cosign(text, found.name, _private(found), at=int(tx.now.timestamp()))


def _private(found: WitnessKey) -> Ed25519PrivateKey:
    key = keys.load_private(found.private_key, found.name)
    assert isinstance(key.private, Ed25519PrivateKey)
    return key.private
