from __future__ import annotations

from dataclasses import replace

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import ActorKey, Picture
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import person, stranger


async def test_an_actor_comes_back_as_it_was_stored(db: Database) -> None:
    stored = await db.write(
        lambda tx: stranger(
            tx,
            "Bob",
            icon=Picture(url="https://there.example/b.png", media_type="image/png"),
            fields=(("home", "<a>x</a>"),),
            emojis=((":cat:", "https://there.example/cat.png"),),
            also_known_as=("https://old.example/bob",),
        )
    )

    for found in (
        await db.read(lambda tx: actors.by_id(tx, stored.id)),
        await db.read(lambda tx: actors.by_uri(tx, stored.uri)),
        await db.read(lambda tx: actors.by_handle(tx, "bOB", "there.example")),
    ):
        assert found == stored


async def test_saving_an_actor_again_keeps_its_id(db: Database) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob"))

    await db.write(lambda tx: actors.save(tx, replace(bob, id=tx.new_id(), name="Robert")))

    found = await db.read(lambda tx: actors.by_uri(tx, bob.uri))
    assert found == replace(bob, name="Robert")


async def test_keys_are_found_with_their_owner_and_dropped_when_no_longer_named(db: Database) -> None:
    def store(tx: Tx) -> tuple[ActorKey, ActorKey]:
        bob = stranger(tx, "bob")
        old = ActorKey(actor_id=bob.id, key_id=f"{bob.uri}#old", kind="rsa", public_key="old")
        new = ActorKey(actor_id=bob.id, key_id=f"{bob.uri}#new", kind="rsa", public_key="new")
        for key in (old, new):
            actors.save_key(tx, key)
        return old, new

    old, new = await db.write(store)
    assert await db.read(lambda tx: actors.key_by_id(tx, old.key_id)) is not None

    await db.write(lambda tx: actors.drop_keys_except(tx, old.actor_id, [new.key_id]))

    assert await db.read(lambda tx: actors.key_by_id(tx, old.key_id)) is None
    found = await db.read(lambda tx: actors.key_by_id(tx, new.key_id))
    assert found is not None
    assert found[0] == new
    assert found[1].id == new.actor_id


async def test_a_private_key_never_shows_in_a_repr(db: Database) -> None:
    alice = await db.write(lambda tx: person(tx, "alice"))

    for key in await db.read(lambda tx: actors.keys_of(tx, alice.id)):
        assert key.private_key is not None
        assert "PRIVATE" not in repr(key)
