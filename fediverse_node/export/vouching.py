"""What shows others that the receipts of an export are in the consent log, and who signs for all of it."""

from __future__ import annotations

from dataclasses import dataclass

from fediverse_node.actors.addresses import Addresses
from fediverse_node.receipts import checkpoints, issue
from fediverse_node.receipts.checkpoints import Signer
from fediverse_node.receipts.model import SignedCheckpoint
from fediverse_node.storage.tx import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """The log's own word on an export; no checkpoint where there are no rows."""

    signer: Signer
    checkpoint: SignedCheckpoint | None


def vouch(tx: Tx, addresses: Addresses, index: int | None) -> Vouched:
    """The log's key, and the smallest checkpoint that holds the line *index*, the last of the rows'.

    The smallest, so that what is decided about other posts later on changes nothing in an export.
    """
    issue.open_log(tx, addresses)
    checkpoint = None if index is None else checkpoints.covering(tx, index)
    return Vouched(signer=checkpoints.signer(tx), checkpoint=checkpoint)
