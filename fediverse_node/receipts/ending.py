"""The end of a yes as a line for machines: the same in the feed and in what is sent to those who listen."""

from __future__ import annotations

from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.receipts.model import JsonDict, Receipt


def line_of(ended: Receipt, addresses: Addresses) -> JsonDict:
    """What ended, when, and of which receipt. Its `seq` is the place in the log, from which one reads on."""
    line: JsonDict = {
        "seq": ended.log_index,
        "kind": ended.kind,
        "ts": to_rfc3339(ended.at),
        "receipt": addresses.receipt(ended.seq),
    }
    if ended.revokes is not None:
        line["revokes"] = addresses.receipt(ended.revokes)
    return line
