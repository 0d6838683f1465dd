"""Moves of others (OBJ-25): believed when both ends say so at their origins now, and not before."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.actors import moves
from fediverse_node.actors import queries as actors
from fediverse_node.federation.outbox.block import block, mute
from fediverse_node.federation.outbox.follow import follow
from fediverse_node.follows import queries as follows
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation import servers
from fediverse_node.moderation.model import DomainBlock
from fediverse_node.notifications import queries as notifications
from fediverse_node.storage.paging import Page
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import RemoteActor
from tests.fixtures.nodes import Person

JsonDict = dict[str, Any]


def move(who: RemoteActor, target: str, **changes: Any) -> JsonDict:
    return {**who.activity("Move", who.uri, target=target), **changes}


def agree(old: RemoteActor, new: RemoteActor) -> None:
    """Both ends say so."""
    old.extra["movedTo"] = new.uri
    new.extra["alsoKnownAs"] = [old.uri]


async def test_followers_here_go_along(street: Street) -> None:
    bob, carol = street.bob, street.carol
    await street.befriend(bob)
    agree(bob, carol)
    assert await bob.send(street.inbox, move(bob, carol.uri)) == 202
    assert await street.work() == 1
    old, new = await street.actor(bob), await street.actor(carol)
    assert old is not None
    assert new is not None
    assert old.moved_to == carol.uri
    assert await street.follow_of(bob) is None
    there = await street.follow_of(carol)
    assert there is not None
    assert there.state == "pending"
    assert [type_ for type_ in await street.answers() if type_ in {"Undo", "Follow"}] == ["Undo", "Follow"]


async def test_a_server_that_does_not_mark_the_old_account_is_believed_by_its_signature(
    street: Street,
) -> None:
    await street.befriend(street.bob)
    street.carol.extra["alsoKnownAs"] = street.bob.uri  # GoToSocial writes one as a scalar
    await street.bob.send(street.inbox, move(street.bob, street.carol.uri))
    await street.work()
    assert await street.follow_of(street.bob) is None


async def test_the_new_account_must_know_the_old_one(street: Street) -> None:
    # OBJ-25
    await street.befriend(street.bob)
    agree(street.bob, street.carol)
    street.carol.extra["alsoKnownAs"] = [f"{street.bob.uri}x"]
    await street.bob.send(street.inbox, move(street.bob, street.carol.uri))
    await street.work()
    assert await street.follow_of(street.bob) is not None
    assert await street.actor(street.carol) is None


async def test_the_old_account_must_not_name_another_new_home(street: Street) -> None:
    # OBJ-25
    await street.befriend(street.bob)
    agree(street.bob, street.carol)
    street.bob.extra["movedTo"] = f"{street.there.origin}/users/dora"
    await street.bob.send(street.inbox, move(street.bob, street.carol.uri))
    await street.work()
    assert await street.follow_of(street.bob) is not None


async def test_nobody_moves_another(street: Street) -> None:
    # OBJ-25
    await street.befriend(street.bob)
    agree(street.bob, street.carol)
    forged = street.carol.activity("Move", street.bob.uri, target=street.carol.uri)
    assert await street.carol.send(street.inbox, forged) == 403
    assert await street.work() == 0
    assert await street.follow_of(street.bob) is not None


async def test_a_move_to_an_account_that_moved_is_not_followed(street: Street) -> None:
    # OBJ-25: so a circle stops at its first step
    await street.befriend(street.bob)
    agree(street.bob, street.carol)
    agree(street.carol, street.bob)
    street.carol.extra["alsoKnownAs"] = [street.bob.uri]
    await street.bob.send(street.inbox, move(street.bob, street.carol.uri))
    await street.work()
    assert await street.follow_of(street.bob) is not None


async def test_a_move_to_an_account_suspended_here_is_not_followed(street: Street) -> None:
    # OBJ-25
    await street.befriend(street.bob)
    carol = await street.meet(street.carol)
    await street.node.suspend(carol)
    agree(street.bob, street.carol)
    await street.bob.send(street.inbox, move(street.bob, street.carol.uri))
    await street.work()
    assert await street.follow_of(street.bob) is not None
    assert await street.follow_of(street.carol) is None


async def test_a_second_move_within_thirty_days_is_ignored(street: Street) -> None:
    # OBJ-25
    bob = await street.befriend(street.bob)
    agree(street.bob, street.carol)
    await street.write(lambda tx: moves.note(tx, bob.id, "https://elsewhere.example/users/bob"))
    assert await street.bob.send(street.inbox, move(street.bob, street.carol.uri)) == 202
    assert await street.work() == 0
    assert await street.follow_of(street.bob) is not None


async def test_a_move_of_somebody_nobody_follows_costs_nothing(street: Street) -> None:
    await street.meet(street.bob)
    agree(street.bob, street.carol)
    before = len(street.there.fetches())
    assert await street.bob.send(street.inbox, move(street.bob, street.carol.uri)) == 202
    assert await street.work() == 0
    assert len(street.there.fetches()) == before


async def test_somebody_who_moves_here_brings_the_followers_that_are_here(street: Street) -> None:
    dora = await street.node.add_person("dora", also_known_as=(street.bob.uri,))
    await street.befriend(street.bob)
    street.bob.extra["movedTo"] = dora.actor.uri
    await street.bob.send(street.inbox, move(street.bob, dora.actor.uri))
    await street.work()
    found = await street.read(lambda tx: follows.find(tx, street.alice.actor.id, dora.actor.id))
    assert found is not None
    assert found.state == "accepted"
    moved = await street.actor(street.bob)
    assert moved is not None
    assert moved.moved_to == dora.actor.uri


async def blocks_of(street: Street, who: Person, whom: RemoteActor) -> bool:
    found = await street.actor(whom)
    return found is not None and await street.read(
        lambda tx: moderation.find_block(tx, who.actor.id, found.id) is not None
    )


@pytest.mark.parametrize("followed", [True, False], ids=["others follow them", "nobody follows them"])
async def test_whoever_is_blocked_does_not_get_away_by_moving(
    street: Street,
    followed: bool,  # noqa: FBT001 a column of the table
) -> None:
    dora = await street.node.add_person("dora")
    bob = await (street.befriend(street.bob) if followed else street.meet(street.bob))
    await block(street.node.desk, dora.actor, bob.id)
    before = len(await street.answers())
    agree(street.bob, street.carol)
    assert await street.bob.send(street.inbox, move(street.bob, street.carol.uri)) == 202
    await street.work()
    assert await blocks_of(street, dora, street.carol)
    assert not await blocks_of(street, street.alice, street.carol)
    assert (await street.answers())[before:].count("Block") == 1
    assert await street.read(lambda tx: notifications.page(tx, dora.actor.id, Page(limit=9))) == []


async def test_whoever_follows_the_new_account_chose_so(street: Street) -> None:
    bob = await street.befriend(street.bob)
    dora = await street.node.add_person("dora")
    carol = await street.meet(street.carol)
    await block(street.node.desk, dora.actor, bob.id)
    await follow(street.node.desk, dora.actor, carol.id)
    agree(street.bob, street.carol)
    await street.bob.send(street.inbox, move(street.bob, street.carol.uri))
    await street.work()
    assert not await blocks_of(street, dora, street.carol)


@pytest.mark.parametrize("target", [None, 7])
async def test_a_move_to_nowhere_is_refused(street: Street, target: Any) -> None:
    await street.befriend(street.bob)
    assert await street.bob.send(street.inbox, move(street.bob, target)) == 400


async def test_a_profile_that_says_moved_names_the_new_account_to_clients(street: Street) -> None:
    bob = await street.befriend(street.bob)
    carol = await street.meet(street.carol)
    await street.write(lambda tx: actors.change(tx, bob.id, {"moved_to": carol.uri}))
    async with street.node.http.get(f"/api/v1/accounts/{bob.id}", headers=street.alice.bearer) as answer:
        entity = await answer.json()
    assert entity["moved"]["id"] == str(carol.id)
    assert entity["moved"]["moved"] is None


async def test_a_move_to_a_server_that_is_shut_out_is_not_followed(street: Street) -> None:
    # OBJ-25: also by a sub-domain (ADM-06); nothing is asked there
    await street.befriend(street.bob)
    blocked = DomainBlock(domain="blocked.example", severity="suspend")
    await street.write(lambda tx: servers.save(tx, blocked))
    target = "https://sub.blocked.example/users/carol"
    street.bob.extra["movedTo"] = target
    await street.bob.send(street.inbox, move(street.bob, target))
    assert await street.work() == 1
    assert await street.follow_of(street.bob) is not None
    assert (await street.rows())["jobs"] == 0, "it is not put off: it will never work"


async def test_nobody_is_led_to_follow_whom_they_block(street: Street) -> None:
    await street.befriend(street.bob)
    carol = await street.meet(street.carol)
    await block(street.node.desk, street.alice.actor, carol.id)
    agree(street.bob, street.carol)
    await street.bob.send(street.inbox, move(street.bob, street.carol.uri))
    await street.work()
    assert await street.follow_of(street.bob) is None
    assert await street.follow_of(street.carol) is None


async def test_whoever_muted_the_old_account_hears_nothing_of_the_new_one(street: Street) -> None:
    dora = await street.node.add_person("dora")
    bob = await street.befriend(street.bob)
    await mute(street.node.desk, dora.actor, bob.id)
    agree(street.bob, street.carol)
    await street.bob.send(street.inbox, move(street.bob, street.carol.uri))
    await street.work()
    new = await street.actor(street.carol)
    assert new is not None
    stance = await street.read(lambda tx: moderation.stance(tx, dora.actor.id, [new.id]))
    assert new.id in stance.muting
