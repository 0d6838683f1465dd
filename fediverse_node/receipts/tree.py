"""The Merkle tree over the lines of the log, kept as hashes of whole subtrees.

A line that is added completes at most one subtree on each level, and the roots and proofs of a tree with
a billion lines are made of some thirty of those hashes.
"""

from __future__ import annotations

from fediverse_node.receipts import queries
from fediverse_node.signatures import merkle
from fediverse_node.signatures.merkle import Nodes
from fediverse_node.storage.tx import Tx


def append(tx: Tx, index: int, entry: str) -> None:
    """Put *entry* at *index*, which `queries.next_index` gave, into the log."""
    queries.add_entry(tx, index, entry)
    digest = merkle.leaf_hash(entry.encode())
    made = [(0, index, digest)]
    left = [(level, (index >> level) - 1) for level in range(_completed(index))]
    siblings = queries.nodes(tx, left)
    for level, place in left:
        digest = merkle.node_hash(siblings[level, place], digest)
        made.append((level + 1, place >> 1, digest))
    queries.add_nodes(tx, made)


def stored(tx: Tx) -> Nodes:
    """The subtrees as they are stored, for `signatures.merkle`."""

    def node(level: int, index: int) -> bytes:
        return queries.nodes(tx, [(level, index)])[level, index]

    return node


def root(tx: Tx, size: int) -> bytes:
    """The root over the first *size* lines."""
    places = list(merkle.parts(0, size))
    found = queries.nodes(tx, places)
    return merkle.root(lambda level, index: found[level, index], size)


def _completed(index: int) -> int:
    """How many levels of subtrees the leaf at *index* completes: its trailing ones in binary."""
    return ((index + 1) & ~index).bit_length() - 1
