"""How this server signs what it asks for and sends, as the other side sees it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fediverse_node.actors import local, retired
from fediverse_node.actors import queries as actors
from fediverse_node.federation.outbox import follow as outbox_follow
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.rotate import rotate
from fediverse_node.peers import queries as peers
from fediverse_node.peers import signing
from fediverse_node.signatures import keys, proofs, verify
from fediverse_node.signatures.base import HttpMessage, VerificationKey
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import Answer, Asked, RemoteServer
from tests.fixtures.outbox import sent

RFC_9421 = "https://datatracker.ietf.org/doc/html/rfc9421"
ED25519 = f"{RFC_9421}#name-eddsa-using-curve-edwards25"


def message_of(asked: Asked, server: RemoteServer) -> HttpMessage:
    return HttpMessage(
        method=asked.method,
        target=asked.path,
        authority=server.domain,
        scheme="http",
        headers=tuple(asked.headers.items()),
        body=asked.body,
    )


async def letters(street: Street) -> list[dict[str, Any]]:
    """What stands ready to be sent, oldest first."""
    return [document for document, _ in await sent(street.node.node.db)]


async def server_key(street: Street, kind: str) -> VerificationKey:
    rows = await street.read(lambda tx: actors.keys_of(tx, street.node.instance_actor.id))
    [row] = [row for row in rows if row.kind == kind]
    if kind == "rsa":
        return keys.load_public(row.public_key, row.key_id)
    return keys.from_multikey(row.public_key, row.key_id)


async def test_a_signature_never_goes_along_with_a_redirect(street: Street) -> None:  # SIG-29, SSRF-21
    async with RemoteServer("elsewhere") as elsewhere:
        mallory = elsewhere.add_actor("bob")
        location = {"Location": mallory.uri, "Signature": "chosen", "X-Sign-This": "chosen"}
        street.there.answers["/users/bob"] = Answer(status=302, headers=location)
        assert await street.bob.send(street.inbox, street.bob.follow(street.alice.actor.uri)) == 401
        [first], [second] = street.there.asked_for("/users/bob"), elsewhere.asked_for("/users/bob")
        key, now = await server_key(street, "rsa"), street.node.node.clock()
        for asked, server in ((first, street.there), (second, elsewhere)):
            message = message_of(asked, server)
            claimed = verify.peek(message, expected_authority=server.domain, now=now)
            assert verify.check(claimed, message, key).key_id
            # Nothing that the other side has chosen is under our signature but its own address.
            assert set(claimed.covered) == {"(request-target)", "host", "date"}
        assert first.headers["Signature"] != second.headers["Signature"]
    assert await street.actor(street.bob) is None


async def test_a_fetch_is_signed_as_the_server_last_accepted_it(street: Street) -> None:
    def newer_only(name: str) -> None:
        street.there.answers[f"/users/{name}"] = Answer(status=401)

    newer_only("bob")
    assert await street.bob.send(street.inbox, street.bob.follow(street.alice.actor.uri)) == 401
    ways = ["Signature-Input" in asked.headers for asked in street.there.asked_for("/users/bob")]
    assert ways == [False, True]
    # Where the second knock opened no door, nothing is remembered of it.
    assert await street.read(lambda tx: peers.by_host(tx, street.there.domain)) is None
    await street.write(lambda tx: signing.note_accepted(tx, street.there.domain, "rfc9421"))
    assert await street.carol.send(street.inbox, street.carol.follow(street.alice.actor.uri)) == 202
    [asked] = street.there.asked_for("/users/carol")
    assert "Signature-Input" in asked.headers


@pytest.mark.parametrize("where", ["generator", "application"])
async def test_who_says_that_it_reads_the_smaller_key_is_signed_for_with_it(
    street: Street, where: str
) -> None:
    implements = [{"href": RFC_9421, "name": "RFC-9421"}, {"href": ED25519, "name": "with Ed25519"}]
    if where == "generator":
        street.bob.extra["generator"] = {"type": "Application", "implements": implements}
    else:
        street.bob.extra.update(type="Application", implements=implements)
    assert await street.bob.send(street.inbox, street.bob.follow(street.alice.actor.uri)) == 202
    assert await street.carol.send(street.inbox, street.carol.follow(street.alice.actor.uri)) == 202
    [first], [second] = street.there.asked_for("/users/bob"), street.there.asked_for("/users/carol")
    assert "Signature-Input" not in first.headers
    message = message_of(second, street.there)
    claimed = verify.peek(message, expected_authority=street.there.domain, now=street.node.node.clock())
    assert verify.check(claimed, message, await server_key(street, "ed25519")).key_id


async def test_our_actors_say_what_they_read_and_where_the_server_is(street: Street) -> None:
    accept = {"Accept": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}
    async with street.node.http.get(f"{street.node.base_url}/", headers=accept) as answer:
        server = await answer.json(content_type=None)
    assert server["id"] == street.node.addresses.instance_actor
    for url in (street.alice.actor.uri, server["id"]):
        async with street.node.http.get(url, headers={"Accept": "application/activity+json"}) as answer:
            document = await answer.json(content_type=None)
        assert {each["href"] for each in document["generator"]["implements"]} >= {RFC_9421, ED25519}
        assert document["generator"]["id"] == server["id"]
    origin = street.node.base_url
    async with street.node.http.get(f"{origin}/.well-known/webfinger", params={"resource": origin}) as answer:
        found = await answer.json(content_type=None)
    [link] = [each for each in found["links"] if each["rel"].endswith("#Service")]
    assert link["href"] == server["id"]
    async with street.node.http.get(f"{origin}/nodeinfo/2.1") as answer:
        assert (await answer.json(content_type=None))["metadata"]["federation"] == {"enabled": True}


async def test_public_activities_carry_a_proof_and_others_none(street: Street) -> None:
    desk, alice = street.node.desk, street.alice.actor
    known = await street.meet(street.bob)
    await outbox_follow.follow(desk, alice, known.id)
    for visibility in ("public", "unlisted", "private", "direct"):
        draft = Draft(text=f"For @bob@{street.there.domain}", visibility=visibility)
        await publish(desk, alice, draft)
    written = [each for each in await letters(street) if each["type"] in {"Create", "Follow"}]
    assert [(each["type"], "proof" in each) for each in written] == [
        ("Follow", False),
        ("Create", True),
        ("Create", True),
        ("Create", False),
        ("Create", False),
    ]


async def test_new_keys_are_served_at_once_and_the_old_proofs_can_still_be_checked(street: Street) -> None:
    alice = street.alice.actor
    await publish(street.node.desk, alice, Draft(text="Signed by the first key"))
    await rotate(street.node.desk, alice.id, await asyncio.to_thread(local.generate_keys), blind=False)
    async with street.node.http.get(alice.uri, headers={"Accept": "application/activity+json"}) as answer:
        document = await answer.json(content_type=None)
    shown = {key["id"]: key["publicKeyMultibase"] for key in document["assertionMethod"]}
    assert len(shown) == 2
    [created] = [each for each in await letters(street) if each["type"] == "Create"]
    claimed = proofs.peek(created, now=street.node.node.clock())
    assert claimed is not None
    assert proofs.check(claimed, keys.from_multikey(shown[claimed.key_id], claimed.key_id)).key_id
    assert await street.read(lambda tx: len(retired.of_actor(tx, alice.id))) == 2
