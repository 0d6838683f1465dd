from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from fediverse_node.media import queries
from fediverse_node.media.model import Copy, Share
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx


def copy(tx: Tx, number: int, *, size: int = 100, host: str = "there.example") -> Copy:
    return Copy(
        id=number,
        key=f"key {number}",
        post_id=None,
        actor_id=None,
        host=host,
        domain="people.example",
        media_type="image/png",
        size=size,
        name=f"{number:032x}",
        used_at=tx.now + timedelta(seconds=number),
        created_at=tx.now,
    )


def fill(tx: Tx, count: int) -> None:
    queries.ensure_secret(tx)
    for number in range(1, count + 1):
        assert queries.add(tx, copy(tx, number))


async def test_the_key_is_made_once(db: Database) -> None:
    assert await db.read(queries.secret) is None
    made = await db.write(queries.ensure_secret)
    assert len(made) == 64
    assert await db.write(queries.ensure_secret) == made == await db.read(queries.secret)


async def test_the_size_of_all_is_known_without_adding_them_up(db: Database) -> None:
    def unit(tx: Tx) -> list[int]:
        fill(tx, 3)
        assert not queries.add(tx, replace(copy(tx, 4), key="key 3"))
        sizes = [queries.size(tx)]
        found = queries.find(tx, "key 2")
        assert found is not None
        queries.remove(tx, [found])
        queries.remove(tx, [found])
        return [*sizes, queries.size(tx)]

    assert await db.write(unit) == [300, 200]


async def test_what_was_not_looked_at_goes_first(db: Database) -> None:
    def unit(tx: Tx) -> None:
        fill(tx, 5)
        queries.note_uses(tx, {"key 1": tx.now + timedelta(hours=1), "no such": tx.now})
        queries.note_uses(tx, {"key 5": tx.now - timedelta(hours=1)})
        assert [each.id for each in queries.make_room(tx, 250)] == [2, 3, 4]
        assert queries.size(tx) == 200
        assert queries.make_room(tx, 250) == []
        assert {each.id for each in queries.make_room(tx, 0)} == {1, 5}
        assert queries.size(tx) == 0

    await db.write(unit)


async def test_copies_are_gone_through_and_told_apart_by_host(db: Database) -> None:
    def unit(tx: Tx) -> None:
        fill(tx, 3)
        queries.add(tx, copy(tx, 4, size=1000, host="large.example"))
        assert [each.id for each in queries.after(tx, 1, limit=2)] == [2, 3]
        assert [each.id for each in queries.of_host(tx, "large.example")] == [4]
        assert len(queries.of_host(tx, "people.example")) == 4
        assert queries.named(tx, [f"{2:032x}", "0" * 32]) == {f"{2:032x}"}
        assert queries.shares(tx, limit=9) == (
            4,
            [
                Share(host="large.example", files=1, size=1000),
                Share(host="there.example", files=3, size=300),
            ],
        )

    await db.write(unit)
