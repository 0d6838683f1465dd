"""The proofs of very many lines, against one checkpoint.

Lines that stand in one tile share the upper part of their paths, and a dataset has the proofs of nearly
all lines of a log. So a tile is read once, and the texts of its hashes are put together.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from fediverse_node.receipts import queries
from fediverse_node.receipts.model import SignedCheckpoint
from fediverse_node.signatures import merkle
from fediverse_node.signatures.tlog import PROOF_HEAD, TILE_HEIGHT, TILE_WIDTH, Proof
from fediverse_node.storage.tx import Tx

#: Tiles of leaves that are kept: lines are asked for mostly in order.
_KEPT: Final = 8
_WIDTHS: Final = tuple(TILE_WIDTH >> level for level in range(TILE_HEIGHT))


@dataclass(frozen=True, slots=True)
class _Tile:
    """The hashes below one tile's root as lines of text, level by level, and what stands above it."""

    levels: tuple[tuple[str, ...], ...]
    above: str


def prover(tx: Tx, last: SignedCheckpoint) -> Callable[[int, bytes], str]:
    """Makes the `.tlog-proof` of any line (index and salt) against the checkpoint *last*."""
    full = last.size // TILE_WIDTH

    @lru_cache(maxsize=1 << 10)
    def stored(level: int, number: int) -> list[bytes]:
        return queries.row_of_nodes(tx, level, number * TILE_WIDTH, (number + 1) * TILE_WIDTH)

    def node(level: int, index: int) -> bytes:
        number, place = divmod(index, TILE_WIDTH)
        return stored(level, number)[place]

    @lru_cache(maxsize=_KEPT)
    def tile(number: int) -> _Tile:
        first = number * TILE_WIDTH
        leaves = queries.row_of_nodes(tx, 0, first, first + TILE_WIDTH)
        above = merkle.inclusion_proof(node, first, last.size)[TILE_HEIGHT:]
        return _Tile(levels=_levels(leaves), above="".join(map(_line, above)))

    def prove(index: int, salt: bytes) -> str:
        number, place = divmod(index, TILE_WIDTH)
        if number >= full:  # the last tile has holes, which the general way knows to go around
            path = merkle.inclusion_proof(node, index, last.size)
            return Proof(index=index, path=tuple(path), checkpoint=last.note, extra=salt).text
        found = tile(number)
        extra = f"extra {base64.b64encode(salt).decode()}\n" if salt else ""
        below = "".join([row[place >> level ^ 1] for level, row in enumerate(found.levels)])
        return f"{PROOF_HEAD}\n{extra}index {index}\n{below}{found.above}\n{last.note}"

    return prove


def _levels(leaves: Sequence[bytes]) -> tuple[tuple[str, ...], ...]:
    found, row = [], list(leaves)
    for width in _WIDTHS:
        assert len(row) == width, "a full tile has no holes"
        found.append(tuple(map(_line, row)))
        row = [merkle.node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return tuple(found)


def _line(digest: bytes) -> str:
    return f"{base64.b64encode(digest).decode()}\n"
