from __future__ import annotations

from typing import Any

import pytest
from yarl import URL

from fediverse_node.actors import queries as actors
from fediverse_node.federation.discovery.signer import signer_of
from fediverse_node.kernel.errors import NotAllowed, NotAuthenticated
from fediverse_node.signatures.base import HttpMessage
from tests.fakes.remote_server import Answer
from tests.unit.federation.discovery.conftest import OURS, World


def signed_by_bob(world: World, **how: Any) -> HttpMessage:
    letter = world.bob.letter(f"{OURS.origin}/inbox", {"id": "x"}, **how)
    return HttpMessage(
        method="POST",
        target=URL(letter.url).raw_path,
        authority=OURS.domain,
        scheme="https",
        headers=letter.headers,
        body=letter.body,
    )


async def test_who_signed_is_found_and_stored(world: World) -> None:
    found = await signer_of(world.discovery, signed_by_bob(world))
    assert found.uri == world.bob.uri
    again = await signer_of(world.discovery, signed_by_bob(world))
    assert again.id == found.id


async def test_who_is_suspended_or_pretends_to_be_us_is_not_let_in(world: World) -> None:
    with pytest.raises(NotAllowed):
        await signer_of(world.discovery, signed_by_bob(world, key_id=OURS.key("alice")))
    found = await signer_of(world.discovery, signed_by_bob(world))
    await world.discovery.db.write(lambda tx: actors.change(tx, found.id, {"suspended_at": tx.now}))
    world.discovery.keyring.forget_actor(found.uri)
    asked = len(world.there.asked)
    with pytest.raises(NotAllowed):
        await signer_of(world.discovery, signed_by_bob(world))
    assert len(world.there.asked) == asked


@pytest.mark.parametrize("status", [404, 410])
async def test_a_key_that_is_not_there_proves_nobody(world: World, status: int) -> None:
    world.there.answers["/users/bob"] = Answer(status=status)
    with pytest.raises(NotAuthenticated):
        await signer_of(world.discovery, signed_by_bob(world))
