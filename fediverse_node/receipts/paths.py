"""The proofs of very many lines, against one checkpoint.

Lines that stand in one tile share the upper part of their paths, and a dataset has the proofs of nearly
all lines of a log. So a tile is read once, and the texts of its hashes are put together.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from fediverse_node.receipts import queries
from fediverse_node.receipts.model import SignedCheckpoint
from fediverse_node.signatures import merkle
from fediverse_node.signatures.tlog import PROOF_HEAD, TILE_HEIGHT, TILE_WIDTH, Proof
from fediverse_node.storage.tx import Tx

#: Tiles of leaves that are kept: lines are asked for mostly in order.
_KEPT: Final = 8
_WIDTHS: Final = tuple(TILE_WIDTH >> level for level in range(TILE_HEIGHT))


def prover(tx: Tx, last: SignedCheckpoint, *, in_json: bool = False) -> Callable[[int, bytes], str]:
    """Makes the `.tlog-proof` of any line (index and salt) against the checkpoint *last*.

    With *in_json* as it stands between the quotation marks of a JSON string.
    """
    full = last.size // TILE_WIDTH
    end = "\\n" if in_json else "\n"
    note = _in_json(last.note) if in_json else last.note

    @lru_cache(maxsize=1 << 10)
    def stored(level: int, number: int) -> list[bytes]:
        return queries.row_of_nodes(tx, level, number * TILE_WIDTH, (number + 1) * TILE_WIDTH)

    def node(level: int, index: int) -> bytes:
        number, place = divmod(index, TILE_WIDTH)
        return stored(level, number)[place]

    @lru_cache(maxsize=_KEPT)
    def tile(number: int) -> list[str]:
        first = number * TILE_WIDTH
        leaves = queries.row_of_nodes(tx, 0, first, first + TILE_WIDTH)
        above = merkle.inclusion_proof(node, first, last.size)[TILE_HEIGHT:]
        return _paths(leaves, "".join([_line(digest, end) for digest in above]), end)

    def prove(index: int, salt: bytes) -> str:
        number, place = divmod(index, TILE_WIDTH)
        if number >= full:  # the last tile has holes, which the general way knows to go around
            path = merkle.inclusion_proof(node, index, last.size)
            text = Proof(index=index, path=tuple(path), checkpoint=last.note, extra=salt).text
            return _in_json(text) if in_json else text
        extra = f"extra {_line(salt, end)}" if salt else ""
        return f"{PROOF_HEAD}{end}{extra}index {index}{end}{tile(number)[place]}{end}{note}"

    return prove


def _paths(leaves: Sequence[bytes], above: str, end: str) -> list[str]:
    """What stands beside the way up from each of the *leaves* of a full tile, as lines of text."""
    rows: list[list[bytes]] = [list(leaves)]
    for width in _WIDTHS:
        row = rows[-1]
        assert len(row) == width, "a full tile has no holes"
        rows.append([merkle.node_hash(row[place], row[place + 1]) for place in range(0, width, 2)])
    found = [above]
    for row in reversed(rows[:-1]):
        beside = [_line(digest, end) for digest in row]
        found = [beside[place ^ 1] + found[place >> 1] for place in range(len(row))]
    return found


def _line(digest: bytes, end: str) -> str:
    return f"{b2a_base64(digest, newline=False).decode()}{end}"


def _in_json(text: str) -> str:
    return msgspec.json.encode(text)[1:-1].decode()
