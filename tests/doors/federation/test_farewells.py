"""The last words of actors whose keys are gone (SIG-31)."""

from __future__ import annotations

from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import Answer, RemoteServer, rsa_key


async def test_a_key_of_another_server_does_not_end_anybody(street: Street) -> None:
    await street.meet(street.bob)
    street.there.answers["/users/bob"] = Answer(status=410)
    farewell = street.bob.activity("Delete", street.bob.uri)
    async with RemoteServer("elsewhere") as elsewhere:
        mallory = elsewhere.add_actor("mallory")
        elsewhere.answers["/users/mallory"] = Answer(status=410)
        assert await mallory.send(street.shared, farewell) == 202
    still = await street.actor(street.bob)
    assert still is not None
    assert still.deleted_at is None


async def test_a_key_that_is_gone_says_nothing_of_an_actor_who_is_there(street: Street) -> None:
    await street.meet(street.bob)
    street.there.answers["/keys/old"] = Answer(status=410)
    farewell = street.bob.activity("Delete", street.bob.uri)
    lost = {"key": rsa_key("lost"), "key_id": f"{street.there.origin}/keys/old"}
    assert await street.bob.send(street.shared, farewell, **lost) == 401
    still = await street.actor(street.bob)
    assert still is not None
    assert still.deleted_at is None


async def test_only_a_farewell_is_believed_without_its_key(street: Street) -> None:
    await street.meet(street.bob)
    street.there.answers["/keys/old"] = Answer(status=410)
    lost = {"key": rsa_key("lost"), "key_id": f"{street.there.origin}/keys/old"}
    assert await street.bob.send(street.shared, street.bob.like(street.alice.actor.uri), **lost) == 401
