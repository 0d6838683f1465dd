from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.activitystreams.read import read_object
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.polling import DraftPoll
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.vote import vote
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.polls import queries as polls
from fediverse_node.polls.model import Option, Poll
from fediverse_node.posts.model import Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.outbox import TurnedClock, member, sent
from tests.fixtures.rooms import note, stranger


async def asked_elsewhere(db: Database, *, multiple: bool = False, **changes: Any) -> Post:
    def unit(tx: Tx) -> Post:
        post = note(tx, stranger(tx, "bob"), type="Question", **changes)
        options = tuple(Option(name=name) for name in ("Green", "Black", "None"))
        assert polls.add(tx, Poll(post_id=post.id, multiple=multiple, options=options, voters_count=None))
        return post

    return await db.write(unit)


async def test_each_answer_is_one_activity_to_who_asked_and_nobody_else(
    db: Database, desk: Desk, alice: Actor
) -> None:
    post = await asked_elsewhere(db, multiple=True)
    await vote(desk, alice, post.id, [2, 0])
    activities = await sent(db)
    assert [document["object"]["name"] for document, _ in activities] == ["Green", "None"]
    for document, inboxes in activities:
        assert inboxes == {"https://there.example/users/bob/inbox"}
        assert (document["type"], document["to"], document["cc"]) == (
            "Create",
            ["https://there.example/users/bob"],
            [],
        )
        assert document["object"]["id"] != document["id"]
        assert "content" not in document["object"]
        doc = read_object(document["object"])
        assert (doc.type, doc.in_reply_to, doc.attributed_to) == ("Note", post.uri, (alice.uri,))
        assert "proof" not in document
    poll = await db.read(lambda tx: polls.of_post(tx, post.id))
    assert poll is not None
    assert ([option.votes for option in poll.options], poll.voters_count) == ([1, 0, 1], None)


async def test_a_vote_for_somebody_here_is_sent_nowhere(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    poll = DraftPoll(options=("Green", "Black"), expires_in=300)
    post = await publish(desk, alice, Draft(text="Tea?", poll=poll))
    await vote(desk, bob, post.id, [0])
    assert [document["type"] for document, _ in await sent(db)] == ["Create"]
    assert await db.read(lambda tx: polls.chosen(tx, bob.id, [post.id])) == {post.id: [0]}


@pytest.mark.parametrize("choices", [[], [3], [-1], [0, 1]])
async def test_what_cannot_be_chosen_is_refused(
    db: Database, desk: Desk, alice: Actor, choices: list[int]
) -> None:
    post = await asked_elsewhere(db)
    with pytest.raises(NotValid):
        await vote(desk, alice, post.id, choices)
    assert await sent(db) == []
    await vote(desk, alice, post.id, [0])
    assert len(await sent(db)) == 1


async def test_nobody_votes_twice_in_their_own_or_in_a_closed_poll(
    db: Database, desk: Desk, alice: Actor, clock: TurnedClock
) -> None:
    post = await asked_elsewhere(db)
    await vote(desk, alice, post.id, [0])
    with pytest.raises(NotValid, match="voted already"):
        await vote(desk, alice, post.id, [1])
    poll = DraftPoll(options=("Green", "Black"), expires_in=300)
    own = await publish(desk, alice, Draft(text="Tea?", poll=poll))
    with pytest.raises(NotValid, match="your own"):
        await vote(desk, alice, own.id, [0])
    bob = await db.write(lambda tx: member(tx, "bob"))
    carol = await db.write(lambda tx: member(tx, "carol"))
    await vote(desk, bob, own.id, [0])
    clock.turn(seconds=300)
    with pytest.raises(NotValid, match="closed"):
        await vote(desk, carol, own.id, [0])


async def test_there_is_nothing_to_vote_for_where_there_is_no_poll_or_nothing_to_see(
    db: Database, desk: Desk, alice: Actor
) -> None:
    hidden = await asked_elsewhere(db, visibility="private")
    plain = await publish(desk, alice, Draft(text="no poll"))
    for post in (hidden, plain):
        with pytest.raises(NotFound):
            await vote(desk, alice, post.id, [0])
