from __future__ import annotations

from fediverse_node.storage.database import Database
from fediverse_node.storage.memory import KEEP_SECONDS, Memory
from fediverse_node.storage.tx import Tx


def test_a_value_is_kept_until_its_bell_rings_or_it_is_old() -> None:
    now = [10.0]
    memory = Memory(clock=lambda: now[0])
    memory.keep("bell", "value", began=10.0)
    assert memory.recall("bell") == "value"
    memory.forget("other")
    assert memory.recall("bell") == "value"
    memory.forget("bell")
    assert memory.recall("bell") is None
    now[0] = 11.0
    memory.keep("bell", "new", began=11.0)
    assert memory.recall("bell") == "new"
    now[0] += KEEP_SECONDS
    assert memory.recall("bell") is None


def test_what_was_read_before_the_bell_rang_is_not_kept() -> None:
    now = [10.0]
    memory = Memory(clock=lambda: now[0])
    memory.forget("bell")
    memory.keep("bell", "old", began=9.0)
    assert memory.recall("bell") is None


async def test_a_transaction_reads_once_and_sees_its_own_change(db: Database) -> None:
    read: list[int] = []

    def count(_: Tx) -> int:
        read.append(1)
        return len(read)

    def look(tx: Tx) -> int:
        return tx.remembered("bell", count)

    assert [await db.read(look) for _ in range(3)] == [1, 1, 1]
    assert db.remembered("bell") == 1

    def change(tx: Tx) -> int:
        tx.ring("bell")
        return look(tx)

    assert await db.write(change) == 2
    assert [await db.read(look) for _ in range(2)] == [3, 3]
