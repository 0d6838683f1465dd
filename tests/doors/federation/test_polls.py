"""Votes for our polls, and polls of others, as they come through the inbox.

Every refusal has its twin. Numbers (OBJ-…) are those of the attack catalogue.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fediverse_node.deliveries import tables as deliveries
from fediverse_node.federation.outbox.edit import Edit, edit
from fediverse_node.federation.outbox.polling import DraftPoll
from fediverse_node.federation.outbox.pollster import Pollster
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.vote import vote
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.polls import clock
from fediverse_node.polls import queries as polls
from fediverse_node.polls.model import Poll
from fediverse_node.posts import history
from fediverse_node.posts.model import Post, Visibility
from tests.doors.federation.conftest import Street, changed
from tests.fakes.remote_server import JsonDict, RemoteActor


async def ask(
    street: Street, *, multiple: bool = False, visibility: Visibility = "public", text: str = "Tea?"
) -> Post:
    """A poll of alice's with the answers Green, Black and None."""
    poll = DraftPoll(options=("Green", "Black", "None"), expires_in=3600, multiple=multiple)
    draft = Draft(text=text, visibility=visibility, poll=poll)
    return await publish(street.node.desk, street.alice.actor, draft)


async def tally(street: Street, post: Post) -> tuple[list[int], int | None]:
    poll = await poll_of(street, post)
    return [option.votes for option in poll.options], poll.voters_count


async def poll_of(street: Street, post: Post) -> Poll:
    found = await street.read(lambda tx: polls.of_post(tx, post.id))
    assert found is not None
    return found


def vote_note(voter: RemoteActor, question: str, answer: str, **more: Any) -> JsonDict:
    """A vote as Mastodon writes it: nobody can fetch its id."""
    note = {
        "id": f"{voter.uri}#votes/{voter.server.new_id('x').rpartition('/')[2]}",
        "type": "Note",
        "attributedTo": voter.uri,
        "to": [question.rpartition("/posts/")[0]],
        "inReplyTo": question,
        "name": answer,
    }
    return changed(note, **more)


def ballot(voter: RemoteActor, post: Post, *answers: str) -> JsonDict:
    """One Create, of one vote as an object or of several as an array."""
    votes = [vote_note(voter, post.uri, answer) for answer in answers]
    return voter.activity("Create", votes[0] if len(votes) == 1 else votes, to=votes[0]["to"])


async def has_no_effect(street: Street, voter: RemoteActor, document: JsonDict, status: int = 202) -> None:
    before = await street.rows()
    assert await voter.send(street.inbox, document) == status
    await street.work()
    assert await street.rows() == before


# Votes for polls of ours


async def test_a_vote_is_counted_and_is_neither_post_nor_notification(street: Street) -> None:
    post = await ask(street)
    await street.meet(street.bob)
    told, before = await street.told(), await street.rows()
    assert await street.bob.send(street.inbox, ballot(street.bob, post, "Black")) == 202
    assert await tally(street, post) == ([0, 1, 0], 1)
    assert await street.told() == told
    after = await street.rows()
    unchanged = {"posts", "notifications", "home_entries", "mentions"}
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}
    stored = await street.post(post.uri)
    assert stored is not None
    assert stored.replies_count == 0


async def test_a_vote_of_somebody_whom_nobody_knew_is_counted(street: Street) -> None:
    post = await ask(street)
    assert await street.bob.send(street.shared, ballot(street.bob, post, "Green")) == 202
    assert await tally(street, post) == ([1, 0, 0], 1)


async def test_several_votes_in_one_array_are_counted(street: Street) -> None:
    post = await ask(street, multiple=True)
    assert await street.bob.send(street.inbox, ballot(street.bob, post, "Green", "None", "Green")) == 202
    assert await tally(street, post) == ([1, 0, 1], 1)
    assert await street.bob.send(street.inbox, ballot(street.bob, post, "Black")) == 202
    assert await street.carol.send(street.inbox, ballot(street.carol, post, "Black")) == 202
    assert await tally(street, post) == ([1, 2, 1], 2)


async def test_an_array_of_one_is_a_vote_and_empty_content_is_none(street: Street) -> None:
    post = await ask(street)
    note = vote_note(street.bob, post.uri, "Green", content="")
    assert await street.bob.send(street.inbox, street.bob.activity("Create", [note])) == 202
    assert await tally(street, post) == ([1, 0, 0], 1)


async def test_nobody_votes_twice(street: Street) -> None:  # OBJ-36
    post = await ask(street)
    assert await street.bob.send(street.inbox, ballot(street.bob, post, "Green")) == 202
    await has_no_effect(street, street.bob, ballot(street.bob, post, "Green"))
    await has_no_effect(street, street.bob, ballot(street.bob, post, "Black"))
    assert await street.carol.send(street.inbox, ballot(street.carol, post, "Black")) == 202
    assert await tally(street, post) == ([1, 1, 0], 2)


async def test_nobody_chooses_two_answers_where_one_can_be(street: Street) -> None:  # OBJ-36
    post = await ask(street)
    await street.meet(street.bob)
    await has_no_effect(street, street.bob, ballot(street.bob, post, "Green", "Black"))
    assert await tally(street, post) == ([0, 0, 0], 0)
    several = await ask(street, multiple=True)
    assert await street.bob.send(street.inbox, ballot(street.bob, several, "Green", "Black")) == 202
    assert await tally(street, several) == ([1, 1, 0], 1)


async def test_nobody_votes_after_the_end(street: Street) -> None:  # OBJ-36
    post, other = await ask(street), await ask(street)
    await street.meet(street.bob)
    await street.write(lambda tx: clock.close(tx, post.id))
    await has_no_effect(street, street.bob, ballot(street.bob, post, "Green"))
    assert await street.bob.send(street.inbox, ballot(street.bob, other, "Green")) == 202
    assert await tally(street, other) == ([1, 0, 0], 1)


@pytest.mark.parametrize("visibility", ["private", "direct"])
async def test_nobody_votes_in_a_poll_they_may_not_see(street: Street, visibility: Visibility) -> None:
    # OBJ-36
    await street.meet(street.bob)  # who follows alice
    text = f"Tea, {street.bob.handle}?" if visibility == "direct" else "Tea?"
    post = await ask(street, visibility=visibility, text=text)
    no_vote = ballot(street.carol, post, "Green")
    assert await street.carol.send(street.inbox, no_vote) == 202
    assert await tally(street, post) == ([0, 0, 0], 0)
    assert await street.bob.send(street.inbox, ballot(street.bob, post, "Green")) == 202
    assert await tally(street, post) == ([1, 0, 0], 1)


async def test_an_answer_that_there_is_not_counts_for_nothing(street: Street) -> None:
    post = await ask(street)
    await street.meet(street.bob)
    for answer in ("Coffee", "green", "0"):
        await has_no_effect(street, street.bob, ballot(street.bob, post, answer))
    assert await street.bob.send(street.inbox, ballot(street.bob, post, "Green")) == 202


async def test_nobody_votes_for_somebody_else(street: Street) -> None:
    post = await ask(street)
    await street.meet(street.bob)
    for votes in (
        [vote_note(street.carol, post.uri, "Green")],
        [vote_note(street.bob, post.uri, "Green"), vote_note(street.carol, post.uri, "Black")],
    ):
        await has_no_effect(street, street.bob, street.bob.activity("Create", votes), 403)
    elsewhere = vote_note(street.bob, post.uri, "Green", id="https://elsewhere.example/votes/1")
    await has_no_effect(street, street.bob, street.bob.activity("Create", elsewhere), 403)
    own = vote_note(street.bob, post.uri, "Green")
    assert await street.bob.send(street.inbox, street.bob.activity("Create", own)) == 202
    assert await tally(street, post) == ([1, 0, 0], 1)


async def test_what_comes_in_an_array_and_is_not_all_votes_of_one_question_is_refused(street: Street) -> None:
    post, other = await ask(street, multiple=True), await ask(street, multiple=True)
    await street.befriend(street.bob)
    vote = vote_note(street.bob, post.uri, "Green")
    for company in (
        street.bob.note(),
        vote_note(street.bob, other.uri, "Green"),
        f"{street.there.origin}/notes/1",
    ):
        await has_no_effect(street, street.bob, street.bob.activity("Create", [vote, company]), 400)
    many = [vote_note(street.bob, post.uri, "Green") for _ in range(21)]
    await has_no_effect(street, street.bob, street.bob.activity("Create", many), 400)
    assert await street.bob.send(street.inbox, street.bob.activity("Create", many[:20])) == 202


async def test_a_note_with_a_name_and_a_text_is_a_reply(street: Street) -> None:
    post = await ask(street)
    note = street.bob.note("<p>Green, of course</p>", name="Green", inReplyTo=post.uri)
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    assert await street.post(note["id"]) is not None
    assert await tally(street, post) == ([0, 0, 0], 0)


async def test_votes_for_what_is_no_poll_of_ours_have_no_effect(street: Street) -> None:
    post = await street.write_post()
    theirs = await remote_poll(street)
    await street.meet(street.carol)
    for question in (post, theirs):
        await has_no_effect(street, street.carol, ballot(street.carol, question, "Green"))


async def test_other_answers_end_the_votes_and_another_text_does_not(street: Street) -> None:
    post = await ask(street)
    assert await street.bob.send(street.inbox, ballot(street.bob, post, "Green")) == 202
    await edit(street.node.desk, street.alice.actor, post.id, Edit(text="Tea, please?"))
    assert await tally(street, post) == ([1, 0, 0], 1)
    other = DraftPoll(options=("Oolong", "Green"), expires_in=3600)
    await edit(street.node.desk, street.alice.actor, post.id, Edit(text="Tea, please?", poll=other))
    assert await tally(street, post) == ([0, 0], 0)
    assert await street.bob.send(street.inbox, ballot(street.bob, post, "Green")) == 202
    assert await tally(street, post) == ([0, 1], 1)
    kept = await street.read(lambda tx: history.revisions(tx, post.id))
    assert [revision.asked for revision in kept] == [("Green", "Black", "None")] * 2


# What we send


async def test_a_poll_is_served_and_its_counts_go_to_voters_and_followers_once(street: Street) -> None:
    await street.meet(street.bob)
    post = await ask(street)
    assert await street.carol.send(street.inbox, ballot(street.carol, post, "Black")) == 202
    served = await document(street, post.uri)
    assert (served["type"], served["votersCount"]) == ("Question", 1)
    assert [(each["name"], each["replies"]["totalItems"]) for each in served["oneOf"]] == [
        ("Green", 0),
        ("Black", 1),
        ("None", 0),
    ]
    pollster = Pollster(street.node.desk)
    assert await pollster.run_once() == 0
    await street.write(lambda tx: clock.expect(tx, post.id, tx.now))
    assert (await pollster.run_once(), await pollster.run_once()) == (1, 0)
    assert await street.answers() == ["Accept", "Create", "Update"]


async def document(street: Street, uri: str) -> JsonDict:
    async with street.node.http.get(uri, headers={"Accept": "application/activity+json"}) as answer:
        assert answer.status == 200
        found: JsonDict = await answer.json(content_type=None)
        return found


async def test_a_vote_of_ours_is_seen_by_nobody_but_who_asked(street: Street) -> None:
    post = await remote_poll(street)
    await vote(street.node.desk, street.alice.actor, post.id, [1])
    assert (await street.answers())[-1] == "Create"
    outbox = await document(street, street.node.addresses.outbox("alice"))
    assert (outbox["totalItems"], await street.home()) == (0, [post.uri])
    table = deliveries.activities
    [uri] = await street.read(
        lambda tx: [row.uri for row in tx.all(table.select().where(table.c.type == "Create"))]
    )
    async with street.node.http.get(uri, headers={"Accept": "application/activity+json"}) as answer:
        assert answer.status == 404


# Polls of others


def question(author: RemoteActor, *votes: int, **more: Any) -> JsonDict:
    names = ("Green", "Black", "None")
    answers = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": count}}
        for name, count in zip(names, votes or (0, 0, 0), strict=True)
    ]
    ends = to_rfc3339(datetime.now(UTC) + timedelta(hours=1))
    parts = {"type": "Question", "oneOf": answers, "endTime": ends, "votersCount": sum(votes)}
    return author.note("<p>Tea?</p>", **{**parts, **more})


async def remote_poll(street: Street, *votes: int) -> Post:
    """A poll of bob's, who is followed."""
    await street.befriend(street.bob)
    asked = question(street.bob, *votes)
    assert await street.bob.send(street.inbox, street.bob.create(asked)) == 202
    stored = await street.post(asked["id"])
    assert stored is not None
    return stored


def recount(street: Street, post: Post, *votes: int, **more: Any) -> JsonDict:
    """An Update of bob's with these counts; what his server shows stays as it was."""
    shown = street.there.documents[post.uri.removeprefix(street.there.origin)]
    new = {**question(street.bob, *votes), "id": post.uri, "published": shown["published"]}
    new["endTime"] = shown["endTime"]
    return street.bob.activity("Update", {**new, **more}, to=new["to"])


async def test_a_poll_from_elsewhere_is_kept_with_its_counts(street: Street) -> None:
    post = await remote_poll(street, 3, 1, 0)
    poll = await poll_of(street, post)
    assert (post.type, poll.multiple, poll.closed_at) == ("Question", False, None)
    assert await tally(street, post) == ([3, 1, 0], 4)
    assert poll.ends_at is not None


async def test_counts_beyond_all_measure_break_nothing(street: Street) -> None:  # DOS-08
    post = await remote_poll(street, 1 << 50, 3, 0)
    assert await tally(street, post) == ([2_000_000_000, 3, 0], 2_000_000_000)
    await vote(street.node.desk, street.alice.actor, post.id, [0])
    assert (await tally(street, post))[0] == [2_000_000_001, 3, 0]
    assert await street.bob.send(street.inbox, recount(street, post, 1 << 50, 1 << 40, 0)) == 202
    assert (await tally(street, post))[0] == [2_000_000_000, 2_000_000_000, 0]


@pytest.mark.parametrize("dated", [False, True])
async def test_its_author_changes_the_counts_without_its_being_an_edit(street: Street, dated: bool) -> None:  # noqa: FBT001 a parameter of the test
    post = await remote_poll(street, 1, 0, 0)
    later = {"updated": to_rfc3339(datetime.now(UTC) + timedelta(seconds=1))} if dated else {}
    assert await street.bob.send(street.inbox, recount(street, post, 1, 5, 0, **later)) == 202
    assert await tally(street, post) == ([1, 5, 0], 6)
    after = await street.post(post.uri)
    assert after is not None
    assert after.edited_at is None
    assert await street.read(lambda tx: history.revisions(tx, post.id)) == []


async def test_nobody_else_changes_the_counts(street: Street) -> None:  # OBJ-19
    post = await remote_poll(street, 1, 0, 0)
    await street.meet(street.carol)
    forged = recount(street, post, 1, 5, 0)
    forged = {**forged, "id": f"{street.there.origin}/updates/x", "actor": street.carol.uri}
    await has_no_effect(street, street.carol, forged, 403)
    assert await street.bob.send(street.inbox, recount(street, post, 1, 5, 0)) == 202
    assert await tally(street, post) == ([1, 5, 0], 6)


async def test_counts_that_fall_are_what_the_origin_shows(street: Street) -> None:  # OBJ-19
    post = await remote_poll(street, 3, 0, 0)
    assert await street.bob.send(street.inbox, recount(street, post, 1, 0, 0)) == 202
    assert await tally(street, post) == ([3, 0, 0], 3)
    await street.work()
    assert await tally(street, post) == ([3, 0, 0], 3)
    path = post.uri.removeprefix(street.there.origin)
    shown = street.there.documents[path]
    street.there.documents[path] = {
        **question(street.bob, 2, 0, 0),
        "id": post.uri,
        "endTime": shown["endTime"],
    }
    assert await street.bob.send(street.inbox, recount(street, post, 2, 0, 0)) == 202
    await street.work()
    assert await tally(street, post) == ([2, 0, 0], 2)


async def test_other_answers_are_an_edit_that_keeps_the_old_ones_in_the_history(street: Street) -> None:
    post = await remote_poll(street, 3, 1, 0)
    later = to_rfc3339(datetime.now(UTC) + timedelta(seconds=1))
    answers = [{"type": "Note", "name": "Oolong"}, {"type": "Note", "name": "Green"}]
    update = recount(street, post, oneOf=answers, votersCount=0, updated=later, content="<p>Which?</p>")
    assert await street.bob.send(street.inbox, update) == 202
    assert await tally(street, post) == ([0, 0], 0)
    kept = await street.read(lambda tx: history.revisions(tx, post.id))
    assert [revision.asked for revision in kept] == [("Green", "Black", "None")]


async def test_a_poll_that_its_author_closes_is_told_to_who_voted(street: Street) -> None:
    post = await remote_poll(street, 1, 0, 0)
    await vote(street.node.desk, street.alice.actor, post.id, [1])
    closed = recount(street, post, 1, 1, 0, closed=to_rfc3339(datetime.now(UTC)))
    assert await street.bob.send(street.inbox, closed) == 202
    assert (await poll_of(street, post)).closed_at is not None
    assert await Pollster(street.node.desk).run_once() == 1
    assert "poll" in await street.told()


async def test_a_deleted_poll_leaves_nothing(street: Street) -> None:
    post = await remote_poll(street, 1, 0, 0)
    assert await street.bob.send(street.inbox, street.bob.activity("Delete", post.uri)) == 202
    assert await street.read(lambda tx: polls.of_post(tx, post.id)) is None


async def test_more_answers_than_a_poll_may_have_are_refused(street: Street) -> None:  # DOS-08
    await street.befriend(street.bob)
    many = [{"type": "Note", "name": str(n)} for n in range(21)]
    too_many = street.bob.create(question(street.bob, oneOf=many))
    await has_no_effect(street, street.bob, too_many, 400)
    asked = question(street.bob, oneOf=many[:20])
    assert await street.bob.send(street.inbox, street.bob.create(asked)) == 202
    assert await street.post(asked["id"]) is not None
