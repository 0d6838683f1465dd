"""Direct posts from elsewhere: in whose conversations they stand, and what takes them out again."""

from __future__ import annotations

from typing import Any

from fediverse_node.conversations import queries as conversations
from fediverse_node.conversations.model import Conversation
from fediverse_node.notifications import holding
from fediverse_node.notifications.model import Policy
from fediverse_node.storage.paging import Page
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import JsonDict, RemoteActor


async def talks(street: Street) -> list[Conversation]:
    """alice's conversations."""
    return await street.read(lambda tx: conversations.page(tx, street.alice.actor.id, Page()))


async def direct(street: Street, sender: RemoteActor, **more: Any) -> JsonDict:
    """A direct post to alice, taken in."""
    name = {"type": "Mention", "href": street.alice.actor.uri, "name": "@alice"}
    note = sender.note(to=[street.alice.actor.uri], cc=[], tag=[name], **more)
    assert await sender.send(street.inbox, sender.create(note)) == 202
    await street.work()
    return note


async def test_a_direct_post_begins_a_conversation_and_its_deletion_ends_it(street: Street) -> None:
    note = await direct(street, street.bob)
    (talk,) = await talks(street)
    post = await street.post(note["id"])
    assert post is not None
    assert (talk.people, talk.last_post_id, talk.unread) == ((street.bob.uri,), post.id, True)
    assert await street.bob.send(street.inbox, street.bob.activity("Delete", note["id"])) == 202
    await street.work()
    assert await talks(street) == []


async def test_a_post_for_followers_or_everybody_begins_none(street: Street) -> None:
    name = {"type": "Mention", "href": street.alice.actor.uri, "name": "@alice"}
    note = street.bob.note(tag=[name])
    assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    await street.work()
    assert await street.told() == ["mention"]
    assert await talks(street) == []


async def test_what_alice_holds_back_is_in_no_conversation_until_she_accepts_its_sender(
    street: Street,
) -> None:
    alice = street.alice.actor
    await street.write(lambda tx: holding.decide(tx, alice.id, Policy(for_not_following="filter")))
    await direct(street, street.bob)
    assert await street.told() == []
    assert await talks(street) == []
    (request,) = await street.read(lambda tx: holding.page(tx, alice.id, Page()))
    bob = await street.actor(street.bob)
    assert bob is not None
    assert request.from_actor_id == bob.id
