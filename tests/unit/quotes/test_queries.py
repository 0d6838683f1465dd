from __future__ import annotations

from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors.model import Actor
from fediverse_node.posts.model import Post
from fediverse_node.quotes import queries as quotes
from fediverse_node.quotes.model import SILENT, Interaction, Permission, Policy, State
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import note, person


def quote(tx: Tx, post: Post, target: Post, *, state: State = "pending") -> Interaction:
    found = Interaction(
        id=tx.new_id(),
        kind="quote",
        post_uri=post.uri,
        post_id=post.id,
        actor_id=post.actor_id,
        target_uri=target.uri,
        target_id=target.id,
        target_actor_id=target.actor_id,
        state=state,
        created_at=tx.now,
        updated_at=tx.now,
    )
    assert quotes.add(tx, found)
    return found


async def test_a_policy_comes_back_as_it_was_noted_and_silence_takes_it_away(db: Database) -> None:
    def unit(tx: Tx) -> None:
        post = note(tx, person(tx, "alice"))
        policy = Policy(
            reply=Permission(automatic=("https://a.example/followers",)),
            quote=Permission(automatic=(PUBLIC,), manual=("https://b.example/bob",)),
        )
        quotes.set_policy(tx, post.id, SILENT)
        assert quotes.policies_of(tx, [post.id]) == {}
        for noted in (policy, Policy(like=Permission())):
            quotes.set_policy(tx, post.id, noted)
            assert quotes.policies_of(tx, [post.id, 1]) == {post.id: noted}
            assert quotes.standing_of(tx, [post.id]) == ({post.id: noted}, {})
        quotes.set_policy(tx, post.id, SILENT)
        assert quotes.policies_of(tx, [post.id]) == {}
        assert quotes.standing_of(tx, []) == ({}, {})

    await db.write(unit)


async def test_a_post_quotes_once_and_is_found_by_every_name(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice = person(tx, "alice")
        post, target = note(tx, alice), note(tx, alice)
        first = quote(tx, post, target)
        assert not quotes.add(tx, first)
        assert quotes.by_id(tx, first.id) == first
        assert quotes.by_post_uri(tx, post.uri, "quote") == first
        assert quotes.by_post_uri(tx, post.uri, "reply") is None
        asked = quotes.ask_again(tx, first, "https://a.example/r")
        assert quotes.by_request(tx, "https://a.example/r") == asked
        granted = quotes.decide(tx, asked, "accepted", authorization_uri="https://b.example/yes")
        assert quotes.by_authorization(tx, "https://b.example/yes") == [granted]
        assert quotes.of_posts(tx, [post.id]) == {post.id: {"quote": granted}}
        assert granted.stands
        assert not quotes.decide(tx, granted, "revoked").stands
        assert quotes.by_authorization(tx, "https://b.example/yes") == []
        quotes.remove(tx, granted)
        assert quotes.by_id(tx, first.id) is None

    await db.write(unit)


async def test_only_accepted_quotes_are_listed_and_counted_newest_first(db: Database) -> None:
    def unit(tx: Tx) -> None:
        alice: Actor = person(tx, "alice")
        target = note(tx, alice)
        accepted = [quote(tx, note(tx, alice), target, state="accepted") for _ in range(3)]
        for state in ("pending", "rejected", "revoked"):
            quote(tx, note(tx, alice), target, state=state)
        assert quotes.quotes_of(tx, target.id, Page(limit=2)) == accepted[:0:-1]
        assert quotes.standing_of(tx, [target.id]) == ({}, {target.id: 3})

    await db.write(unit)
