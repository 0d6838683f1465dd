from __future__ import annotations

import pytest

from fediverse_node.actors import local, retired
from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.builders import actor as actor_builder
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.rotate import rotate
from fediverse_node.kernel.errors import NotFound
from fediverse_node.signatures import keys, proofs
from fediverse_node.storage.database import Database
from tests.fixtures.outbox import TurnedClock, sent
from tests.fixtures.rooms import ADDRESSES, follow, stranger


@pytest.fixture(scope="module")
def fresh() -> local.LocalKeys:
    return local.generate_keys()


async def document(db: Database, actor: Actor) -> dict[str, object]:
    shown = await db.read(lambda tx: retired.shown_keys(tx, actor.id))
    return actor_builder.document(actor, shown, addresses=ADDRESSES)


async def test_a_signed_rotation_shows_the_new_keys_and_tells_the_followers(
    db: Database, alice: Actor, desk: Desk, fresh: local.LocalKeys
) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob"))
    await db.write(lambda tx: follow(tx, bob, alice))
    old = await desk.keys.key_of(alice.id, "ed25519")
    made = await rotate(desk, alice.id, fresh, blind=False)
    assert made.told
    assert made.key_ids[0] == f"{alice.uri}#main-key"
    assert made.key_ids[1].startswith(f"{alice.uri}#ed25519-key-")
    shown = await document(db, alice)
    assert shown["publicKey"] == {
        "id": f"{alice.uri}#main-key",
        "owner": alice.uri,
        "publicKeyPem": fresh.rsa_public,
    }
    assert [key["id"] for key in shown["assertionMethod"]] == [made.key_ids[1], old.key_id]  # type: ignore[attr-defined]  # JSON
    [(update, inboxes)] = await sent(db)
    assert inboxes == {bob.delivery_inbox}
    assert update["object"]["publicKey"] == shown["publicKey"]
    assert update["object"]["assertionMethod"] == shown["assertionMethod"]
    claimed = proofs.peek(update, now=db.clock())
    assert claimed is not None
    assert proofs.check(claimed, old.verification_key()).key_id == old.key_id


async def test_the_new_keys_are_used_at_once_by_those_who_had_the_old_ones_in_memory(
    db: Database, alice: Actor, desk: Desk, fresh: local.LocalKeys
) -> None:
    before = await desk.keys.key_of(alice.id, "rsa")
    made = await rotate(desk, alice.id, fresh, blind=False)
    after = await desk.keys.key_of(alice.id, "rsa")
    assert keys.dump_public(after.verification_key()) == fresh.rsa_public
    assert after.key_id == before.key_id
    assert (await desk.keys.key_of(alice.id, "ed25519")).key_id == made.key_ids[1]
    [(update, _)] = await sent(db)
    activity_id = int(update["id"].rpartition("/")[2])
    [kept] = [key for key in await db.read(lambda tx: retired.of_actor(tx, alice.id)) if key.kind == "rsa"]
    assert kept.activity_id is not None
    farewell = await desk.keys.farewell_of(alice.id, kept.activity_id)
    assert farewell is not None
    assert keys.dump_private(farewell) == keys.dump_private(before)
    assert await desk.keys.farewell_of(alice.id, activity_id + 1) is None


async def test_a_blind_rotation_tells_nobody_and_keeps_nothing_of_the_old_keys(
    db: Database, alice: Actor, desk: Desk, fresh: local.LocalKeys
) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob"))
    await db.write(lambda tx: follow(tx, bob, alice))
    await rotate(desk, alice.id, local.generate_keys(), blind=False)
    count = len(await sent(db))
    made = await rotate(desk, alice.id, fresh, blind=True)
    assert not made.told
    assert len(await sent(db)) == count
    assert await db.read(lambda tx: retired.of_actor(tx, alice.id)) == []
    shown = await document(db, alice)
    assert [key["id"] for key in shown["assertionMethod"]] == [made.key_ids[1]]  # type: ignore[attr-defined]  # JSON


async def test_replaced_keys_are_forgotten_after_a_week(
    db: Database, alice: Actor, desk: Desk, fresh: local.LocalKeys, clock: TurnedClock
) -> None:
    await rotate(desk, alice.id, fresh, blind=False)
    clock.turn(days=6, hours=23)
    assert len(await db.read(lambda tx: retired.shown_keys(tx, alice.id))) == 3
    assert await db.write(retired.forget_old) == 0
    clock.turn(hours=2)
    assert len(await db.read(lambda tx: retired.shown_keys(tx, alice.id))) == 2
    assert await db.write(retired.forget_old) == 2


async def test_the_server_itself_gets_new_keys_and_tells_nobody(
    db: Database, desk: Desk, fresh: local.LocalKeys
) -> None:
    server = await db.write(lambda tx: local.ensure_instance_actor(tx, ADDRESSES, local.generate_keys()))
    made = await rotate(desk, server.id, fresh, blind=False)
    assert (made.told, made.key_ids[0]) == (False, f"{ADDRESSES.instance_actor}#main-key")
    assert await sent(db) == []
    assert len(await db.read(lambda tx: retired.shown_keys(tx, server.id))) == 3


async def test_nobody_elsewhere_gets_keys_here(
    db: Database, alice: Actor, desk: Desk, fresh: local.LocalKeys
) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob"))
    with pytest.raises(NotFound):
        await rotate(desk, bob.id, fresh, blind=False)
    await db.write(lambda tx: actors.change(tx, alice.id, {"deleted_at": tx.now}))
    with pytest.raises(NotFound):
        await rotate(desk, alice.id, fresh, blind=False)


async def test_the_modified_time_of_the_profile_moves(
    db: Database, alice: Actor, desk: Desk, fresh: local.LocalKeys, clock: TurnedClock
) -> None:
    clock.turn(hours=1)
    await rotate(desk, alice.id, fresh, blind=True)
    after = await db.read(lambda tx: actors.by_id(tx, alice.id))
    assert after is not None
    assert after.updated_at == clock()
