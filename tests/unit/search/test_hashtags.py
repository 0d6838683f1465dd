"""Hashtags by how they begin."""

from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.posts import queries as posts
from fediverse_node.search import hashtags
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.visibility.rule import ANONYMOUS
from tests.fixtures.rooms import note, stranger
from tests.unit.search.conftest import Fill


async def found(db: Database, key: str, *, limit: int = 10, offset: int = 0) -> list[str]:
    return await db.read(lambda tx: hashtags.beginning(tx, key, ANONYMOUS, limit=limit, offset=offset))


async def test_itself_comes_first_and_then_what_was_used_last(db: Database, fill: Fill) -> None:
    def write(tx: Tx) -> None:
        author = stranger(tx, "author")
        for names in (("Cat",), ("Catalogue",), ("catapult", "dog"), ("CAT", "猫"), ("Catalogue",)):
            note(tx, author, tags=names)

    await db.write(write)
    await fill()
    assert await found(db, "cat") == ["cat", "catalogue", "catapult"]
    assert await found(db, "cata") == ["catalogue", "catapult"]
    assert await found(db, "cat", limit=1, offset=1) == ["catalogue"]
    assert await found(db, "猫") == ["猫"]
    assert await found(db, "c%") == await found(db, "birds") == []


# PRI-12
async def test_hashtags_of_what_is_not_for_everybody_are_not_shown(db: Database, fill: Fill) -> None:
    def write(tx: Tx) -> tuple[int, list[int]]:
        author = stranger(tx, "author")
        closed = [
            note(tx, author, tags=("secret",), visibility=kind) for kind in ("private", "direct", "unlisted")
        ]
        shown = note(tx, author, tags=("secretary", "secretion"))
        gone = note(tx, author, tags=("secretion", "secreted"))
        return author.id, [*(each.id for each in closed), shown.id, gone.id]

    author_id, ids = await db.write(write)
    await fill()

    def remove(tx: Tx) -> None:
        post = posts.by_id(tx, ids[-1])
        assert post is not None
        posts.remove(tx, post, actor_uri="https://there.example/users/author")

    await db.write(remove)
    assert sorted(await found(db, "secret")) == ["secretary", "secretion"]
    await db.write(lambda tx: actors.change(tx, author_id, {"suspended_at": tx.now}))
    assert await found(db, "secret") == []
