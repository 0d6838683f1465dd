"""Our own server at its own door: nobody else gets anything by it, and we get nothing but an answer."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.federation.inbox.self_check import TYPE
from fediverse_node.federation.signing.keys import KeyRing
from fediverse_node.signatures import cavage, rfc9421
from fediverse_node.signatures.base import HttpMessage, KeyKind
from tests.fakes.remote_server import RemoteServer
from tests.fixtures.nodes import LiveNode, running_node


async def knock(
    node: LiveNode,
    signer: Actor,
    *,
    kind: KeyKind = "rsa",
    spoil: bool = False,
    **changes: Any,
) -> tuple[int, Any]:
    own = node.addresses.instance_actor
    document = {"type": TYPE, "actor": own, "object": own, **changes}
    message = HttpMessage.to(
        "POST",
        node.addresses.shared_inbox,
        headers=(("Content-Type", "application/activity+json"),),
        body=msgspec.json.encode(document),
    )
    key = await KeyRing(node.node.db).key_of(signer.id, kind)
    scheme = cavage if kind == "rsa" else rfc9421
    signed = await asyncio.to_thread(scheme.sign, message, key, now=node.node.clock())
    headers = {**dict(message.headers), **dict(signed)}
    body = message.body + b" " if spoil else message.body
    async with node.http.post("/inbox", data=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None) if answer.content_length else None


async def test_we_learn_what_arrived_and_nothing_is_stored(alpha: LiveNode) -> None:
    commits = alpha.node.db.commits
    status, seen = await knock(alpha, alpha.instance_actor)
    assert status == 202
    assert seen == {"client": "127.0.0.1", "peer": "127.0.0.1", "forwarded_for": None}
    assert alpha.node.db.commits == commits


async def test_a_broken_signature_of_ours_is_refused_like_any(alpha: LiveNode) -> None:
    assert (await knock(alpha, alpha.instance_actor, spoil=True))[0] == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "Create"},
        {"type": "Delete"},
        {"type": "Unknown"},
        {"actor": "https://elsewhere.example/users/bob"},
    ],
    ids=str,
)
async def test_our_own_actor_says_nothing_else_here(alpha: LiveNode, changes: dict[str, Any]) -> None:
    assert (await knock(alpha, alpha.instance_actor, **changes))[0] == 403


async def test_people_of_ours_do_not_speak_here(alpha: LiveNode) -> None:
    alice = await alpha.add_person("alice")
    assert (await knock(alpha, alice.actor))[0] == 403
    assert (await knock(alpha, alice.actor, actor=alice.actor.uri))[0] == 403


async def test_only_the_key_that_others_believe_is_looked_at(alpha: LiveNode) -> None:
    assert (await knock(alpha, alpha.instance_actor, kind="ed25519"))[0] == 403


async def test_a_stranger_learns_nothing_of_how_they_arrived(database_url: str) -> None:
    async with running_node(database_url) as node, RemoteServer() as there:
        bob = there.add_actor("bob")
        letter = bob.letter(node.addresses.shared_inbox, bob.activity(TYPE, bob.uri))
        async with node.http.post("/inbox", data=letter.body, headers=letter.headers) as answer:
            assert answer.status == 202
            assert await answer.read() == b""
