"""Conversations: what is said of ours, and how the gaps in those of others are filled, within bounds."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fediverse_node.federation.discovery import conversation, gaps
from fediverse_node.federation.outbox import react
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.kernel.clock import to_rfc3339
from fediverse_node.moderation import servers
from fediverse_node.moderation.model import DomainBlock
from fediverse_node.posts import lists
from fediverse_node.posts.model import Post
from fediverse_node.storage.paging import Page
from fediverse_node.threads import queries as threads
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import Answer, JsonDict, RemoteActor

AS2 = {"Accept": "application/activity+json"}


async def get(street: Street, address: str) -> tuple[int, Any]:
    async with street.node.http.get(address, headers=AS2) as answer:
        return answer.status, await answer.json(content_type=None)


async def say(street: Street, text: str = "Hello", **parts: Any) -> Post:
    return await publish(street.node.desk, street.alice.actor, Draft(text=text, **parts))


async def open_thread(street: Street, uri: str, *, by: dict[str, str] | None = None) -> int:
    """Somebody looks at the conversation around a post, by default alice."""
    post = await street.post(uri)
    assert post is not None
    headers = street.alice.bearer if by is None else by
    async with street.node.http.get(f"/api/v1/statuses/{post.id}/context", headers=headers) as answer:
        return answer.status


async def waiting(street: Street) -> int:
    return await street.read(threads.waiting)


def collection(who: RemoteActor, name: str, items: list[str], **more: Any) -> str:
    """A collection that *who*'s server shows, with its items in pages of two."""
    address = f"{who.server.origin}/collections/{name}"
    pages = [items[at : at + 2] for at in range(0, len(items), 2)] or [[]]
    who.server.publish(
        {"@context": "https://www.w3.org/ns/activitystreams", "id": address, "type": "Collection"}
        | {"totalItems": len(items), "first": f"{address}/1"}
        | more
    )
    for number, page in enumerate(pages, 1):
        following = {"next": f"{address}/{number + 1}"} if number < len(pages) else {}
        who.server.publish(
            {
                "@context": "https://www.w3.org/ns/activitystreams",
                "id": f"{address}/{number}",
                "type": "CollectionPage",
                "partOf": address,
                "items": page,
                **following,
            }
        )
    return address


def chain(who: RemoteActor, length: int) -> list[JsonDict]:
    """Notes of which each answers the one before."""
    found: list[JsonDict] = []
    for _ in range(length):
        found.append(who.note(**({"inReplyTo": found[-1]["id"]} if found else {})))
    return found


# What we show


async def test_a_conversation_of_ours_has_an_address_that_answers_copy(street: Street) -> None:  # FEP-7888
    root = await say(street)
    reply = await say(street, "Again", in_reply_to_id=root.id)
    address = f"{root.uri}/context"
    for post in (root, reply):
        _, note = await get(street, post.uri)
        assert (note["context"], note["conversation"]) == (address, address)


async def test_the_context_lists_what_everybody_may_see(street: Street) -> None:  # FEP-f228
    root = await say(street)
    reply = await say(street, "Again", in_reply_to_id=root.id)
    below = await say(street, "And again", in_reply_to_id=reply.id)
    hidden = await say(street, "Only for some", in_reply_to_id=root.id, visibility="private")
    status, found = await get(street, f"{root.uri}/context")
    assert (status, found["id"], found["type"]) == (200, f"{root.uri}/context", "Collection")
    assert (found["attributedTo"], found["totalItems"]) == (street.alice.actor.uri, 3)
    assert set(found["first"]["items"]) == {root.uri, reply.uri, below.uri}
    assert hidden.uri not in str(found)
    assert (await get(street, f"{reply.uri}/context"))[0] == 404, "it began elsewhere"


async def test_replies_come_with_their_first_page(street: Street) -> None:
    root = await say(street)
    note = street.bob.note(inReplyTo=root.uri)
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    await say(street, "Only for some", in_reply_to_id=root.id, visibility="private")
    _, found = await get(street, f"{root.uri}/replies")
    assert (found["type"], found["totalItems"]) == ("Collection", 1), "PRI-01: a private reply is not counted"
    assert (found["first"]["type"], found["first"]["items"]) == ("CollectionPage", [note["id"]])
    assert found["first"]["partOf"] == found["id"]


async def test_a_post_that_answers_somebody_copies_their_context(street: Street) -> None:
    await street.befriend(street.bob)
    theirs = street.bob.note(context="http://elsewhere.example/contexts/1")
    assert await street.bob.send(street.inbox, street.bob.create(theirs)) == 202
    parent = await street.post(theirs["id"])
    assert parent is not None
    reply = await say(street, in_reply_to_id=parent.id)
    _, note = await get(street, reply.uri)
    assert note["context"] == theirs["context"]


# Upwards


async def test_what_a_reply_answers_is_fetched_and_enters_nobodys_home(street: Street) -> None:
    await street.befriend(street.bob)
    root = street.carol.note("<p>The beginning</p>")
    middle = street.carol.note(inReplyTo=root["id"])
    reply = street.bob.note(inReplyTo=middle["id"])
    assert await street.bob.send(street.inbox, street.bob.create(reply)) == 202
    assert await street.catch_up() == 1
    stored = await street.post(reply["id"])
    assert stored is not None
    above = await street.read(lambda tx: lists.ancestors(tx, stored.id))
    assert [post.uri for post in above] == [root["id"], middle["id"]]
    assert await street.home() == [reply["id"]]
    assert await street.told() == ["follow"]


async def test_what_is_fetched_late_stands_where_it_was_published(street: Street) -> None:  # OBJ-39
    await street.befriend(street.bob)
    old = to_rfc3339(datetime.now(UTC) - timedelta(days=30))
    root = street.carol.note(published=old)
    newer = street.bob.note()
    reply = street.bob.note(inReplyTo=root["id"])
    for note in (newer, reply):
        assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    await street.catch_up()
    found = await street.read(lambda tx: lists.public(tx, Page()))
    assert [post.uri for post in found] == [newer["id"], root["id"]]


async def test_a_long_chain_is_climbed_five_steps(street: Street) -> None:  # DOS-11
    await street.befriend(street.bob)
    above = chain(street.carol, 12)
    reply = street.bob.note(inReplyTo=above[-1]["id"])
    assert await street.bob.send(street.inbox, street.bob.create(reply)) == 202
    await street.catch_up()
    fetched = [path for path in street.there.fetches() if path.startswith("/notes/")]
    assert len(fetched) == conversation.DEPTH
    assert await street.post(above[-conversation.DEPTH]["id"]) is not None
    assert await street.post(above[-conversation.DEPTH - 1]["id"]) is None


async def test_a_stranger_chooses_nothing_that_we_fetch(street: Street) -> None:  # DOS-21
    """Bob is not followed: he may mention alice, and what he answers stays where it is."""
    above = chain(street.carol, 2)
    tag = {"type": "Mention", "href": street.alice.actor.uri, "name": "@alice"}
    reply = street.bob.note(inReplyTo=above[-1]["id"], tag=[tag])
    assert await street.bob.send(street.inbox, street.bob.create(reply)) == 202
    assert await street.post(reply["id"]) is not None
    assert await waiting(street) == 0
    assert await open_thread(street, reply["id"], by={}) == 200
    assert await waiting(street) == 0, "nor does a visitor"
    assert await open_thread(street, reply["id"]) == 200
    assert await waiting(street) > 0, "alice does"


@pytest.mark.parametrize("to", ["followers", "alice"])
async def test_what_not_everybody_may_see_is_not_fetched_into_a_conversation(street: Street, to: str) -> None:
    await street.befriend(street.bob)
    whom = {"followers": street.carol.followers, "alice": street.alice.actor.uri}[to]
    root = street.carol.note(to=[whom], cc=[])
    reply = street.bob.note(inReplyTo=root["id"])
    assert await street.bob.send(street.inbox, street.bob.create(reply)) == 202
    assert await street.catch_up() == 1
    assert await street.post(root["id"]) is None


# Downwards


async def seen_root(street: Street, **more: Any) -> JsonDict:
    """A post of bob's that alice has, with *more* in it."""
    await street.befriend(street.bob)
    root = street.bob.note(**more)
    assert await street.bob.send(street.inbox, street.bob.create(root)) == 202
    return root


async def test_missing_replies_are_fetched_when_somebody_here_looks(street: Street) -> None:
    replies = f"{street.there.origin}/collections/replies"
    root = await seen_root(street, replies=replies)
    first = street.carol.note(inReplyTo=root["id"])
    nested_in = collection(street.carol, "nested", [])
    second = street.carol.note(inReplyTo=root["id"], replies=nested_in)
    nested = street.bob.note(inReplyTo=second["id"])
    collection(street.carol, "nested", [nested["id"]])
    collection(street.bob, "replies", [first["id"], second["id"]])
    assert await open_thread(street, root["id"]) == 200
    await street.catch_up()
    for note in (first, second, nested):
        assert await street.post(note["id"]) is not None
    stored = await street.post(root["id"])
    assert stored is not None
    assert stored.replies_count == 2
    assert await street.home() == [root["id"]]
    assert await street.told() == ["follow"]


async def test_a_context_gives_the_whole_conversation(street: Street) -> None:  # FEP-f228
    context = f"{street.there.origin}/collections/context"
    root = await seen_root(street, context=context)
    reply = street.carol.note(inReplyTo=root["id"], context=context)
    below = street.bob.note(inReplyTo=reply["id"], context=context)
    collection(street.bob, "context", [below["id"], root["id"], reply["id"]], attributedTo=street.bob.uri)
    assert await open_thread(street, root["id"]) == 200
    await street.catch_up()
    stored = await street.post(root["id"])
    assert stored is not None
    found = await street.read(lambda tx: lists.descendants(tx, stored.id))
    assert {post.uri for post in found} == {reply["id"], below["id"]}


async def test_whoever_takes_part_wants_to_see_the_rest(street: Street) -> None:
    root = await seen_root(street)
    assert await waiting(street) == 0
    stored = await street.post(root["id"])
    assert stored is not None
    await react.favourite(street.node.desk, street.alice.actor, stored.id)
    assert await waiting(street) == 1


async def test_a_conversation_is_looked_after_a_few_times_an_hour(street: Street) -> None:
    root = await seen_root(street)
    jobs = 0
    for _ in range(gaps.LOOKS + 2):
        assert await open_thread(street, root["id"]) == 200
        jobs += await street.catch_up()
    assert jobs == gaps.LOOKS


async def test_posts_that_are_no_part_of_it_are_not_stored(street: Street) -> None:  # DOS-10
    replies = f"{street.there.origin}/collections/replies"
    root = await seen_root(street, replies=replies)
    part = street.carol.note(inReplyTo=root["id"])
    other = street.carol.note("<p>Buy this</p>")
    elsewhere = street.carol.note(inReplyTo=other["id"])
    inner = collection(street.carol, "inner", [other["id"]])
    items = [other["id"], elsewhere["id"], inner, street.carol.uri, part["id"]]
    collection(street.bob, "replies", items)
    await open_thread(street, root["id"])
    await street.catch_up()
    assert await street.post(part["id"]) is not None
    for uri in (other["id"], inner):
        assert await street.post(uri) is None


async def test_a_collection_without_end_is_left_after_three_pages(street: Street) -> None:  # DOS-09
    replies = f"{street.there.origin}/collections/replies"
    root = await seen_root(street, replies=replies)
    notes = [street.carol.note(inReplyTo=root["id"])["id"] for _ in range(20)]
    collection(street.bob, "replies", notes)
    await open_thread(street, root["id"])
    await street.catch_up()
    pages = [path for path in street.there.fetches() if path.startswith("/collections/replies/")]
    assert len(pages) == conversation.PAGES
    assert [await street.post(uri) is not None for uri in notes] == [True] * 6 + [False] * 14


async def test_a_page_that_leads_back_to_itself_is_read_once(street: Street) -> None:  # DOS-09, LD-16
    replies = f"{street.there.origin}/collections/replies"
    root = await seen_root(street, replies=replies)
    page: JsonDict = {"type": "CollectionPage", "id": f"{replies}/1", "items": [], "next": f"{replies}/1"}
    street.there.publish({"@context": "https://www.w3.org/ns/activitystreams", **page})
    whole: JsonDict = {"type": "Collection", "id": replies, "first": f"{replies}/1"}
    street.there.publish({"@context": "https://www.w3.org/ns/activitystreams", **whole})
    await open_thread(street, root["id"])
    await street.catch_up()
    assert len(street.there.asked_for("/collections/replies/1")) == 1


async def test_no_conversation_costs_more_than_its_share(street: Street) -> None:  # DOS-11, table L
    context = f"{street.there.origin}/collections/context"
    root = await seen_root(street, context=context)
    before = len(street.there.fetches())
    notes = [street.carol.note(inReplyTo=root["id"])["id"] for _ in range(70)]
    collection(street.bob, "context", [])
    street.there.publish(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "type": "Collection",
            "id": context,
            "items": notes,
        }
    )
    await open_thread(street, root["id"])
    await street.catch_up()
    # The posts and the collection; carol herself was fetched once besides.
    assert len(street.there.fetches()) - before <= conversation.FETCHES_PER_THREAD + 1
    stored = [uri for uri in notes if await street.post(uri) is not None]
    assert 40 < len(stored) < 70


async def test_a_job_whose_server_is_away_is_tried_again_later(street: Street) -> None:
    await street.befriend(street.bob)
    root = street.carol.note()
    path = root["id"].removeprefix(street.there.origin)
    street.there.answers[path] = Answer(status=503)
    reply = street.bob.note(inReplyTo=root["id"])
    assert await street.bob.send(street.inbox, street.bob.create(reply)) == 202
    assert await street.catch_up() == 1
    assert await waiting(street) == 1
    street.there.answers[path] = Answer(status=410)
    assert await street.catch_up() == 0, "not before its time"


async def test_nobody_shows_the_posts_of_others(street: Street) -> None:  # OBJ-28
    """A collection names a post of another server: that server is asked, and embedded copies are nothing."""
    replies = f"{street.there.origin}/collections/replies"
    root = await seen_root(street, replies=replies)
    real = street.carol.note("<p>What I said</p>", inReplyTo=root["id"])
    forged = {**real, "content": "<p>What I never said</p>"}
    street.there.publish(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "type": "Collection",
            "id": replies,
            "items": [forged],
        }
    )
    await open_thread(street, root["id"])
    await street.catch_up()
    stored = await street.post(real["id"])
    assert stored is not None
    assert stored.content_html == "<p>What I said</p>"


async def test_the_worker_does_it_at_its_own_pace(street: Street) -> None:
    await street.befriend(street.bob)
    root = street.carol.note()
    reply = street.bob.note(inReplyTo=root["id"])
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(street.catching_up.run(stop))
        assert await street.bob.send(street.inbox, street.bob.create(reply)) == 202
        await street.there.is_asked_for(root["id"].removeprefix(street.there.origin))
        while await waiting(street):
            pass  # each look goes through another thread, so the worker has its turn
        stop.set()
    assert await street.post(root["id"]) is not None


async def test_a_blocked_server_is_not_asked(street: Street) -> None:
    root = await seen_root(street, replies=f"{street.there.origin}/collections/replies")
    assert await open_thread(street, root["id"]) == 200
    fetched = len(street.there.fetches())
    blocked = DomainBlock(domain=street.there.domain, severity="suspend")
    await street.write(lambda tx: servers.save(tx, blocked))
    assert await street.catch_up() == 1
    assert len(street.there.fetches()) == fetched
