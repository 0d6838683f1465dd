from __future__ import annotations

import pytest

from fediverse_node.receipts import checkpoints, issue, paths, queries
from fediverse_node.receipts.model import Receipt
from fediverse_node.signatures import merkle, notes
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import ADDRESSES, db

__all__ = ["db"]


def _plant(tx: Tx, size: int) -> None:
    """A log of *size* lines, of which nobody has a receipt."""
    issue.open_log(tx, ADDRESSES)
    row, level = [merkle.leaf_hash(b"%d" % number) for number in range(size)], 0
    while row:
        queries.add_nodes(tx, [(level, number, digest) for number, digest in enumerate(row)])
        row = [merkle.node_hash(row[n], row[n + 1]) for n in range(0, len(row) - 1, 2)]
        level += 1
    for _ in range(size):
        queries.next_index(tx)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
async def test_the_proofs_of_many_lines_are_those_that_one_at_a_time_would_give(
    db: Database, size: int
) -> None:
    def unit(tx: Tx) -> None:
        _plant(tx, size)
        last = checkpoints.covering(tx, size - 1)
        prove, salt = paths.prover(tx, last), bytes(32)
        for index in {0, 1, 100, 254, 255, 256, 300, 511, 512, size - 1} & set(range(size)):
            receipt = Receipt(seq=1, log_index=index, at=tx.now, kind="grant", salt=salt.hex(), document="{}")
            expected = checkpoints.proof_of(tx, receipt)
            assert expected is not None
            assert prove(index, salt) == expected.text
        assert notes.open_note(last.note, checkpoints.signer(tx).key)

    await db.write(unit)
