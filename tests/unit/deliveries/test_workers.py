from __future__ import annotations

from fediverse_node.deliveries import workers
from fediverse_node.storage.database import Database
from tests.fixtures.outbox import TurnedClock


async def test_a_process_is_there_until_it_leaves_or_falls_silent(db: Database, clock: TurnedClock) -> None:
    began = clock.now
    for name in ("a:1", "b:2"):
        await db.write(lambda tx, name=name: workers.note(tx, name, began))  # type: ignore[misc]  # mypy knows no defaults of lambdas
    assert await db.read(workers.alive) == {"a:1": began, "b:2": began}
    await db.write(lambda tx: workers.leave(tx, "a:1"))
    assert list(await db.read(workers.alive)) == ["b:2"]
    clock.turn(minutes=3)
    assert await db.read(workers.alive) == {}
    assert await db.read(workers.lost) == {"b:2": began}
    await db.write(lambda tx: workers.note(tx, "b:2", began))
    assert await db.read(workers.alive) == {"b:2": began}
    assert await db.read(workers.lost) == {}
