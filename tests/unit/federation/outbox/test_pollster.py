from __future__ import annotations

from dataclasses import replace

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.polling import DraftPoll
from fediverse_node.federation.outbox.pollster import Pollster
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.federation.signing.keys import KeyRing
from fediverse_node.notifications import queries as notifications
from fediverse_node.polls import clock as poll_clock
from fediverse_node.polls import queries as polls
from fediverse_node.polls import voting
from fediverse_node.posts.model import Post, Visibility
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock, member, sent
from tests.fixtures.rooms import follow, stranger

HOUR = DraftPoll(options=("Green", "Black"), expires_in=3600)


async def ask(desk: Desk, author: Actor, *, visibility: Visibility = "public") -> Post:
    return await publish(desk, author, Draft(text="Tea?", poll=HOUR, visibility=visibility))


async def votes(db: Database, post: Post, voter: Actor) -> None:
    def unit(tx: Tx) -> None:
        poll = polls.of_post(tx, post.id)
        assert poll is not None
        assert voting.cast(tx, poll, voter.id, [1])
        poll_clock.counted(tx, poll)

    await db.write(unit)


async def test_new_counts_go_to_followers_and_voters_and_are_no_edit(
    db: Database, desk: Desk, alice: Actor, clock: TurnedClock
) -> None:
    def unit(tx: Tx) -> Actor:
        follow(tx, stranger(tx, "fan", domain="fans.example"), alice)
        return stranger(tx, "voter", domain="voters.example")

    voter = await db.write(unit)
    post = await ask(desk, alice)
    pollster = Pollster(desk)
    await votes(db, post, voter)
    assert await pollster.run_once() == 0
    clock.turn(minutes=3)
    assert await pollster.run_once() == 1
    document, inboxes = (await sent(db))[-1]
    assert inboxes == {"https://fans.example/inbox", "https://voters.example/inbox"}
    asked = document["object"]
    assert (document["type"], asked["type"], asked["votersCount"]) == ("Update", "Question", 1)
    assert [answer["replies"]["totalItems"] for answer in asked["oneOf"]] == [0, 1]
    assert "updated" not in asked
    assert "closed" not in asked
    # Nothing new, nothing to tell; and another process, or one that starts anew, has nothing to do either.
    clock.turn(minutes=30)
    assert await Pollster(desk).run_once() == 0


async def test_the_end_is_told_once_to_everybody(
    db: Database, desk: Desk, alice: Actor, clock: TurnedClock
) -> None:
    post = await ask(desk, alice)
    clock.turn(hours=1)
    assert [await Pollster(desk).run_once() for _ in range(2)] == [1, 0]
    document, _ = (await sent(db))[-1]
    assert document["object"]["closed"] == document["object"]["endTime"]
    [told] = await db.read(lambda tx: notifications.page(tx, alice.id, Page()))
    assert (told.type, told.post_id, told.from_actor_id) == ("poll", post.id, alice.id)


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_counts_of_a_closed_post_go_to_nobody_who_was_not_sent_the_post(
    db: Database, desk: Desk, alice: Actor, clock: TurnedClock, visibility: Visibility
) -> None:
    voter = await db.write(lambda tx: stranger(tx, "voter"))
    post = await ask(desk, alice, visibility=visibility)
    await votes(db, post, voter)
    clock.turn(minutes=3)
    assert await Pollster(desk).run_once() == 1
    document, inboxes = (await sent(db))[-1]
    assert (document["type"], inboxes) == ("Update", set())
    assert "proof" not in document


async def test_a_poll_that_cannot_be_told_of_does_not_stop_the_others(
    db: Database, desk: Desk, alice: Actor, clock: TurnedClock
) -> None:
    keyless = await db.write(lambda tx: member(tx, "keyless"))
    broken, whole = await ask(desk, keyless), await ask(desk, alice)
    await db.write(lambda tx: actors.drop_keys_except(tx, keyless.id, []))
    clock.turn(hours=1)
    assert await Pollster(replace(desk, keys=KeyRing(db))).run_once() == 1
    told = await db.read(lambda tx: polls.of_posts(tx, [broken.id, whole.id]))
    assert (told[broken.id].closed_at, told[whole.id].closed_at) == (None, clock.now)
    assert await db.read(lambda tx: poll_clock.due(tx, most=10)) == []


async def test_a_retracted_poll_is_told_of_no_more(
    db: Database, desk: Desk, alice: Actor, clock: TurnedClock
) -> None:
    post = await ask(desk, alice)
    await retract(desk, alice, post.id)
    clock.turn(hours=1)
    assert await Pollster(desk).run_once() == 0
    assert [document.get("type") for document, _ in await sent(db)] == [None, "Delete"]
    assert await db.read(lambda tx: polls.of_post(tx, post.id)) is None
