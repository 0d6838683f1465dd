from __future__ import annotations

from fediverse_node.receipts import queries, tree
from fediverse_node.signatures import merkle
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx


async def test_the_stored_tree_is_the_tree_over_its_lines(db: Database) -> None:
    lines = [f"line {number}" for number in range(37)]
    leaves = [merkle.leaf_hash(line.encode()) for line in lines]
    whole = merkle.nodes_over(leaves)

    def grow(tx: Tx) -> None:
        for index, line in enumerate(lines):
            tree.append(tx, index, line)

    await db.write(grow)

    def check(tx: Tx) -> None:
        stored = tree.stored(tx)
        for size in range(1, len(lines) + 1):
            assert tree.root(tx, size) == merkle.root(whole, size)
        for index in (0, 17, 31, 32, 36):
            assert merkle.inclusion_proof(stored, index, 37) == merkle.inclusion_proof(whole, index, 37)
        assert merkle.consistency_proof(stored, 13, 37) == merkle.consistency_proof(whole, 13, 37)
        assert queries.entries(tx, 5, 8) == lines[5:8]
        assert queries.row_of_nodes(tx, 0, 5, 8) == leaves[5:8]
        assert queries.row_of_nodes(tx, 5, 0, 9) == [whole(5, 0)]

    await db.read(check)
