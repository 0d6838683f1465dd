from __future__ import annotations

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation import servers
from fediverse_node.moderation.model import Block, DomainBlock
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
