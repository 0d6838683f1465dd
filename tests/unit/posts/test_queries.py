from __future__ import annotations

from dataclasses import replace

from fediverse_node.posts import marks, reactions
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import AiTool, Attachment, Hashtag, Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import boost, note, person, stranger, unsaved


async def test_a_post_comes_back_as_it_was_stored(db: Database) -> None:
    def story(tx: Tx) -> tuple[Post, Post | None]:
        stored = note(
            tx,
            stranger(tx, "bob"),
            ai_tools=(AiTool(name="m", provider="p", action="rewrite"),),
            attachments=(
                Attachment(type="Image", media_type="image/png", url="https://x.example/1.png", name="alt"),
            ),
            emojis=((":cat:", "https://x.example/cat.png"),),
            addressed=("https://here.example/users/alice",),
            human_reviewed=True,
        )
        return stored, posts.by_uri(tx, stored.uri)

    stored, found = await db.write(story)

    assert found == stored


async def test_a_post_is_added_once(db: Database) -> None:
    def story(tx: Tx) -> Post | None:
        bob = stranger(tx, "bob")
        stored = note(tx, bob)
        return posts.add(tx, replace(stored, id=tx.new_id(), content_html="<p>other</p>"))

    assert await db.write(story) is None


async def test_what_was_deleted_before_it_arrived_stays_dead(db: Database) -> None:
    def story(tx: Tx) -> tuple[Post | None, Post | None]:
        bob = stranger(tx, "bob")
        dead, alive = unsaved(tx, bob), unsaved(tx, bob)
        posts.bury(tx, dead.uri, bob.uri)
        return posts.add(tx, dead), posts.add(tx, alive)

    dead, alive = await db.write(story)

    assert dead is None
    assert alive is not None


async def test_a_reply_counts_at_its_parent_whichever_arrives_first(db: Database) -> None:
    def story(tx: Tx) -> None:
        bob = stranger(tx, "bob")
        parent = unsaved(tx, bob)
        early = note(tx, bob, in_reply_to_uri=parent.uri)
        assert early.in_reply_to_id is None
        assert posts.add(tx, parent) is not None
        late = note(tx, bob, in_reply_to_uri=parent.uri)
        assert late.in_reply_to_id == parent.id
        adopted, found = posts.by_id(tx, early.id), posts.by_id(tx, parent.id)
        assert adopted is not None
        assert adopted.in_reply_to_id == parent.id
        assert found is not None
        assert found.replies_count == 2
        assert posts.remove(tx, late, actor_uri=bob.uri)
        found = posts.by_id(tx, parent.id)
        assert found is not None
        assert found.replies_count == 1

    await db.write(story)


async def test_a_boost_counts_once_and_may_be_made_again_after_it_was_undone(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), stranger(tx, "bob")
        post = note(tx, alice)

        def count() -> int:
            found = posts.by_id(tx, post.id)
            assert found is not None
            return found.boosts_count

        first = boost(tx, bob, post)
        assert first is not None
        assert boost(tx, bob, post) is None
        assert (count(), marks.of(tx, bob.id, [post.id]).boosted) == (1, frozenset({post.id}))
        assert posts.remove(tx, first, actor_uri=bob.uri)
        assert (count(), marks.of(tx, bob.id, [post.id]).boosted) == (0, frozenset())
        assert boost(tx, bob, post, uri=first.uri) is None, "the undone Announce itself stays undone"
        assert boost(tx, bob, post) is not None
        assert count() == 1

    await db.write(story)


async def test_a_removed_post_leaves_a_tombstone_and_no_word(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), stranger(tx, "bob")
        post = note(
            tx,
            alice,
            content_html="<p>secret words</p>",
            source="secret words",
            tags=("Secret",),
            mentioned=[bob],
        )
        passed_on = boost(tx, bob, post)
        assert passed_on is not None
        reactions.favourite(tx, post.id, bob.id, "https://there.example/like")
        posts.revise(tx, replace(post, content_html="<p>new</p>"), mentioned=[], tagged=[])

        assert posts.remove(tx, post, actor_uri=alice.uri)
        assert not posts.remove(tx, post, actor_uri=alice.uri)

        assert posts.by_id(tx, post.id) is None
        assert posts.by_id(tx, passed_on.id) is None
        assert reactions.favourite_by_uri(tx, "https://there.example/like") is None
        stone = posts.tombstone(tx, post.uri)
        assert stone is not None
        assert (stone.actor_uri, stone.former_type, stone.published_at) == (
            alice.uri,
            "Note",
            post.published_at,
        )
        for table in ("posts", "post_revisions", "mentions", "hashtags"):
            rows = tx.connection.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608 names of ours
            assert "secret" not in repr(rows).lower()

    await db.write(story)


async def test_an_edit_keeps_what_stood_there_and_the_counts(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), stranger(tx, "bob")
        post = note(tx, alice, tags=("Old",))
        reactions.favourite(tx, post.id, bob.id, "https://there.example/like")
        edited = replace(post, content_html="<p>new</p>", edited_at=tx.now, favourites_count=0)

        posts.revise(tx, edited, mentioned=[], tagged=[Hashtag(tag="new", name="New")])

        found = posts.by_id(tx, post.id)
        assert found is not None
        assert (found.content_html, found.edited_at, found.favourites_count) == ("<p>new</p>", tx.now, 1)
        assert [tag.name for tag in posts.hashtags_of(tx, [post.id])[post.id]] == ["New"]
        kept = tx.connection.exec_driver_sql("SELECT content_html FROM post_revisions").all()
        assert [row[0] for row in kept] == ["<p>Hello</p>"]

    await db.write(story)


async def test_an_idempotency_key_belongs_to_one_actor(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, carol = person(tx, "alice"), person(tx, "carol")
        post = note(tx, alice)
        posts.remember_key(tx, alice.id, "key", post.id)
        assert posts.recall_key(tx, alice.id, "key") == post
        assert posts.recall_key(tx, carol.id, "key") is None
        assert posts.recall_key(tx, alice.id, "other") is None

    await db.write(story)
