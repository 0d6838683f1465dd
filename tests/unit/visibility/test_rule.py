from __future__ import annotations

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.posts.model import Post
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import ANONYMOUS, Viewer, may_see, viewer_for, visible
from tests.fixtures.rooms import boost, follow, note, person, stranger

EVERYBODY = {"anonymous", "stranger", "pending", "follower", "mentioned", "author"}
TRUTH = {
    "public": EVERYBODY,
    "unlisted": EVERYBODY,
    "private": {"follower", "mentioned", "author"},
    "direct": {"mentioned", "author"},
}


def cast(tx: Tx, visibility: str) -> tuple[Post, dict[str, Viewer]]:
    author = person(tx, "author")
    people = {name: stranger(tx, name) for name in ("stranger", "pending", "follower", "mentioned")}
    follow(tx, people["follower"], author)
    follow(tx, people["pending"], author, accepted=False)
    post = note(tx, author, visibility=visibility, mentioned=[people["mentioned"]])
    viewers = {name: viewer_for(actor) for name, actor in {**people, "author": author}.items()}
    return post, {**viewers, "anonymous": ANONYMOUS}


@pytest.mark.parametrize("visibility", TRUTH)
async def test_who_may_see_a_post(db: Database, visibility: str) -> None:
    def story(tx: Tx) -> set[str]:
        post, viewers = cast(tx, visibility)
        return {name for name, viewer in viewers.items() if may_see(tx, post, viewer)}

    assert await db.write(story) == TRUTH[visibility]


@pytest.mark.parametrize("visibility", TRUTH)
async def test_a_boost_is_seen_by_whoever_may_see_the_boosted(db: Database, visibility: str) -> None:
    def story(tx: Tx) -> set[str]:
        post, viewers = cast(tx, visibility)
        passed_on = boost(tx, stranger(tx, "booster"), post)
        assert passed_on is not None
        return {name for name, viewer in viewers.items() if may_see(tx, passed_on, viewer)}

    assert await db.write(story) == TRUTH[visibility]


@pytest.mark.parametrize("column", ["suspended_at", "deleted_at"])
async def test_nothing_of_somebody_suspended_or_gone_is_seen_not_even_through_a_boost(
    db: Database, column: str
) -> None:
    def story(tx: Tx) -> tuple[int, int]:
        author, booster = stranger(tx, "author"), stranger(tx, "booster")
        post = note(tx, author)
        passed_on = boost(tx, booster, post)
        assert passed_on is not None
        before = len(visible(tx, [post, passed_on], ANONYMOUS))
        actors.change(tx, author.id, {column: tx.now})
        return before, len(visible(tx, [post, passed_on], ANONYMOUS))

    assert await db.write(story) == (2, 0)


async def test_the_order_is_kept_and_nothing_is_invented(db: Database) -> None:
    def story(tx: Tx) -> None:
        author = person(tx, "author")
        open_ones = [note(tx, author) for _ in range(3)]
        closed = note(tx, author, visibility="private")
        asked = [open_ones[1], closed, open_ones[0], open_ones[2]]
        assert visible(tx, asked, ANONYMOUS) == [open_ones[1], open_ones[0], open_ones[2]]
        assert visible(tx, [], ANONYMOUS) == []

    await db.write(story)
