from __future__ import annotations

from fediverse_node.actors.model import Actor
from fediverse_node.imports import taken_over, wishes
from fediverse_node.storage.database import Database
from tests.fixtures.outbox import member
from tests.fixtures.rooms import note


async def test_what_was_taken_over_is_known_to_whom_it_belongs(db: Database, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    post = await db.write(lambda tx: note(tx, alice))
    await db.write(lambda tx: taken_over.note(tx, alice.id, "https://old.example/1", post.id))
    uris = ["https://old.example/1", "https://old.example/2"]
    assert await db.read(lambda tx: taken_over.known(tx, alice.id, uris)) == {uris[0]: post.id}
    assert await db.read(lambda tx: taken_over.known(tx, bob.id, uris)) == {}


async def test_who_leaves_is_forgotten_and_nobody_else(db: Database, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    for who in (alice, bob):
        post = await db.write(lambda tx: note(tx, who))  # noqa: B023 awaited within its turn
        await db.write(lambda tx: taken_over.note(tx, who.id, "https://old.example/1", post.id))  # noqa: B023 likewise
        await db.write(lambda tx: wishes.add(tx, who.id, "follow", [("@a@x.example", True)]))  # noqa: B023 likewise
    await db.write(lambda tx: taken_over.forget(tx, alice.id))
    assert await db.read(lambda tx: taken_over.known(tx, alice.id, ["https://old.example/1"])) == {}
    assert await db.read(lambda tx: wishes.waiting(tx, alice.id)) == {}
    assert await db.read(lambda tx: taken_over.known(tx, bob.id, ["https://old.example/1"]))
    assert await db.read(lambda tx: wishes.waiting(tx, bob.id)) == {"follow": 1}
