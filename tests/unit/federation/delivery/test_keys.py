from __future__ import annotations

from functools import partial

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.federation.delivery import keys as module
from fediverse_node.federation.delivery.keys import KeyRing
from fediverse_node.kernel.errors import NotFound
from fediverse_node.storage.database import Database
from tests.fixtures.outbox import member
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
    assert len(ring._keys) == 2
