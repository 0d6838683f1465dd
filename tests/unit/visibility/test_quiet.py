from __future__ import annotations

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.moderation import ai_filters, servers
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation.model import AiFilter, Block, DomainBlock
from fediverse_node.posts.model import Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import quiet
from fediverse_node.visibility.rule import ANONYMOUS, viewer_for
from tests.fixtures.rooms import boost, follow, note, person, stranger


def keep_away(tx: Tx, how: str, one: Actor, other: Actor) -> None:
    if how == "mute":
        moderation.mute(tx, one.id, other.id, notifications=True, expires_at=None)
    elif how == "shun":
        moderation.shun(tx, one.id, other.domain)
    else:
        uri = f"{one.uri}#block"
        block = Block(id=tx.new_id(), actor_id=one.id, target_id=other.id, uri=uri, created_at=tx.now)
        moderation.block(tx, block)


@pytest.mark.parametrize("how", ["mute", "shun", "block"])
async def test_whom_somebody_does_not_want_is_heard_neither_directly_nor_through_others(
    db: Database, how: str
) -> None:
    def story(tx: Tx) -> list[int]:
        alice, friend, loud = person(tx, "alice"), person(tx, "friend"), stranger(tx, "loud")
        theirs = note(tx, loud)
        passed_on = boost(tx, friend, theirs)
        assert passed_on is not None
        answer = note(tx, friend, in_reply_to_id=theirs.id, in_reply_to_uri=theirs.uri)
        naming = note(tx, friend, mentioned=[loud])
        own = note(tx, alice, mentioned=[loud])
        other = note(tx, friend)
        found: list[Post] = [theirs, passed_on, answer, naming, own, other]
        assert quiet.heard(tx, found, viewer_for(alice)) == found
        keep_away(tx, how, alice, loud)
        heard = quiet.heard(tx, found, viewer_for(alice))
        assert quiet.heard(tx, found, viewer_for(friend)) == found
        assert quiet.hushed(tx, alice.id, [friend, loud]) == {loud.id}
        assert quiet.hushed(tx, friend.id, [alice, loud]) == set()
        return [found.index(post) for post in heard]

    # Whoever is muted may still be named by others; whoever is blocked may not.
    assert await db.write(story) == ([4, 5] if how == "block" else [3, 4, 5])


async def test_a_silenced_server_is_left_out_in_public_for_those_who_do_not_follow(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, fan, loud = person(tx, "alice"), person(tx, "fan"), stranger(tx, "loud")
        follow(tx, fan, loud)
        post, other = note(tx, loud), note(tx, alice)
        servers.save(tx, DomainBlock(domain=loud.domain, severity="silence"))
        for viewer, both in ((viewer_for(fan), True), (viewer_for(alice), False), (ANONYMOUS, False)):
            shown = [post, other] if both else [other]
            assert quiet.heard(tx, [post, other], viewer, in_public=True) == shown
            assert quiet.heard(tx, [post, other], viewer) == [post, other]
        assert quiet.hushed(tx, alice.id, [loud]) == {loud.id}
        assert quiet.hushed(tx, fan.id, [loud]) == set()
        assert quiet.heard(tx, [], viewer_for(alice)) == []

    await db.write(story)


def labelled(tx: Tx, author: Actor, disclosure: str | None) -> Post:
    return note(tx, author, ai_disclosure=disclosure)


@pytest.mark.parametrize(
    ("hides", "left"),
    [
        ("off", {None, "human-only", "ai-assisted", "ai-autonomous"}),
        ("autonomous", {None, "human-only", "ai-assisted"}),
        ("all", {None, "human-only"}),
    ],
)
async def test_what_models_wrote_is_left_out_as_far_as_somebody_hides_it(
    db: Database, hides: AiFilter, left: set[str | None]
) -> None:
    def story(tx: Tx) -> None:
        alice, fan, friend = person(tx, "alice"), person(tx, "fan"), stranger(tx, "friend")
        words = (None, "human-only", "ai-assisted", "ai-autonomous")
        theirs = [labelled(tx, friend, word) for word in words]
        passed_on = [made for post in theirs if (made := boost(tx, fan, post)) is not None]
        found = [*theirs, *passed_on]
        ai_filters.choose(tx, alice.id, hides)
        heard = quiet.heard(tx, found, viewer_for(alice))
        assert {post.ai_disclosure for post in heard if post.boost_of_id is None} == left
        shown = {post.id for post in theirs if post.ai_disclosure in left}
        assert {post.boost_of_id for post in heard if post.boost_of_id is not None} == shown
        assert quiet.heard(tx, found, viewer_for(fan)) == found
        assert quiet.heard(tx, found, ANONYMOUS, in_public=True) == found
        ai_filters.choose(tx, alice.id, "off")
        assert quiet.heard(tx, found, viewer_for(alice)) == found

    await db.write(story)


async def test_ones_own_is_never_hidden_nor_when_others_boost_it(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, friend = person(tx, "alice"), stranger(tx, "friend")
        mine, theirs = labelled(tx, alice, "ai-assisted"), labelled(tx, friend, "ai-assisted")
        by_friend, by_me = boost(tx, friend, mine), boost(tx, alice, theirs)
        assert by_friend is not None
        assert by_me is not None
        ai_filters.choose(tx, alice.id, "all")
        ai_filters.choose_for_all(tx, "all")
        found = [mine, theirs, by_friend, by_me]
        for in_public in (True, False):
            heard = quiet.heard(tx, found, viewer_for(alice), in_public=in_public)
            assert heard == [mine, by_friend, by_me]
        assert quiet.heard(tx, found, ANONYMOUS, in_public=True) == []

    await db.write(story)


async def test_what_the_operator_hides_is_hidden_in_public_only(db: Database) -> None:
    def story(tx: Tx) -> None:
        alice, friend = person(tx, "alice"), stranger(tx, "friend")
        assisted, alone = labelled(tx, friend, "ai-assisted"), labelled(tx, friend, "ai-autonomous")
        found = [assisted, alone]
        ai_filters.choose_for_all(tx, "autonomous")
        for viewer in (ANONYMOUS, viewer_for(alice)):
            assert quiet.heard(tx, found, viewer, in_public=True) == [assisted]
            assert quiet.heard(tx, found, viewer) == found
        # Of two wishes the stronger counts.
        ai_filters.choose(tx, alice.id, "all")
        assert quiet.heard(tx, found, viewer_for(alice), in_public=True) == []
        ai_filters.choose_for_all(tx, "off")
        assert quiet.heard(tx, found, ANONYMOUS, in_public=True) == found

    await db.write(story)
