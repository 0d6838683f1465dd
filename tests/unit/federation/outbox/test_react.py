from __future__ import annotations

import pytest

from fediverse_node.activitystreams.read import read_activity
from fediverse_node.activitystreams.vocabulary import PUBLIC
from fediverse_node.actors.model import Actor
from fediverse_node.federation.outbox.desk import Desk
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.react import boost, favourite, unboost, unfavourite
from fediverse_node.kernel.errors import NotFound, NotValid
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import marks
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from tests.fixtures.outbox import member, sent
from tests.fixtures.rooms import follow, note, stranger


@pytest.fixture
async def theirs(db: Database) -> Post:
    """A post from elsewhere."""
    return await db.write(lambda tx: note(tx, stranger(tx, "bob")))


async def test_a_like_goes_to_the_author_and_is_taken_back_whole(
    db: Database, desk: Desk, alice: Actor, theirs: Post
) -> None:
    assert (await favourite(desk, alice, theirs.id)).favourites_count == 1
    assert (await favourite(desk, alice, theirs.id)).favourites_count == 1
    [(liked, inboxes)] = await sent(db)
    assert inboxes == {"https://there.example/users/bob/inbox"}
    activity = read_activity(liked)
    assert (activity.type, activity.actor, activity.object_id) == ("Like", alice.uri, theirs.uri)
    assert "proof" in liked
    assert (await unfavourite(desk, alice, theirs.id)).favourites_count == 0
    assert (await unfavourite(desk, alice, theirs.id)).favourites_count == 0
    [_, (undone, inboxes)] = await sent(db)
    assert inboxes == {"https://there.example/users/bob/inbox"}
    assert undone["type"] == "Undo"
    assert undone["object"] == {
        name: value for name, value in liked.items() if name not in {"@context", "proof"}
    }


async def test_liking_somebody_here_tells_them_and_sends_nothing(
    db: Database, desk: Desk, alice: Actor
) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    post = await publish(desk, alice, Draft(text="x"))
    await favourite(desk, bob, post.id)
    told = await db.read(lambda tx: notifications.page(tx, alice.id, Page()))
    assert [(each.type, each.from_actor_id, each.post_id) for each in told] == [
        ("favourite", bob.id, post.id)
    ]
    await unfavourite(desk, bob, post.id)
    assert await db.read(lambda tx: notifications.page(tx, alice.id, Page())) == []
    assert len(await sent(db)) == 1


async def test_what_one_may_not_see_one_cannot_react_to(db: Database, desk: Desk, alice: Actor) -> None:
    def setting(tx: Tx) -> tuple[int, int]:
        bob = stranger(tx, "bob")
        return note(tx, bob, visibility="private").id, note(tx, bob).id

    hidden, shown = await db.write(setting)
    for verb in (favourite, unfavourite, boost, unboost):
        with pytest.raises(NotFound):
            await verb(desk, alice, hidden)
        with pytest.raises(NotFound):
            await verb(desk, alice, 1)
    assert await sent(db) == []
    for verb in (favourite, unfavourite, boost, unboost):
        await verb(desk, alice, shown)
    types = [document.get("type", "withdrawn") for document, _ in await sent(db)]
    assert types == ["Like", "Undo", "withdrawn", "Undo"]


async def test_a_like_of_a_closed_post_carries_no_proof(db: Database, desk: Desk, alice: Actor) -> None:
    closed = await db.write(
        lambda tx: note(tx, stranger(tx, "bob"), visibility="private", mentioned=[alice]).id
    )
    await favourite(desk, alice, closed)
    [(document, _)] = await sent(db)
    assert "proof" not in document


async def test_a_boost_goes_to_followers_and_to_the_author(
    db: Database, desk: Desk, alice: Actor, theirs: Post
) -> None:
    await db.write(lambda tx: follow(tx, stranger(tx, "eve", domain="fans.example"), alice))
    made = await boost(desk, alice, theirs.id)
    assert (await boost(desk, alice, theirs.id)).id == made.id
    [(document, inboxes)] = await sent(db)
    assert inboxes == {"https://fans.example/inbox", "https://there.example/inbox"}
    activity = read_activity(document)
    assert (activity.type, activity.id, activity.object_id) == ("Announce", made.uri, theirs.uri)
    assert activity.to == (PUBLIC,)
    assert set(activity.cc) == {alice.followers, "https://there.example/users/bob"}
    entries = await db.read(lambda tx: home.page(tx, alice.id, Page()))
    assert [entry.id for entry in entries] == [made.id]
    assert (await unboost(desk, alice, theirs.id)).boosts_count == 0
    [_, (undone, again)] = await sent(db)
    assert again == inboxes
    assert undone["object"]["id"] == made.uri
    assert await db.read(lambda tx: posts.boost_by(tx, alice.id, theirs.id)) is None
    assert (await boost(desk, alice, theirs.id)).id != made.id


async def test_a_boost_of_a_boost_is_one_of_the_post(
    db: Database, desk: Desk, alice: Actor, theirs: Post
) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    first = await boost(desk, bob, theirs.id)
    second = await boost(desk, alice, first.id)
    assert second.boost_of_id == theirs.id
    await favourite(desk, alice, first.id)
    assert await db.read(lambda tx: marks.of(tx, alice.id, [theirs.id]).favourited) == {theirs.id}


async def test_somebody_here_is_told_of_a_boost(db: Database, desk: Desk, alice: Actor) -> None:
    bob = await db.write(lambda tx: member(tx, "bob"))
    post = await publish(desk, alice, Draft(text="x"))
    await boost(desk, bob, post.id)
    told = await db.read(lambda tx: notifications.page(tx, alice.id, Page()))
    assert [(each.type, each.post_id) for each in told] == [("reblog", post.id)]
    await unboost(desk, bob, post.id)
    assert await db.read(lambda tx: notifications.page(tx, alice.id, Page())) == []


@pytest.mark.parametrize(
    ("post", "as_", "allowed"),
    [
        ("public", "public", True),
        ("unlisted", "unlisted", True),
        ("public", "private", False),
        ("public", "direct", False),
        ("private", "public", False),
        ("direct", "public", False),
    ],
)
async def test_only_open_posts_are_passed_on_and_only_openly(
    db: Database,
    desk: Desk,
    alice: Actor,
    post: str,
    as_: str,
    allowed: bool,  # noqa: FBT001 a column of the table
) -> None:
    mine = await publish(desk, alice, Draft(text="x", visibility=post))  # type: ignore[arg-type]  # from the table
    if allowed:
        assert (await boost(desk, alice, mine.id, visibility=as_)).visibility == as_  # type: ignore[arg-type]  # from the table
        return
    with pytest.raises(NotValid):
        await boost(desk, alice, mine.id, visibility=as_)  # type: ignore[arg-type]  # from the table
    assert len(await sent(db)) == 1
