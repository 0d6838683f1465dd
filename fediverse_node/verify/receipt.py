"""One receipt: is it whole, is it its author's, and is it in the log that it names?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import rfc8785

from fediverse_node.kernel.errors import NotValid
from fediverse_node.kernel.urls import same_origin
from fediverse_node.signatures import keys, merkle, notes, proofs, tlog
from fediverse_node.signatures.base import SignatureRefused
from fediverse_node.signatures.notes import NoteKey
from fediverse_node.verify.findings import Report
from fediverse_node.verify.witnesses import check_witnesses

JsonDict = dict[str, Any]

_TEXTS: Final = ("id", "dataSubject", "object", "revisionSha256", "event", "issuedAt", "decidedAt", "log")
_SIGNER: Final = ("id", "controller", "publicKeyMultibase")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A receipt whose parts are of the right kinds; nothing of it is believed yet.

    Attributes:
        document: the receipt as it was read.
        signer: the key it names: id, controller and Multikey.
    """

    document: JsonDict
    id: str
    author: str
    about: str
    event: str
    issued: str
    log: str
    index: int
    signer: Mapping[str, str]

    @property
    def log_name(self) -> str:
        """What the log calls itself in its checkpoints."""
        return self.log.partition("://")[2]


def read(document: JsonDict) -> Claim:
    """Take a receipt apart.

    Raises:
        NotValid: it is none.
    """
    signer, index = document.get("signer"), document.get("logIndex")
    texts = {name: document.get(name) for name in _TEXTS}
    if not isinstance(signer, dict) or not all(isinstance(value, str) for value in texts.values()):
        raise NotValid("This is not a receipt: parts of it are missing.")
    if not all(isinstance(signer.get(name), str) for name in _SIGNER):
        raise NotValid("This receipt does not say who signed it.")
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        raise NotValid("This receipt does not say where in the log it is.")
    try:
        rfc8785.dumps(document)
    except ValueError as error:
        # A number that is exact in no IEEE double can be signed in several ways.
        raise NotValid("This receipt has no canonical form.") from error
    return Claim(
        document=document,
        id=str(texts["id"]),
        author=str(texts["dataSubject"]),
        about=str(texts["object"]),
        event=str(texts["event"]),
        issued=str(texts["issuedAt"]),
        log=str(texts["log"]),
        index=index,
        signer={name: str(signer[name]) for name in _SIGNER},
    )


def check_signature(claim: Claim, report: Report, *, now: datetime) -> None:
    """Whether the key that the receipt names signed it, and is one of its author's server."""
    # A receipt is believed for what its own server says of its own people, and for nothing else.
    own = claim.signer["controller"] == claim.author and same_origin(
        claim.id, claim.author, claim.about, claim.log, claim.signer["id"]
    )
    report.check(
        own,
        held=f"It is a receipt of {claim.author} about {claim.about}: {claim.event}.",
        broken="The receipt names an author, a post, a key or a log of another server.",
    )
    try:
        key = keys.from_multikey(claim.signer["publicKeyMultibase"], claim.signer["id"])
        claimed = proofs.peek(claim.document, now=now)
        if claimed is None:
            report.broken("The receipt is not signed.")
            return
        proofs.check(claimed, key)
    except (SignatureRefused, NotValid) as error:
        report.broken(f"The signature of the receipt does not hold: {error}")
        return
    report.held(f"The receipt is signed with the key {claim.signer['id']} and was not changed since.")


def entry_of(claim: Claim, salt: bytes) -> bytes:
    """The line of the log that belongs to the receipt."""
    commit = hashlib.sha256(salt + rfc8785.dumps(claim.document)).hexdigest()
    return rfc8785.dumps({"v": 1, "kind": claim.event, "ts": claim.issued, "commit": commit})


def check_proof(
    claim: Claim, text: str, key: NoteKey | None, report: Report, *, witnesses: Sequence[NoteKey] = ()
) -> None:
    """Whether the receipt is in its log, by a `.tlog-proof` and the log's key; None: the key is not known."""
    try:
        proof = tlog.read_proof(text)
        if key is None:
            report.open("The checkpoint was not checked: give the key of the log with --key.")
            checkpoint = tlog.read_checkpoint(proof.checkpoint.rpartition("\n\n")[0] + "\n")
        else:
            checkpoint = tlog.read_checkpoint(notes.open_note(proof.checkpoint, key))
            report.held(f"The checkpoint over {checkpoint.size} lines is signed by the log {key.name}.")
    except NotValid as error:
        report.broken(f"The proof does not hold: {error}")
        return
    check_witnesses(proof.checkpoint, witnesses, report)
    report.check(
        checkpoint.origin == claim.log_name and proof.index == claim.index,
        held=f"The proof is of line {claim.index} of the log {checkpoint.origin}, as the receipt says.",
        broken="The proof is of another log or another line than the receipt says.",
    )
    leaf = merkle.leaf_hash(entry_of(claim, proof.extra))
    report.check(
        merkle.includes(leaf, proof.index, size=checkpoint.size, root=checkpoint.root, path=proof.path),
        held="The receipt is in the tree that the checkpoint is of.",
        broken="The receipt is not in the tree of the checkpoint: it, its salt or the proof was changed.",
    )
