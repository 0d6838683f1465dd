"""Whose key it is, and how often we ask (SIG-10, SIG-19, SIG-20)."""

from __future__ import annotations

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.federation.discovery import keys
from fediverse_node.federation.discovery.actors import by_uri
from fediverse_node.federation.discovery.keyring import FETCHES_PER_MINUTE
from fediverse_node.kernel.errors import NodeError, NotAuthenticated, NotFound, NotNow
from tests.fakes.remote_server import Answer, public_pem, rsa_key
from tests.unit.federation.discovery.conftest import World


async def test_a_fetched_key_is_not_stored(world: World) -> None:
    known = await keys.fetch(world.discovery, world.bob.key_id, world.budget)
    assert (known.owner.uri, known.key.key_id) == (world.bob.uri, world.bob.key_id)
    assert await world.discovery.db.read(lambda tx: actors.by_uri(tx, world.bob.uri)) is None
    assert await keys.at_hand(world.discovery, world.bob.key_id) is None


async def test_who_asks_a_moment_later_shares_the_fetch(world: World) -> None:
    for _ in range(2):
        await keys.fetch(world.discovery, world.bob.key_id, world.budget)
    assert len(world.there.asked) == 1
    await keys.fetch(world.discovery, world.bob.key_id, world.budget, anew=True)
    assert len(world.there.asked) == 2
    world.later(seconds=11)
    await keys.fetch(world.discovery, world.bob.key_id, world.budget)
    assert len(world.there.asked) == 3


async def test_a_stored_key_is_at_hand_and_nothing_is_fetched(world: World) -> None:
    await by_uri(world.discovery, world.bob.uri, world.budget)
    asked = len(world.there.asked)
    for _ in range(2):
        known = await keys.at_hand(world.discovery, world.bob.key_id)
        assert known is not None
        assert known.key.public.public_numbers() == world.bob.key.public_key().public_numbers()  # type: ignore[union-attr]  # an RSA key
    assert len(world.there.asked) == asked


@pytest.mark.parametrize(
    "key_id", ["acct:bob@x", "bob", "", "ftp://x/y", "http://", "http://127.0.0.1:1/users/x#k"]
)
async def test_key_ids_that_lead_nowhere(world: World, key_id: str) -> None:
    with pytest.raises(NodeError):
        await keys.fetch(world.discovery, key_id, world.budget)
    assert world.there.asked == []


async def test_an_owner_on_another_server_proves_nothing(world: World) -> None:
    dora = world.elsewhere.add_actor("dora")
    id_ = f"{world.there.origin}/keys/1"
    pem = public_pem(rsa_key("stray"))
    dora.extra["publicKey"] = {"id": id_, "owner": dora.uri, "publicKeyPem": pem}
    world.there.documents["/keys/1"] = {"id": id_, "type": "Key", "owner": dora.uri, "publicKeyPem": pem}
    with pytest.raises(NotAuthenticated):
        await keys.fetch(world.discovery, id_, world.budget)
    assert world.elsewhere.asked == []


@pytest.mark.parametrize(("status", "error"), [(404, NotFound), (503, NotNow)])
async def test_a_key_that_could_not_be_had_is_asked_for_after_ten_minutes(
    world: World, status: int, error: type[NodeError]
) -> None:
    world.there.answers["/users/bob"] = Answer(status=status)
    for minutes in (0, 9):
        world.later(minutes=minutes)
        with pytest.raises(error):
            await keys.fetch(world.discovery, world.bob.key_id, world.budget)
    assert len(world.there.asked) == 1
    del world.there.answers["/users/bob"]
    world.later(minutes=2)
    assert (await keys.fetch(world.discovery, world.bob.key_id, world.budget)).owner.uri == world.bob.uri


async def test_a_neighbours_key_id_in_somebodys_profile_takes_nothing_from_the_neighbour(
    world: World,
) -> None:
    await by_uri(world.discovery, world.bob.uri, world.budget)
    eve = world.there.add_actor("eve")
    pem = public_pem(rsa_key("stray"))
    eve.extra["publicKey"] = {"id": world.bob.key_id, "owner": eve.uri, "publicKeyPem": pem}
    await by_uri(world.discovery, eve.uri, world.budget)
    found = await world.discovery.db.read(lambda tx: actors.key_by_id(tx, world.bob.key_id))
    assert found is not None
    assert found[1].uri == world.bob.uri


async def test_sixty_keys_in_a_minute_and_then_later(world: World) -> None:
    for number in range(FETCHES_PER_MINUTE):
        with pytest.raises(NodeError):
            await keys.fetch(world.discovery, f"{world.there.origin}/users/{number}", world.budget)
    with pytest.raises(NotNow):
        await keys.fetch(world.discovery, world.bob.key_id, world.budget)
    world.later(minutes=11)
    await keys.fetch(world.discovery, world.bob.key_id, world.budget)


async def test_a_key_that_did_not_fit_is_fetched_once_in_five_minutes(world: World) -> None:
    assert [keys.may_refetch(world.discovery, "k") for _ in range(2)] == [True, False]
    world.later(minutes=5, seconds=1)
    assert keys.may_refetch(world.discovery, "k")
