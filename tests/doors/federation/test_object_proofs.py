"""What an activity proves by itself, whoever brings it (FEP-8b32).

Each refusal has a twin that differs in the attacked property only. Numbers (LD-…, OBJ-…) are those of the
attack catalogue.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fediverse_node.actors import queries as actors
from fediverse_node.actors.tables import actor_keys
from fediverse_node.storage.tx import Tx
from tests.doors.federation.conftest import Street
from tests.fakes.prover import multikey, proved
from tests.fakes.remote_server import ACTIVITY_JSON, Answer, Letter, RemoteActor, RemoteServer

KEY = Ed25519PrivateKey.generate()
OTHER = Ed25519PrivateKey.generate()

JsonDict = dict[str, Any]


def key_id(actor: RemoteActor) -> str:
    return f"{actor.uri}#ed25519-key"


def by_bob(street: Street, **options: Any) -> JsonDict:
    """Bob's Follow of alice with a proof by his key."""
    street.bob.extra.setdefault("assertionMethod", [multikey(street.bob.uri, KEY)])
    return proved(street.bob.follow(street.alice.actor.uri), KEY, key_id(street.bob), **options)


def unsigned(street: Street, document: JsonDict) -> Letter:
    headers = (("Host", street.node.domain), ("Content-Type", ACTIVITY_JSON))
    return Letter(url=street.inbox, body=json.dumps(document).encode(), headers=headers)


async def bring(street: Street, document: JsonDict, *, how: str) -> int:
    """Let *document* arrive: signed by nobody, by a neighbour of bob's, or by a stranger."""
    if how == "unsigned":
        return await unsigned(street, document).send(street.there.http)
    if how == "neighbour":
        return await street.carol.send(street.inbox, document)
    async with RemoteServer("elsewhere") as elsewhere:
        return await elsewhere.add_actor("relay").send(street.inbox, document)


@pytest.mark.parametrize("how", ["unsigned", "neighbour", "relay"])
async def test_a_proof_by_its_actor_is_enough_whoever_brings_an_activity(street: Street, how: str) -> None:
    document = by_bob(street)
    assert await bring(street, document, how=how) == 202
    assert await street.follower(street.bob) is not None
    assert set(street.there.fetches()) <= {"/users/bob", "/users/carol"}


@pytest.mark.parametrize("how", ["unsigned", "neighbour", "relay"])
async def test_without_a_proof_nobody_speaks_for_another(street: Street, how: str) -> None:
    document = street.bob.follow(street.alice.actor.uri)
    assert await bring(street, document, how=how) == (401 if how == "unsigned" else 403)
    assert await street.actor(street.bob) is None


async def test_a_forwarded_post_with_a_proof_is_believed_without_a_look_at_its_origin(street: Street) -> None:
    await street.befriend(street.bob)
    street.bob.extra["assertionMethod"] = [multikey(street.bob.uri, KEY)]
    note = street.bob.note()
    note.pop("@context")
    document = proved(street.bob.create(note), KEY, key_id(street.bob))
    async with RemoteServer("elsewhere") as elsewhere:
        assert await elsewhere.add_actor("relay").send(street.inbox, document) == 202
    assert await street.post(note["id"]) is not None
    assert note["id"].removeprefix(street.there.origin) not in street.there.fetches()


def _swap(document: JsonDict, **changes: Any) -> JsonDict:
    return {**document, **changes}


CHANGES: list[Callable[[JsonDict], JsonDict]] = [
    lambda document: _swap(document, id=document["id"] + "0"),
    lambda document: _swap(document, to=["https://www.w3.org/ns/activitystreams#Public"]),
    lambda document: {name: value for name, value in document.items() if name != "id"},
    lambda document: _swap(document, proof=document["proof"] | {"created": "2026-01-01T00:00:00Z"}),
    lambda document: _swap(document, proof=document["proof"] | {"proofPurpose": "authentication"}),
    lambda document: _swap(document, proof=document["proof"] | {"cryptosuite": "eddsa-rdfc-2022"}),
    lambda document: _swap(document, proof=[document["proof"], document["proof"]]),
    lambda document: _swap(document, proof=[document["proof"]]),
    lambda document: _swap(document, proof={**document["proof"], "proofValue": "z" + "1" * 64}),
    lambda document: _swap(document, **{"@context": [*document["@context"], "https://evil.example/ns"]}),
    lambda document: _swap(document, extra={"proof": document["proof"]}, proof=None),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("how", ["unsigned", "neighbour"])
async def test_a_proof_of_something_else_proves_nothing(
    street: Street, change: Callable[[JsonDict], JsonDict], how: str
) -> None:  # LD-07
    document = by_bob(street)
    assert await bring(street, change(document), how=how) in {401, 403}
    assert await street.actor(street.bob) is None
    assert await bring(street, document, how=how) == 202
    assert await street.follower(street.bob) is not None


async def test_a_broken_proof_takes_nothing_from_a_signature_that_holds(street: Street) -> None:  # LD-07
    document = _swap(by_bob(street), summary="added later")
    assert await street.bob.send(street.inbox, document) == 202
    assert await street.follower(street.bob) is not None


async def test_a_broken_proof_gives_a_forwarder_no_more_than_a_hint(street: Street) -> None:  # OBJ-31, LD-07
    await street.befriend(street.bob)
    street.bob.extra["assertionMethod"] = [multikey(street.bob.uri, KEY)]
    note = street.bob.note("<p>True</p>")
    document = proved(street.bob.create(note), KEY, key_id(street.bob))
    document["object"] = {**note, "content": "<p>False</p>"}
    async with RemoteServer("elsewhere") as elsewhere:
        assert await elsewhere.add_actor("relay").send(street.inbox, document) == 202
    assert await street.post(note["id"]) is None
    await street.work()
    stored = await street.post(note["id"])
    assert stored is not None
    assert "True" in stored.content_html


async def test_a_key_that_is_no_assertion_method_proves_nothing(street: Street) -> None:
    street.bob.extra.update(assertionMethod=[], authentication=[multikey(street.bob.uri, KEY)])
    document = by_bob(street)
    assert await bring(street, document, how="unsigned") == 401
    assert await street.actor(street.bob) is None
    # Under another id, because the first answer is remembered for a while.
    street.bob.extra["assertionMethod"] = [multikey(street.bob.uri, KEY, id=f"{street.bob.uri}#second")]
    again = proved(street.bob.follow(street.alice.actor.uri), KEY, f"{street.bob.uri}#second")
    assert await bring(street, again, how="unsigned") == 202


@pytest.mark.parametrize("property_", ["controller", "id"])
async def test_a_key_of_somebody_else_proves_nothing(street: Street, property_: str) -> None:
    theirs = {"controller": street.carol.uri, "id": f"{street.there.origin}/users/carol#ed25519-key"}
    street.bob.extra["assertionMethod"] = [multikey(street.bob.uri, KEY, **{property_: theirs[property_]})]
    document = by_bob(street)
    assert await bring(street, document, how="unsigned") == 401
    street.bob.extra["assertionMethod"] = [multikey(street.bob.uri, KEY, id=f"{street.bob.uri}#good")]
    good = proved(street.bob.follow(street.alice.actor.uri), KEY, f"{street.bob.uri}#good")
    assert await bring(street, good, how="unsigned") == 202


async def test_a_neighbours_key_does_not_prove_for_an_actor(street: Street) -> None:  # SIG-08 for proofs
    street.carol.extra["assertionMethod"] = [multikey(street.carol.uri, OTHER)]
    document = street.bob.follow(street.alice.actor.uri)
    stolen = proved(document, OTHER, key_id(street.carol))
    assert await bring(street, stolen, how="unsigned") == 401
    assert await bring(street, by_bob(street), how="unsigned") == 202


async def test_a_key_of_another_server_is_not_even_asked_for(street: Street) -> None:  # SIG-09 for proofs
    async with RemoteServer("elsewhere") as elsewhere:
        mallory = elsewhere.add_actor("mallory", assertionMethod=[])
        mallory.extra["assertionMethod"] = [multikey(mallory.uri, OTHER)]
        document = proved(street.bob.follow(street.alice.actor.uri), OTHER, key_id(mallory))
        assert await bring(street, document, how="unsigned") == 401
        assert elsewhere.fetches() == []


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"created": None}, 401),
        ({"created": "2026-01-01T00:00:00Z"}, 401),
        ({"created": (datetime.now(UTC) + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ")}, 401),
        ({"expires": "2026-01-01T00:00:00Z"}, 401),
        ({"expires": "2099-01-01T00:00:00Z"}, 202),
        ({"@context": None}, 202),
    ],
)
async def test_a_proof_counts_for_a_while_and_no_longer_than_it_says(
    street: Street, options: JsonDict, status: int
) -> None:
    assert await bring(street, by_bob(street, **options), how="unsigned") == status
    assert (await street.actor(street.bob) is not None) is (status == 202)


async def test_a_proof_that_is_shown_again_has_no_second_effect(street: Street) -> None:  # SIG-13 for proofs
    document = by_bob(street)
    assert await bring(street, document, how="unsigned") == 202
    before = await street.rows()
    assert await bring(street, document, how="unsigned") == 202
    assert await street.bob.send(street.shared, document) == 202
    assert await street.rows() == before


async def test_a_suspended_actor_is_not_heard_through_others_either(street: Street) -> None:  # SIG-21
    bob = await street.meet(street.bob)
    await street.meet(street.carol)
    document = by_bob(street)
    await street.write(lambda tx: actors.change(tx, bob.id, {"suspended_at": tx.now}))
    asked = len(street.there.asked)
    for how in ("unsigned", "neighbour"):
        assert await bring(street, document, how=how) == 403
    assert len(street.there.asked) == asked
    await street.write(lambda tx: actors.change(tx, bob.id, {"suspended_at": None}))
    assert await bring(street, document, how="unsigned") == 202


async def test_a_proof_gives_no_right_that_its_actor_does_not_have(street: Street) -> None:  # OBJ-14, OBJ-32
    street.bob.extra["assertionMethod"] = [multikey(street.bob.uri, KEY)]
    foreign = street.bob.activity("Delete", "https://elsewhere.example/notes/1")
    ours = {**street.bob.follow(street.carol.uri), "actor": street.alice.actor.uri}
    for document in (foreign, ours):
        assert await bring(street, proved(document, KEY, key_id(street.bob)), how="unsigned") in {401, 403}
    assert street.there.fetches() == []


async def test_a_replaced_proof_key_is_fetched_once_more_and_then_believed(street: Street) -> None:  # SIG-19
    assert await bring(street, by_bob(street), how="unsigned") == 202
    note = await street.write_post()
    like = street.bob.like(note.uri)
    asked = len(street.there.asked_for("/users/bob"))
    street.bob.extra["assertionMethod"] = [multikey(street.bob.uri, OTHER)]
    assert await bring(street, proved(like, OTHER, key_id(street.bob)), how="unsigned") == 202
    for _ in range(3):
        wrong = proved(street.bob.like(note.uri), KEY, key_id(street.bob))
        assert await bring(street, wrong, how="unsigned") == 401
    assert len(street.there.asked_for("/users/bob")) <= asked + 1


def _forget_purposes(tx: Tx) -> None:
    tx.execute(actor_keys.update().values(asserts=None))


async def test_a_key_met_before_its_purpose_was_written_down_is_looked_at_once(street: Street) -> None:
    assert await bring(street, by_bob(street), how="unsigned") == 202
    await street.write(_forget_purposes)
    street.node.desk.discovery.keyring.loaded.drop_where(lambda _: True)
    note = await street.write_post()
    like = proved(street.bob.like(note.uri), KEY, key_id(street.bob))
    assert await bring(street, like, how="unsigned") == 202
    found = await street.read(lambda tx: actors.key_by_id(tx, key_id(street.bob)))
    assert found is not None
    assert found[0].asserts is True


@pytest.mark.parametrize(("answer", "status"), [(Answer(status=503), 503), (Answer(status=404), 401)])
async def test_a_proof_key_that_cannot_be_had_is_not_asked_for_again(
    street: Street, answer: Answer, status: int
) -> None:  # SIG-20
    document = by_bob(street)
    street.there.answers["/users/bob"] = answer
    assert await bring(street, document, how="unsigned") == status
    asked = len(street.there.asked)
    assert await bring(street, document, how="unsigned") == status
    assert len(street.there.asked) == asked
    assert await street.actor(street.bob) is None


async def test_a_forwarded_post_whose_proof_key_cannot_be_had_now_waits(street: Street) -> None:
    await street.befriend(street.bob)
    note = street.bob.note()
    document = proved(street.bob.create(note), KEY, f"{street.there.origin}/users/dave#ed25519-key")
    street.there.answers["/users/dave"] = Answer(status=503)
    async with RemoteServer("elsewhere") as elsewhere:
        relay = elsewhere.add_actor("relay")
        assert await relay.send(street.inbox, document) == 202
        like = proved(
            street.bob.like(street.alice.actor.uri), KEY, f"{street.there.origin}/users/dave#ed25519-key"
        )
        assert await relay.send(street.inbox, like) == 503
    await street.work()
    assert await street.post(note["id"]) is not None


async def test_the_unsigned_farewell_of_an_unknown_actor_is_taken_and_nothing_is_fetched(
    street: Street,
) -> None:  # SIG-31
    farewell = proved(street.bob.activity("Delete", street.bob.uri), KEY, key_id(street.bob))
    assert await bring(street, farewell, how="unsigned") == 202
    assert street.there.fetches() == []
    assert await street.actor(street.bob) is None
