"""Inbox forwarding (ActivityPub 7.1.2): replies to ours, for our followers, byte for byte and once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from fediverse_node.deliveries.tables import activities, envelopes
from fediverse_node.federation.inbox import forwarding
from fediverse_node.posts.model import Post
from fediverse_node.signatures import keys, proofs
from fediverse_node.signatures.base import SigningKey
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import PUBLIC, JsonDict, RemoteActor, RemoteServer


@cache
def proving_key(uri: str) -> SigningKey:
    return keys.generate_ed25519(f"{uri}#ed25519-key")


def can_prove(who: RemoteActor) -> RemoteActor:
    """Give *who* a key for proofs (FEP-521a)."""
    key = proving_key(who.uri).verification_key()
    multikey = {
        "id": key.key_id,
        "type": "Multikey",
        "controller": who.uri,
        "publicKeyMultibase": keys.to_multikey(key),
    }
    who.extra["assertionMethod"] = [multikey]
    return who


def proved(who: RemoteActor, document: JsonDict) -> JsonDict:
    return proofs.prove(document, proving_key(who.uri), now=datetime.now(UTC))


def reply_to(street: Street, post: Post, *, who: RemoteActor | None = None) -> JsonDict:
    """A Create of a reply, addressed to alice's followers, too."""
    followers = street.alice.actor.followers
    author = who or street.bob
    return author.create(author.note(inReplyTo=post.uri, to=[PUBLIC], cc=[author.followers, followers]))


@pytest.fixture
async def dave(street: Street) -> AsyncIterator[RemoteActor]:
    """A follower of alice's on a third server; bob follows her, too, and can prove what he says."""
    async with RemoteServer("elsewhere") as elsewhere:
        dave = elsewhere.add_actor("dave")
        can_prove(street.bob)
        await street.meet(dave)
        await street.meet(street.bob)
        yield dave


async def passed_on(street: Street) -> list[tuple[str, bytes]]:
    """What goes on: (inbox, bytes)."""
    statement = (
        envelopes.select()
        .with_only_columns(envelopes.c.inbox, activities.c.document)
        .join(activities, activities.c.id == envelopes.c.activity_id)
        .where(activities.c.type.in_(["Create", "Update", "Delete"]))
        .order_by(activities.c.id)
    )
    return [(row[0], row[1]) for row in await street.read(lambda tx: tx.all(statement))]


async def test_a_proved_reply_goes_on_to_followers_elsewhere_as_it_came(
    street: Street, dave: RemoteActor
) -> None:
    post = await street.write_post()
    body = json.dumps(proved(street.bob, reply_to(street, post)), indent=1).encode()
    assert await street.bob.send(street.inbox, body) == 202
    shared = f"{dave.server.origin}/inbox"
    assert await passed_on(street) == [(shared, body)], "not back to where it came from"
    assert await street.bob.send(street.shared, body) == 202
    assert len(await passed_on(street)) == 1, "once"


async def test_its_edit_and_its_end_go_on_as_well(street: Street, dave: RemoteActor) -> None:
    post = await street.write_post()
    create = reply_to(street, post)
    assert await street.bob.send(street.inbox, proved(street.bob, create)) == 202
    audience = {"to": create["to"], "cc": create["cc"]}
    later = {**create["object"], "content": "<p>Better</p>", "updated": "2199-01-01T00:00:00Z"}
    update = street.bob.activity("Update", later, **audience)
    delete = street.bob.activity("Delete", {"id": create["object"]["id"], "type": "Tombstone"}, **audience)
    for activity in (update, delete):
        assert await street.bob.send(street.inbox, proved(street.bob, activity)) == 202
    assert [json.loads(body)["type"] for _, body in await passed_on(street)] == ["Create", "Update", "Delete"]


def without_proof(street: Street, create: JsonDict) -> JsonDict:
    return create


def broken_proof(street: Street, create: JsonDict) -> JsonDict:
    return {**proved(street.bob, create), "published": "2020-01-01T00:00:00Z"}


def anothers_proof(street: Street, create: JsonDict) -> JsonDict:
    return proofs.prove(create, proving_key(street.carol.uri), now=datetime.now(UTC))


def not_for_followers(street: Street, create: JsonDict) -> JsonDict:
    return proved(street.bob, {**create, "cc": [street.bob.followers]})


@pytest.mark.parametrize("change", [without_proof, broken_proof, anothers_proof, not_for_followers])
async def test_what_nobody_would_believe_or_nobody_asked_for_stays_here(
    street: Street, dave: RemoteActor, change: Any
) -> None:
    post = await street.write_post()
    create = change(street, reply_to(street, post))
    await street.bob.send(street.inbox, create)
    assert await passed_on(street) == []


async def test_a_post_that_answers_nobody_here_stays_here(street: Street, dave: RemoteActor) -> None:
    await street.befriend(street.bob)
    create = street.bob.create(street.bob.note(cc=[street.alice.actor.followers]))
    assert await street.bob.send(street.inbox, proved(street.bob, create)) == 202
    assert await street.post(create["object"]["id"]) is not None
    assert await passed_on(street) == []


async def test_no_post_makes_us_send_without_end(
    street: Street, dave: RemoteActor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarding, "MOST_IN_AN_HOUR", 2)
    post = await street.write_post()
    for _ in range(4):
        assert await street.bob.send(street.inbox, proved(street.bob, reply_to(street, post))) == 202
    assert len(await passed_on(street)) == 2
