"""FEP-8fcf: two servers compare who on the one follows somebody on the other, and mend what differs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.federation.delivery.comparing import HEADER
from fediverse_node.federation.delivery.worker import DeliveryWorker
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.follows import checks
from fediverse_node.follows import queries as follows
from fediverse_node.posts.model import Visibility
from tests.doors.federation.conftest import Street
from tests.fakes.remote_reader import read_as
from tests.fakes.remote_server import Answer, RemoteActor, RemoteServer


def partial(who: RemoteActor) -> str:
    return f"{who.uri}/followers_synchronization"


def show(who: RemoteActor, followers: list[str], **more: Any) -> None:
    """Let *who*'s server list its followers here."""
    who.server.publish(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": partial(who),
            "type": "OrderedCollection",
            "orderedItems": followers,
            **more,
        }
    )


async def told(street: Street, who: RemoteActor, followers: list[str], **parts: str) -> int:
    """*who* sends a post, and with it the digest of *followers*."""
    stated = {"collectionId": who.followers, "url": partial(who), "digest": checks.digest(followers), **parts}
    value = ", ".join(f'{name}="{text}"' for name, text in stated.items())
    letter = who.letter(street.inbox, who.create()).with_header(HEADER, value)
    return await letter.send(who.server.http)


# What we tell others of ours


async def test_a_server_is_told_of_its_own_people_only(street: Street) -> None:
    address = f"{street.alice.actor.uri}/followers_synchronization"
    async with RemoteServer("elsewhere") as elsewhere:
        dave = elsewhere.add_actor("dave")
        await street.meet(street.bob)
        await street.meet(dave)
        for who in (street.carol, dave):
            status, found = await read_as(who, address, street.node.http)
            assert (status, found["id"], found["type"]) == (200, address, "OrderedCollection")
            expected = street.bob.uri if who is street.carol else dave.uri
            assert found["orderedItems"] == [expected]


async def test_nobody_else_is_told(street: Street) -> None:  # PRI-05
    address = f"{street.alice.actor.uri}/followers_synchronization"
    async with street.node.http.get(address, headers={"Accept": "application/activity+json"}) as answer:
        assert answer.status == 401
    stale = datetime.now(UTC) - timedelta(days=1)
    assert (await read_as(street.bob, address, street.node.http, at=stale))[0] == 401
    assert (await read_as(street.bob, address, street.node.http))[0] == 200


async def test_a_suspended_reader_is_refused(street: Street) -> None:
    address = f"{street.alice.actor.uri}/followers_synchronization"
    known = await street.meet(street.carol)
    await street.node.suspend(known)
    assert (await read_as(street.carol, address, street.node.http))[0] == 403
    assert (await read_as(street.bob, address, street.node.http))[0] == 200


async def test_a_hidden_list_is_hidden_from_everybody_but_the_followers_own_server(street: Street) -> None:
    """PRI-05: others see how many there are, and nobody."""
    await street.meet(street.bob)
    followers = str(street.alice.actor.followers)
    headers = {"Accept": "application/activity+json"}
    async with street.node.http.get(followers, headers=headers) as answer:
        assert "first" in await answer.json(content_type=None)
    details = replace(street.alice.actor.details, hide_collections=True)
    await street.write(lambda tx: actors.save(tx, replace(street.alice.actor, details=details)))
    async with street.node.http.get(followers, headers=headers) as answer:
        found = await answer.json(content_type=None)
    assert (found["totalItems"], found["id"], "first" in found) == (1, followers, False)
    async with street.node.http.get(f"{followers}?page=first", headers=headers) as answer:
        assert answer.status == 404
    address = f"{street.alice.actor.uri}/followers_synchronization"
    assert (await read_as(street.carol, address, street.node.http))[1]["orderedItems"] == [street.bob.uri]


async def test_an_answer_for_one_server_is_kept_by_nobody(street: Street) -> None:
    address = f"{street.alice.actor.uri}/followers_synchronization"
    async with street.node.http.get(address) as answer:
        assert answer.status == 401
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("visibility", ["public", "private"])
async def test_what_goes_to_followers_says_who_we_believe_they_are(
    street: Street, visibility: Visibility
) -> None:
    await street.meet(street.bob)
    await publish(street.node.desk, street.alice.actor, Draft(text="Hello", visibility=visibility))
    header = await sent_header(street)
    assert f'collectionId="{street.alice.actor.followers}"' in header
    assert f'digest="{checks.digest([street.bob.uri])}"' in header
    assert f'url="{street.alice.actor.uri}/followers_synchronization"' in header


async def test_what_goes_to_one_person_says_nothing_of_followers(street: Street) -> None:
    await street.meet(street.bob)
    draft = Draft(text=f"Hello {street.bob.handle}", visibility="direct")
    await publish(street.node.desk, street.alice.actor, draft)
    assert await sent_header(street) == ""


async def sent_header(street: Street) -> str:
    """The header of the Create that arrives, which has to be under its signature."""
    worker = DeliveryWorker(street.node.node.db, street.node.node.outbound, alone=True)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run(stop))
        await street.there.receives("Create")
        stop.set()
    asked = next(each for each in street.there.asked if b'"Create"' in each.body)
    found = {name.lower(): value for name, value in asked.headers.items()}
    header = found.get(HEADER.lower(), "")
    assert (HEADER.lower() in found["signature"]) == bool(header)
    return header


# What others tell us of theirs


async def test_a_follow_that_the_other_side_does_not_know_is_ended(street: Street) -> None:
    known = await street.befriend(street.bob)
    show(street.bob, [])
    assert await told(street, street.bob, []) == 202
    assert await street.catch_up() == 1
    assert await street.follow_of(street.bob) is None
    assert await street.home() == []
    assert (await street.answers())[-1] == "Undo"
    assert not await street.read(lambda tx: follows.has_local_followers(tx, known.id))


async def test_when_both_agree_nothing_is_asked(street: Street) -> None:
    await street.befriend(street.bob)
    show(street.bob, [])
    assert await told(street, street.bob, [street.alice.actor.uri]) == 202
    assert await street.catch_up() == 0
    assert await street.follow_of(street.bob) is not None
    assert street.there.asked_for("/users/bob/followers_synchronization") == []


async def test_a_follow_that_only_the_other_side_knows_is_undone(street: Street) -> None:
    await street.meet(street.bob)
    before = await street.answers()
    show(street.bob, [street.alice.actor.uri, street.node.addresses.actor("nobody"), street.carol.uri])
    assert await told(street, street.bob, [street.alice.actor.uri]) == 202
    assert await street.catch_up() == 1
    assert await street.follow_of(street.bob) is None
    assert (await street.answers())[len(before) :] == ["Undo"]


async def test_an_accept_that_was_lost_is_made_up_for(street: Street) -> None:
    await street.befriend(street.bob, state="pending")
    show(street.bob, [street.alice.actor.uri])
    assert await told(street, street.bob, [street.alice.actor.uri]) == 202
    assert await street.catch_up() == 1
    follow = await street.follow_of(street.bob)
    assert follow is not None
    assert follow.state == "accepted"


@pytest.mark.parametrize(
    "parts",
    [
        {"collectionId": "http://127.0.0.1:9/users/bob/followers"},
        {"url": "http://127.0.0.1:9/users/bob/followers_synchronization"},
        {"digest": "none"},
    ],
)
async def test_hearsay_is_not_looked_into(street: Street, parts: dict[str, str]) -> None:
    """Another collection, another server's list, no digest: the twin is the first of these tests."""
    await street.befriend(street.bob)
    show(street.bob, [])
    assert await told(street, street.bob, [], **parts) == 202
    assert await street.catch_up() == 0
    assert await street.follow_of(street.bob) is not None


@pytest.mark.parametrize(
    "more",
    [
        {"orderedItems": [{"name": "Alice"}]},
        {"type": "Note"},
        {"orderedItems": [], "first": "http://127.0.0.1:9/page"},
        {"id": "http://127.0.0.1:9/users/bob/followers_synchronization"},
    ],
    ids=["nameless objects", "no list", "pages elsewhere", "another id"],
)
async def test_a_list_that_cannot_be_believed_ends_nothing(street: Street, more: dict[str, Any]) -> None:
    await street.befriend(street.bob)
    show(street.bob, [])
    street.there.documents["/users/bob/followers_synchronization"].update(more)
    assert await told(street, street.bob, []) == 202
    await street.catch_up()
    assert await street.follow_of(street.bob) is not None


async def test_a_list_of_whole_actors_is_read_by_their_ids(street: Street) -> None:
    await street.befriend(street.bob)
    show(street.bob, [])
    listed = street.there.documents["/users/bob/followers_synchronization"]
    listed["orderedItems"] = [{"type": "Person", "id": street.alice.actor.uri, "name": "Alice"}]
    assert await told(street, street.bob, []) == 202
    assert await street.catch_up() == 1
    assert await street.follow_of(street.bob) is not None


async def test_a_list_that_cannot_be_had_now_is_asked_for_later(street: Street) -> None:
    await street.befriend(street.bob)
    street.there.answers["/users/bob/followers_synchronization"] = Answer(status=503)
    assert await told(street, street.bob, []) == 202
    assert await street.catch_up() == 1
    assert await street.follow_of(street.bob) is not None
    assert (await street.rows())["follower_checks"] == 1


async def test_a_long_list_is_read_to_its_end(street: Street) -> None:
    await street.befriend(street.bob)
    next_ = f"{partial(street.bob)}/2"
    show(street.bob, [street.node.addresses.actor(f"n{n}") for n in range(150)], next=next_)
    street.there.publish(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": next_,
            "type": "OrderedCollectionPage",
            "orderedItems": [street.alice.actor.uri],
        }
    )
    assert await told(street, street.bob, []) == 202
    assert await street.catch_up() == 1
    assert await street.follow_of(street.bob) is not None
