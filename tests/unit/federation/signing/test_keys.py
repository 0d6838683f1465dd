from __future__ import annotations

import gc
from functools import partial

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors import retired
from fediverse_node.actors.model import Actor, ActorKey
from fediverse_node.federation.signing import keys as module
from fediverse_node.federation.signing.keys import KeyRing
from fediverse_node.kernel.errors import NotFound
from fediverse_node.signatures import keys
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock, member
from tests.fixtures.rooms import stranger


async def test_each_kind_of_key_is_found_by_whose_it_is_and_loaded_once(db: Database, alice: Actor) -> None:
    ring = KeyRing(db)
    rsa = await ring.key_of(alice.id, "rsa")
    assert (rsa.kind, rsa.key_id) == ("rsa", f"{alice.uri}#main-key")
    assert (await ring.key_of(alice.id, "ed25519")).key_id == f"{alice.uri}#ed25519-key"
    assert await ring.key_of(alice.id, "rsa") is rsa


async def test_nobody_elsewhere_has_a_key_here(db: Database) -> None:
    bob = await db.write(lambda tx: stranger(tx, "bob"))
    with pytest.raises(NotFound):
        await KeyRing(db).key_of(bob.id, "rsa")


async def test_memory_is_bounded(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEMORY", 2)
    ring = KeyRing(db)
    for name in ("a", "b", "c"):
        actor = await db.write(partial(member, name=name))
        await ring.key_of(actor.id, "rsa")
    assert len(ring._held) == 2


async def test_a_replaced_key_is_noticed_by_the_bell_or_after_a_minute(
    db: Database, alice: Actor, clock: TurnedClock
) -> None:
    ring = KeyRing(db)
    old = await ring.key_of(alice.id, "ed25519")

    def replace_key(tx: Tx, *, ring_bell: bool) -> None:
        other = keys.generate_ed25519(old.key_id)
        public, private = keys.to_multikey(other.verification_key()), keys.dump_private(other)
        row = ActorKey(
            actor_id=alice.id, key_id=old.key_id, kind="ed25519", public_key=public, private_key=private
        )
        actors.save_key(tx, row)
        if ring_bell:
            tx.ring(retired.BELL)

    await db.write(lambda tx: replace_key(tx, ring_bell=True))
    second = await ring.key_of(alice.id, "ed25519")
    assert second is not old
    # As by a process that died before it could ring.
    await db.write(lambda tx: replace_key(tx, ring_bell=False))
    clock.turn(minutes=2)
    third = await ring.key_of(alice.id, "ed25519")
    assert third is not second
    clock.turn(minutes=2)
    assert await ring.key_of(alice.id, "ed25519") is third


async def test_a_key_ring_that_is_gone_leaves_no_bell_behind(db: Database, alice: Actor) -> None:
    ring = KeyRing(db)
    await ring.key_of(alice.id, "rsa")
    assert len(db._bells[retired.BELL]) == 1
    del ring
    gc.collect()
    assert not db._bells[retired.BELL]
