"""Issuing: a receipt is made, signed with its author's key, and its fingerprint put into the log.

All of it in the transaction that wrote the line of the ledger: a crash leaves both or neither.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable
from typing import Final

import rfc8785

from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.actors.model import ActorKey
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.kernel.urls import origin_of
from fediverse_node.receipts import document, queries, tree
from fediverse_node.receipts.model import Event, Receipt
from fediverse_node.signatures import keys, proofs
from fediverse_node.storage.tx import Tx

log = logging.getLogger(__name__)

#: Rung when the log grew.
BELL: Final = "consent-log"


def issue(tx: Tx, event: Event, *, keep: bool = True) -> Receipt:
    """Make the receipt of *event* and put its line into the log.

    Args:
        tx: that which wrote the line of the ledger.
        event: the line.
        keep: whether the receipt and its salt are kept; without, only the line of the log is left.
    """
    addresses = Addresses(origin_of(event.actor_uri))
    index = _claim(tx, addresses)
    key = _key_of(tx, event.actor_uri)
    salt = secrets.token_bytes(32)
    text = None if key is None else _signed(tx, event, key, index, addresses)
    if text is None:
        log.warning("consent.unsigned", extra={"seq": event.seq})
    commit = document.commitment(salt, text or "")
    tree.append(tx, index, document.entry(event.kind, to_rfc3339(tx.now), commit))
    kept = keep and text is not None
    made = Receipt(
        seq=event.seq,
        log_index=index,
        at=tx.now,
        kind=event.kind,
        revokes=event.revokes,
        salt=salt.hex() if kept else None,
        document=text if kept else None,
    )
    queries.add_receipt(tx, made)
    tx.ring(BELL)
    return made


def hold(tx: Tx) -> None:
    """Let nobody else add to the log before this transaction ends."""
    queries.hold(tx)


def forget(tx: Tx, seqs: Iterable[int]) -> None:
    """Erase receipts and salts: their lines of the log stay, and nobody can tell whom they were about."""
    queries.forget(tx, seqs)


def open_log(tx: Tx, addresses: Addresses) -> None:
    """Make the log and its key, unless they are there."""
    key = keys.generate_ed25519("log")
    queries.create_log(tx, addresses.log_name, keys.dump_private(key))


def _claim(tx: Tx, addresses: Addresses) -> int:
    index = queries.next_index(tx)
    if index is None:
        open_log(tx, addresses)
        index = queries.next_index(tx)
    assert index is not None
    return index


def _key_of(tx: Tx, actor_uri: str) -> ActorKey | None:
    """The author's own key; None when the account has gone and its keys with it."""
    actor = actors.by_uri(tx, actor_uri)
    if actor is None or not actor.local:
        return None
    own = [key for key in actors.keys_of(tx, actor.id) if key.kind == "ed25519" and key.private_key]
    return own[-1] if own else None


def _signed(tx: Tx, event: Event, key: ActorKey, index: int, addresses: Addresses) -> str:
    unsigned = document.receipt(tx, event, key, log_index=index, addresses=addresses)
    private = keys.load_private(key.private_key or "", key.key_id)
    return rfc8785.dumps(proofs.prove(unsigned, private, now=tx.now)).decode()
