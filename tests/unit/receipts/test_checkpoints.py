from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fediverse_node.receipts import checkpoints, issue, queries
from fediverse_node.receipts.model import Receipt
from fediverse_node.signatures import merkle, notes, tlog
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person
from tests.unit.receipts.test_issue import GRANT

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


async def test_a_checkpoint_is_signed_hourly_and_after_each_end_of_a_yes(database_url: str) -> None:
    clock = Clock()
    db = open_database(database_url, clock=clock)
    seq = iter(range(1, 9))

    async def add(**changes: object) -> Receipt:
        event = replace(GRANT, seq=next(seq), **changes)  # type: ignore[arg-type]  # columns of the test
        return await db.write(lambda tx: issue.issue(tx, event))

    assert await db.write(checkpoints.sign) is None
    await db.write(lambda tx: person(tx, "alice"))
    await add()
    first = await db.write(checkpoints.sign)
    assert first is not None
    assert first.size == 1

    second = await add()
    clock.now = NOON + timedelta(minutes=59)
    assert await db.write(checkpoints.sign) is None
    assert await db.read(lambda tx: checkpoints.proof_of(tx, second)) is None
    clock.now = NOON + timedelta(minutes=60)
    assert await db.write(checkpoints.sign) is not None

    await add(kind="withdraw", revokes=second.seq)
    ended = await db.write(checkpoints.sign)
    assert ended is not None
    assert ended.size == 3
    assert await db.write(checkpoints.sign) is None

    def check(tx: Tx) -> None:
        key, proof = checkpoints.public_key(tx), checkpoints.proof_of(tx, second)
        assert key is not None
        assert proof is not None
        assert key.name == "here.example/consent"
        signed = tlog.read_checkpoint(notes.open_note(proof.checkpoint, key))
        [_, entry, _] = queries.entries(tx, 0, 3)
        leaf = merkle.leaf_hash(entry.encode())
        assert merkle.includes(leaf, 1, size=3, root=signed.root, path=proof.path)
        assert proof.extra.hex() == second.salt

    await db.read(check)
    await db.close()


async def test_an_export_gets_the_smallest_checkpoint_that_holds_it(database_url: str) -> None:
    def unit(tx: Tx) -> None:
        person(tx, "alice")
        first = issue.issue(tx, replace(GRANT, seq=1))
        small = checkpoints.covering(tx, first.log_index)
        assert small.size == 1
        for seq in range(2, 300):
            issue.issue(tx, replace(GRANT, seq=seq))
        assert checkpoints.covering(tx, first.log_index).note == small.note

        large = checkpoints.covering(tx, 298)
        assert (large.size, checkpoints.covering(tx, 150).note) == (299, large.note)
        assert notes.open_note(large.note, checkpoints.signer(tx).key)

    db = open_database(database_url)
    await db.write(unit)
    await db.close()
