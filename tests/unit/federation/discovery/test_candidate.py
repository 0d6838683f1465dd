from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.federation.discovery.candidate import candidate_from, store
from fediverse_node.peers import signing
from tests.fakes.prover import base58
from tests.unit.federation.discovery.conftest import World

RFC_9421 = "https://datatracker.ietf.org/doc/html/rfc9421"
ED25519 = f"{RFC_9421}#name-eddsa-using-curve-edwards25"


@pytest.mark.parametrize(
    ("implements", "way"),
    [([RFC_9421, ED25519], "ed25519"), ([RFC_9421], "rfc9421"), (["https://x.example/"], None), ([], None)],
)
async def test_what_its_server_says_it_reads_is_written_down_with_an_actor(
    world: World, implements: list[str], way: str | None
) -> None:
    world.bob.extra["generator"] = {"type": "Application", "implements": [{"href": h} for h in implements]}
    candidate = candidate_from(world.bob.document())
    db = world.discovery.db
    await db.write(lambda tx: store(tx, candidate))
    expected: dict[str, Any] = {} if way is None else {world.there.domain: way}
    assert await db.read(signing.unusual) == expected


async def test_which_keys_may_speak_in_proofs_is_written_down(world: World) -> None:
    key = {"id": f"{world.bob.uri}#a", "controller": world.bob.uri, "publicKeyMultibase": base58(bytes(2))}
    good = {**key, "publicKeyMultibase": base58(b"\xed\x01" + bytes(range(32)))}
    world.bob.extra.update(assertionMethod=[good], authentication=[{**good, "id": f"{world.bob.uri}#b"}])
    candidate = candidate_from(world.bob.document())
    actor = await world.discovery.db.write(lambda tx: store(tx, candidate))
    rows = await world.discovery.db.read(lambda tx: actors.keys_of(tx, actor.id))
    assert {row.key_id.rpartition("#")[2]: row.asserts for row in rows} == {
        "main-key": False,
        "a": True,
        "b": False,
    }
