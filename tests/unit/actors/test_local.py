from __future__ import annotations

import pytest

from fediverse_node.actors import local
from fediverse_node.actors import queries as actors
from fediverse_node.actors.addresses import Addresses
from fediverse_node.kernel.errors import Conflict, NotValid
from fediverse_node.signatures import keys
from fediverse_node.storage.database import Database
from tests.fixtures.rooms import ADDRESSES, one_set_of_keys, person


async def test_a_local_actor_lives_at_addresses_of_ours(db: Database) -> None:
    alice = await db.write(lambda tx: person(tx, "Alice"))

    assert alice.uri == "https://here.example/users/Alice"
    assert alice.handle == "@Alice@here.example"
    for address in (
        alice.inbox,
        alice.shared_inbox,
        alice.outbox,
        alice.followers,
        alice.following,
        alice.url,
    ):
        assert address is not None
        assert address.startswith("https://here.example/")
    assert await db.read(lambda tx: actors.local_by_name(tx, "aLiCe")) == alice


async def test_the_two_keys_of_a_local_actor_sign_what_its_public_keys_verify(db: Database) -> None:
    alice = await db.write(lambda tx: person(tx, "alice"))

    found = await db.read(lambda tx: actors.keys_of(tx, alice.id))

    assert [(key.kind, key.key_id) for key in found] == [
        ("rsa", "https://here.example/users/alice#main-key"),
        ("ed25519", "https://here.example/users/alice#ed25519-key"),
    ]
    rsa, ed25519 = found
    for key, public in (
        (rsa, keys.load_public(rsa.public_key, rsa.key_id)),
        (ed25519, keys.from_multikey(ed25519.public_key, ed25519.key_id)),
    ):
        assert key.private_key is not None
        private = keys.load_private(key.private_key, key.key_id)
        assert private.verification_key().public == public.public


@pytest.mark.parametrize("name", ["a", "alice_1", "A" * 30])
def test_a_name_that_every_peer_accepts_is_accepted(name: str) -> None:
    local.check_name(name)


@pytest.mark.parametrize(
    "name", ["", "a" * 31, "al ice", "al-ice", "älice", "алиса", "a@b", "a/b", "admin", "Actor"]
)
def test_a_name_that_some_peer_refuses_or_that_misleads_is_refused(name: str) -> None:
    with pytest.raises(NotValid):
        local.check_name(name)


async def test_a_name_is_given_once_whatever_its_case_and_also_after_deletion(db: Database) -> None:
    alice = await db.write(lambda tx: person(tx, "alice"))
    await db.write(lambda tx: actors.change(tx, alice.id, {"deleted_at": tx.now}))

    with pytest.raises(Conflict):
        await db.write(lambda tx: person(tx, "ALICE"))

    await db.write(lambda tx: person(tx, "alicia"))


async def test_there_is_one_server_actor(db: Database) -> None:
    made = await db.write(lambda tx: local.ensure_instance_actor(tx, ADDRESSES, one_set_of_keys()))

    again = await db.write(lambda tx: local.ensure_instance_actor(tx, ADDRESSES, one_set_of_keys()))

    assert made == again
    assert made.uri == "https://here.example/actor"
    assert (made.type, made.username) == ("Application", "here.example")
    assert await db.read(actors.count_local) == 0


async def test_a_database_of_another_origin_is_refused(db: Database) -> None:
    await db.write(lambda tx: local.ensure_instance_actor(tx, ADDRESSES, one_set_of_keys()))
    elsewhere = Addresses("https://elsewhere.example")

    with pytest.raises(NotValid, match=r"belongs to https://here\.example"):
        await db.write(lambda tx: local.ensure_instance_actor(tx, elsewhere, one_set_of_keys()))

    assert await db.read(lambda tx: local.instance_actor(tx, elsewhere)) is None
    await db.write(lambda tx: local.ensure_instance_actor(tx, ADDRESSES, one_set_of_keys()))
