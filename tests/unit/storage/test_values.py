from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from fediverse_node.actors import queries as actors
from fediverse_node.actors.tables import actors as table
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.storage.values import Kind, Raw, Values
from tests.fixtures.rooms import person


@dataclass(frozen=True)
class Word:
    text: str


def test_a_row_that_is_the_same_is_the_same_value() -> None:
    read: list[Raw] = []

    def reading(row: Raw) -> Raw:
        read.append(row)
        return row

    words = Values(Kind(lambda row: Word(row[1])))
    first = words.of((1, "river"), reading)
    assert words.of((1, "river"), reading) is first
    assert len(read) == 1
    changed = words.of((1, "bridge"), reading)
    assert changed == Word("bridge")
    assert words.of((1, "bridge"), reading) is changed
    assert words.of((1, "river"), reading) is not first


def test_what_is_kept_is_bounded() -> None:
    words = Values(Kind(lambda row: Word(row[1])), size=2)
    made = [words.of((number, "word"), tuple) for number in (1, 2, 3)]
    assert words.of((3, "word"), tuple) is made[2]
    assert words.of((1, "word"), tuple) is not made[0]


async def test_a_transaction_sees_a_changed_row_at_once_and_an_undone_change_never_was(db: Database) -> None:
    def change(tx: Tx, name: str) -> str:
        tx.execute(sa.update(table).where(table.c.id == alice.id).values(name=name))
        found = actors.by_id(tx, alice.id)
        assert found is not None
        if name == "Undone":
            raise LookupError
        return found.name

    def look(tx: Tx) -> object:
        return actors.by_id(tx, alice.id)

    alice = await db.write(lambda tx: person(tx, "alice"))
    before = await db.read(look)
    assert await db.read(look) is before
    assert await db.write(lambda tx: change(tx, "Alice II")) == "Alice II"
    after = await db.read(look)
    assert isinstance(after, type(alice))
    assert after.name == "Alice II"
    with pytest.raises(LookupError):
        await db.write(lambda tx: change(tx, "Undone"))
    assert await db.read(look) == after
