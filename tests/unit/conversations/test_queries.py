from __future__ import annotations

from fediverse_node.conversations import queries as conversations
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import note, person, stranger


async def test_a_thread_goes_on_in_its_conversation_whatever_context_an_answer_claims(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), stranger(tx, "bob")
        first = note(tx, bob, mentioned=[alice], visibility="direct", context_uri="https://a.example/1")
        answer = note(
            tx,
            bob,
            mentioned=[alice],
            visibility="direct",
            in_reply_to_id=first.id,
            context_uri="https://b.example/2",
        )
        for post in (first, answer, first):
            conversations.take_in(tx, post, alice.id)
        (found,) = conversations.page(tx, alice.id, Page())
        assert (found.people, found.last_post_id, found.unread) == ((bob.uri,), answer.id, True)
        assert conversations.of_post(tx, alice.id, first.id) == found
        assert conversations.of_post(tx, bob.id, first.id) is None
        conversations.let_go(tx, answer.id)
        (left,) = conversations.page(tx, alice.id, Page())
        assert left.last_post_id == first.id
        conversations.forget(tx, alice.id)
        assert conversations.page(tx, alice.id, Page()) == []

    await db.write(story)


async def test_whoever_claims_a_context_does_not_come_into_the_conversation_of_others(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob, mallory = person(tx, "alice"), stranger(tx, "bob"), stranger(tx, "mallory")
        context = "https://there.example/contexts/1"
        posts = [
            note(tx, author, mentioned=[alice], visibility="direct", context_uri=context)
            for author in (bob, mallory)
        ]
        for post in posts:
            conversations.take_in(tx, post, alice.id)
        found = conversations.page(tx, alice.id, Page())
        assert [each.people for each in found] == [(mallory.uri,), (bob.uri,)]

    await db.write(story)
