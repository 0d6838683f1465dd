"""The rule asked for many at once says what it says for each."""

from __future__ import annotations

from itertools import product

from fediverse_node.actors import queries as actors
from fediverse_node.moderation import ai_filters, servers
from fediverse_node.moderation import queries as moderation
from fediverse_node.moderation.model import Block, DomainBlock
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility import audience, quiet, rule
from fediverse_node.visibility.rule import ANONYMOUS, Viewer, viewer_for
from tests.fixtures.rooms import boost, follow, note, person, stranger


def village(tx: Tx) -> tuple[list[Post], list[Viewer]]:
    """Posts of two authors in every visibility, some of them boosted, and everybody who could look."""
    names = ("stranger", "pending", "follower", "mentioned", "blocked", "blocking", "muting", "hiding")
    people = {name: person(tx, name) for name in names}
    authors = [person(tx, "author"), stranger(tx, "remote"), stranger(tx, "gone")]
    found = []
    for author in authors:
        follow(tx, people["follower"], author)
        follow(tx, people["pending"], author, accepted=False)
        for visibility, local_only in product(("public", "unlisted", "private", "direct"), (False, True)):
            found.append(
                note(
                    tx,
                    author,
                    visibility=visibility,
                    local_only=local_only,
                    mentioned=[people["mentioned"]],
                    ai_disclosure="ai-autonomous" if local_only else None,
                )
            )
        for by, of in ((author, people["blocked"]), (people["blocking"], author)):
            block = Block(
                id=tx.new_id(), actor_id=by.id, target_id=of.id, uri=f"{by.uri}#b{of.id}", created_at=tx.now
            )
            moderation.block(tx, block)
        moderation.mute(tx, people["muting"].id, author.id, notifications=True, expires_at=None)
    boosts = [boost(tx, people["stranger"], post) for post in found[:10]]
    actors.change(tx, authors[-1].id, {"suspended_at": tx.now})
    ai_filters.choose(tx, people["hiding"].id, "all")
    viewers = [viewer_for(each) for each in (*people.values(), *authors)]
    return [*found, *(each for each in boosts if each)], [*viewers, ANONYMOUS]


async def test_who_sees_a_post_is_the_same_for_one_and_for_many(db: Database) -> None:
    def story(tx: Tx) -> None:
        written, viewers = village(tx)
        for post in written:
            one_by_one = [viewer for viewer in viewers if rule.may_see(tx, post, viewer)]
            assert audience.seeing(tx, post, viewers) == one_by_one, (post.visibility, post.local_only)

    await db.write(story)


async def test_who_hears_a_post_is_the_same_for_one_and_for_many(db: Database) -> None:
    def story(tx: Tx) -> None:
        written, viewers = village(tx)
        for silenced in (False, True):
            if silenced:
                servers.save(tx, DomainBlock(domain="there.example", severity="silence"))
                ai_filters.choose_for_all(tx, "autonomous")
            for post, in_public in product(written, (False, True)):
                one_by_one = [
                    viewer for viewer in viewers if quiet.heard(tx, [post], viewer, in_public=in_public)
                ]
                assert audience.hearing(tx, post, viewers, in_public=in_public) == one_by_one

    await db.write(story)


async def test_a_boost_of_what_is_gone_is_seen_by_nobody(db: Database) -> None:
    def story(tx: Tx) -> None:
        author = person(tx, "author")
        post = note(tx, author)
        passed_on = boost(tx, author, post)
        assert passed_on is not None
        assert audience.seeing(tx, passed_on, [ANONYMOUS]) == [ANONYMOUS]
        posts.remove(tx, post, actor_uri=author.uri)
        assert audience.seeing(tx, passed_on, [ANONYMOUS]) == []

    await db.write(story)
