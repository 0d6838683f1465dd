from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.archive.unpack import Shelf, Taken, take_over
from fediverse_node.consent import queries as ledger
from fediverse_node.deliveries import queries as deliveries
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.kernel.errors import NotAllowed, TooLarge
from fediverse_node.notifications import queries as notifications
from fediverse_node.polls import queries as polls
from fediverse_node.posts import lists
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.timelines import home
from tests.fakes.outboxes import OLD, actor_json, create, outbox
from tests.fixtures.outbox import member, sent
from tests.fixtures.rooms import ADDRESSES, follow, note

EVERY = ("public", "unlisted", "private", "direct")


async def taken(db: Database, who: Actor, *items: Any, dry_run: bool = False) -> Taken:
    shelf = Shelf(db=db, addresses=ADDRESSES, author=who, dry_run=dry_run)
    return await take_over(shelf, outbox(*items), actor_json())


async def standing(db: Database, who: Actor) -> list[Post]:
    """What they said, the oldest first."""
    found = await db.read(lambda tx: lists.by_actor(tx, who.id, Page(limit=80), visibilities=EVERY))
    return found[::-1]


async def test_posts_stand_where_their_dates_say_and_are_read_at_their_own_addresses(
    db: Database, alice: Actor
) -> None:
    new = await db.write(lambda tx: note(tx, alice, content_html="<p>new</p>"))
    done = await taken(db, alice, create(2, "2021-05-01T00:00:00Z"), create(1, "2012-05-01T00:00:00Z"))
    assert (done.posts, done.there, done.refused) == (2, 0, ())
    first, second, third = await standing(db, alice)
    assert [first.content_html, second.content_html] == ["<p>Post 1</p>", "<p>Post 2</p>"]
    assert third.id == new.id
    assert first.published_at == datetime(2012, 5, 1, tzinfo=UTC)
    assert first.uri == ADDRESSES.post("alice", first.id)
    assert first.url == ADDRESSES.post_page("alice", first.id)
    assert first.context_uri == ADDRESSES.context("alice", first.id)


async def test_nobody_is_told_and_nothing_is_decided(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    await db.write(lambda tx: follow(tx, bob, alice))
    mention = {"type": "Mention", "href": bob.uri, "name": bob.handle}
    await taken(db, alice, create(1, tag=[mention], contentUsage="train-ai=y"))
    [post] = await standing(db, alice)
    assert await sent(db) == []
    assert await db.read(deliveries.counts) == {}
    for who in (alice, bob):
        assert await db.read(lambda tx: home.page(tx, who.id, Page())) == []  # noqa: B023 awaited at once
        assert await db.read(lambda tx: notifications.page(tx, who.id, Page())) == []  # noqa: B023 awaited at once
    assert await db.read(lambda tx: ledger.history(tx, post.uri)) == []


async def test_a_second_time_makes_nothing_twice_and_what_was_deleted_stays_so(
    db: Database, alice: Actor
) -> None:
    items = [create(number, f"2020-01-0{number}T00:00:00Z") for number in (1, 2, 3)]
    assert (await taken(db, alice, *items[:2])).posts == 2
    first = (await standing(db, alice))[0]
    await db.write(lambda tx: posts.remove(tx, first, actor_uri=alice.uri))
    again = await taken(db, alice, *items)
    assert (again.posts, again.there) == (1, 2)
    assert [post.content_html for post in await standing(db, alice)] == ["<p>Post 2</p>", "<p>Post 3</p>"]


async def test_two_people_may_take_over_the_same(db: Database, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    assert (await taken(db, alice, create(1))).posts == 1
    assert (await taken(db, bob, create(1))).posts == 1


async def test_a_dry_run_changes_nothing_and_says_the_same(db: Database, alice: Actor) -> None:
    items = [create(1), create(2, to=None), create(3, published="never")]
    dry = await taken(db, alice, *items, dry_run=True)
    assert await standing(db, alice) == []
    assert dry == await taken(db, alice, *items)
    assert (dry.posts, dry.refused_count) == (2, 1)


async def test_what_was_said_within_a_second_stays_in_order(db: Database, alice: Actor) -> None:
    await taken(db, alice, *(create(number) for number in range(30)))
    assert [post.content_html for post in await standing(db, alice)] == [
        f"<p>Post {number}</p>" for number in range(30)
    ]


async def test_a_thread_of_ones_own_stays_one(db: Database, alice: Actor) -> None:
    answer = create(2, "2020-01-02T00:00:00Z", inReplyTo=f"{OLD}/statuses/1")
    await taken(db, alice, create(1, "2020-01-01T00:00:00Z"), answer)
    first, second = await standing(db, alice)
    assert (second.in_reply_to_uri, second.in_reply_to_id) == (first.uri, first.id)
    assert second.context_uri == first.context_uri
    assert first.replies_count == 1


async def test_an_answer_to_somebody_elsewhere_keeps_saying_so(db: Database, alice: Actor) -> None:
    await taken(db, alice, create(1, inReplyTo="https://b.example/notes/7"))
    [post] = await standing(db, alice)
    assert (post.in_reply_to_uri, post.in_reply_to_id) == ("https://b.example/notes/7", None)
    assert post.context_uri is None


@pytest.mark.parametrize(("visibility", "linked"), [("public", True), ("private", False)])
async def test_nobody_puts_an_answer_under_what_they_may_not_see(
    db: Database,
    alice: Actor,
    visibility: str,
    linked: bool,  # noqa: FBT001 a column of the table
) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    parent = await db.write(lambda tx: note(tx, bob, visibility=visibility))
    await taken(db, alice, create(1, inReplyTo=parent.uri))
    [post] = await standing(db, alice)
    assert post.in_reply_to_uri == parent.uri
    assert (post.in_reply_to_id == parent.id) is linked
    now = await db.read(lambda tx: posts.by_id(tx, parent.id))
    assert now is not None
    assert now.replies_count == int(linked)


async def test_a_poll_is_kept(db: Database, alice: Actor) -> None:
    options = [{"type": "Note", "name": name, "replies": {"totalItems": 2}} for name in ("a", "b")]
    await taken(db, alice, create(1, type="Question", anyOf=options))
    [post] = await standing(db, alice)
    poll = await db.read(lambda tx: polls.of_post(tx, post.id))
    assert poll is not None
    assert (poll.multiple, poll.names, poll.votes_count) == (True, ("a", "b"), 4)
    assert poll.closed_at is not None


async def test_what_cannot_be_taken_over_is_named_and_the_rest_goes_on(db: Database, alice: Actor) -> None:
    boost = {"type": "Announce", "actor": OLD, "object": "https://b.example/1", "published": "2020-01-01"}
    mine = create(3, "2020-01-03T00:00:00Z")
    evil = create(2, "2020-01-02T00:00:00Z", id="https://evil.example/1")
    done = await taken(db, alice, mine, evil, boost, "what?")
    assert (done.posts, done.passed_over, done.refused_count) == (1, 1, 2)
    assert [each.number for each in done.refused] == [2, 4]


async def test_ones_own_archive_adds_nothing(db: Database, alice: Actor) -> None:
    mine = await db.write(lambda tx: note(tx, alice))
    gone = await db.write(lambda tx: note(tx, alice))
    await db.write(lambda tx: posts.remove(tx, gone, actor_uri=alice.uri))
    own = {"actor": alice.uri, "attributedTo": alice.uri}
    items = [create(number, id=uri, **own) for number, uri in enumerate([mine.uri, gone.uri])]
    shelf = Shelf(db=db, addresses=ADDRESSES, author=alice)
    actor = json.dumps({"id": alice.uri, "followers": alice.followers}).encode()
    done = await take_over(shelf, outbox(*items), actor)
    assert (done.posts, done.there) == (0, 2)


async def test_who_moved_away_takes_nothing_over(db: Database, alice: Actor) -> None:
    await db.write(lambda tx: actors.change(tx, alice.id, {"moved_to": "https://new.example/users/alice"}))
    moved = await db.read(lambda tx: actors.by_id(tx, alice.id))
    assert moved is not None
    with pytest.raises(NotAllowed):
        await taken(db, moved, create(1))


async def test_an_outbox_has_a_bound(db: Database, alice: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fediverse_node.archive.past.MAX_ITEMS", 2)
    assert (await taken(db, alice, create(1), create(2))).posts == 2
    with pytest.raises(TooLarge, match="at most 2"):
        await taken(db, alice, create(1), create(2), create(3))
