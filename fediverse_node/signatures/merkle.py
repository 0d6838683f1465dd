"""The Merkle tree of a transparency log (RFC 6962, section 2.1; RFC 9162, section 2.1): hashes and proofs.

A tree is reached through `Nodes`: whoever has the leaves, the stored nodes or only the tiles of a log can
answer with the hash of a whole subtree. Nothing here knows where they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

#: The root of a tree without leaves.
EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_SIZE = 32

#: `(level, index)` → the hash of the whole subtree over the leaves from index·2^level, 2^level of them.
Nodes = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry. Its first byte keeps an entry from being taken for a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def nodes_over(leaves: Sequence[bytes]) -> Nodes:
    """The subtrees over *leaves*, which are leaf hashes."""

    def node(level: int, index: int) -> bytes:
        row = leaves[index << level : (index + 1) << level]
        while len(row) > 1:
            row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
        return row[0]

    return node


def parts(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The whole subtrees that the range of leaves *start* to *end* is made of, left to right.

    *start* is where a subtree of that range may begin: a multiple of the largest power of two in it.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def range_root(nodes: Nodes, start: int, end: int) -> bytes:
    """The hash over the leaves *start* to *end*, which is a subtree that RFC 6962 forms."""
    found = [nodes(level, index) for level, index in parts(start, end)]
    if not found:
        return EMPTY_ROOT
    root = found.pop()
    while found:
        root = node_hash(found.pop(), root)
    return root


def root(nodes: Nodes, size: int) -> bytes:
    """The root over the first *size* leaves."""
    return range_root(nodes, 0, size)


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The audit path of leaf *index* in the tree of *size*, from the leaf upward.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("There is no such leaf in this tree.")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """The proof that the tree of size *old* is the beginning of that of size *new*.

    Raises:
        ValueError: the sizes are out of order.
    """
    if not 0 <= old <= new:
        raise ValueError("A tree only grows.")
    if old in {0, new}:
        return []
    start, end, whole, path = 0, new, True, []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(range_root(nodes, start, end))
    return path[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that *path* leads to from *leaf*; None where it has the wrong length (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return found if last == 0 else None


def includes(leaf: bytes, index: int, *, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether *path* proves that the tree with *root* has *leaf* at *index*."""
    return root_from_inclusion(leaf, index, size, path) == root


def consistent(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether *path* proves that the tree *old* = (size, root) begins *new* (RFC 9162, 2.1.4.2)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size == new_size:
        return not path and old_root == new_root
    if not 0 <= old_size < new_size:
        return False
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT
    hashes = list(path)
    # A whole subtree is its own proof, so it is not repeated in the path.
    if old_size & (old_size - 1) == 0:
        hashes.insert(0, old_root)
    return bool(hashes) and _roots_from(hashes, old_size, new_size) == (old_root, new_root)


def begins_otherwise(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether *path* proves that *new* = (size, root) begins with another tree than *old*.

    A path that leads to the root of *new* holds the hashes that are in it and no others, so the smaller tree
    that it leads to is the one that *new* begins with. Where *old* is a power of two long, it is not in the
    path and nothing can be proved.
    """
    (old_size, old_root), (new_size, new_root) = old, new
    if not path or not 0 < old_size < new_size or old_size & (old_size - 1) == 0:
        return False
    found = _roots_from(path, old_size, new_size)
    return found is not None and found[1] == new_root and found[0] != old_root


def _roots_from(hashes: Sequence[bytes], old_size: int, new_size: int) -> tuple[bytes, bytes] | None:
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _split(width: int) -> int:
    """The largest power of two below *width*, which is at least 2."""
    return 1 << ((width - 1).bit_length() - 1)
