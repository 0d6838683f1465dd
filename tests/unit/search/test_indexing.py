"""The index follows what happens, by itself, and begins anew where it stopped."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.kernel.ids import id_at
from fediverse_node.posts import liked, reactions
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post
from fediverse_node.search import indexing, queries, sources
from fediverse_node.search.describing import describe
from fediverse_node.search.indexing import Indexer, State
from fediverse_node.search.model import Sought, Term
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from tests.fixtures.rooms import boost, note, person, stranger
from tests.fixtures.waiting import wait_until
from tests.unit.search.conftest import Fill

NO_LAG = timedelta(0)


async def says(db: Database, author: Actor, text: str, **changes: Any) -> Post:
    return await db.write(lambda tx: note(tx, author, content_html=text, **changes))


async def somebody(db: Database, name: str = "open", **changes: Any) -> Actor:
    return await db.write(lambda tx: stranger(tx, name, **{"indexable": True, **changes}))


async def index(db: Database, token: str) -> list[int]:
    sought = Sought(every=((Term(tokens=(token,)),),))
    return await db.read(lambda tx: queries.matching(tx, sought, limit=1000))


async def test_what_was_there_before_the_index_is_gone_through_newest_first(
    db: Database, fill: Fill, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 3)
    monkeypatch.setattr(indexing, "SAY_EVERY", 4)
    caplog.set_level("INFO")
    author = await somebody(db)
    ids = [(await says(db, author, "old")).id for _ in range(7)][::-1]
    indexer = Indexer(db, lag=NO_LAG)
    await indexer._batch()
    assert await db.read(indexing.state) == State(posts=0, begun=True, left_below=await floor(db))
    await indexer._batch()
    assert await index(db, "old") == ids[:3]
    assert (await db.read(indexing.state)).left_below == ids[2]
    # What comes in meanwhile goes first, and whoever begins anew goes on where the first one stopped.
    new = await says(db, author, "new")
    assert await Indexer(db, lag=NO_LAG).run_once() == 5
    assert (await index(db, "old"), await index(db, "new")) == (ids, [new.id])
    assert await db.read(indexing.state) == State(posts=8, begun=True, left_below=None)
    assert [record.message for record in caplog.records if "search." in record.message] == ["search.filled"]
    assert await fill() == 0


async def floor(db: Database) -> int:
    return (await db.read(sources.marks_of))[sources.FILL]


async def test_edits_and_deletions_are_followed(db: Database, fill: Fill) -> None:
    author = await somebody(db)
    edited, deleted, kept = [await says(db, author, "before") for _ in range(3)]
    await fill()

    def change(tx: Tx) -> None:
        revised = replace(edited, content_html="after")
        posts.revise(tx, revised, mentioned=(), tagged=())
        posts.remove(tx, deleted, actor_uri=author.uri)

    await db.write(change)
    await fill()
    assert await index(db, "before") == [kept.id]
    assert await index(db, "after") == [edited.id]
    assert await db.read(queries.count) == 2


async def test_much_that_is_deleted_at_once_goes_at_once(
    db: Database, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    author = await somebody(db)
    some = [await says(db, author, "word") for _ in range(7)]
    await fill()

    def remove(tx: Tx) -> None:
        for post in some[1:6]:
            posts.remove(tx, post, actor_uri=author.uri)

    await db.write(remove)
    await db.write(lambda tx: posts.remove(tx, some[6], actor_uri=author.uri))
    await fill()
    assert await index(db, "word") == [some[0].id]


async def test_only_what_somebody_here_may_find_is_written_down(db: Database, fill: Fill) -> None:
    shut, ann = await somebody(db, "shut", indexable=False), await db.write(lambda tx: person(tx, "ann"))
    far = await somebody(db, "far")
    public, bookmarked, boosted, favourited = [await says(db, shut, "word") for _ in range(4)]
    named = await says(db, shut, "word", visibility="direct", mentioned=[ann])
    await says(db, shut, "word", visibility="direct", mentioned=[far])
    await says(db, far, "word", visibility="private")
    open_ = await says(db, far, "word")
    await fill()
    assert await index(db, "word") == [open_.id, named.id]

    def mark(tx: Tx) -> None:
        liked.bookmark(tx, ann.id, bookmarked.id)
        boost(tx, ann, boosted)
        boost(tx, far, public)
        reactions.favourite(tx, favourited.id, ann.id, f"{ann.uri}#1")
        reactions.favourite(tx, public.id, far.id, f"{far.uri}#2")

    await db.write(mark)
    await fill()
    everything = [open_.id, named.id, favourited.id, boosted.id, bookmarked.id]
    assert await index(db, "word") == everything
    assert await index(db, f".of.{ann.id}") == everything[1:]
    assert await index(db, ".open") == [open_.id]


async def test_authors_who_change_their_minds_are_followed(
    db: Database, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    author, other = await somebody(db, indexable=False), await somebody(db, "other")
    ids = [(await says(db, author, "word")).id for _ in range(5)][::-1]
    theirs = await says(db, other, "word")
    await fill()
    assert await index(db, "word") == [theirs.id]

    async def indexable(*, says_yes: bool) -> list[int]:
        await db.write(lambda tx: actors.change(tx, author.id, {"indexable": says_yes}))
        await fill()
        return await index(db, "word")

    assert await indexable(says_yes=True) == [theirs.id, *ids]
    assert await indexable(says_yes=False) == [theirs.id]


async def test_a_post_written_just_after_a_change_of_mind_does_not_hide_it(db: Database, fill: Fill) -> None:
    author = await somebody(db, indexable=False)
    old = await says(db, author, "word")
    await fill()
    await db.write(lambda tx: actors.change(tx, author.id, {"indexable": True}))
    new = await says(db, author, "word")
    await Indexer(db, lag=NO_LAG)._batch()
    assert await index(db, "word") == [new.id]
    await fill()
    assert await index(db, "word") == [new.id, old.id]


async def test_what_is_stored_in_the_place_of_its_date_is_found_all_the_same(
    db: Database, fill: Fill
) -> None:
    author, passer_by = await somebody(db), await somebody(db, "passer_by")
    await fill()
    long_ago = db.clock() - timedelta(days=400)

    def arrive(tx: Tx) -> tuple[Post, Post]:
        asked, brought = [
            note(tx, author, id=id_at(long_ago), uri=f"{author.uri}/{n}", content_html="word")
            for n in range(2)
        ]
        queries.stored_late(tx, asked.id)
        queries.stored_late(tx, asked.id)
        boost(tx, passer_by, brought)
        return asked, brought

    asked, brought = await db.write(arrive)
    await fill()
    assert set(await index(db, "word")) == {asked.id, brought.id}
    assert await fill() == 0


async def test_of_two_batches_that_were_read_side_by_side_one_is_kept(db: Database, fill: Fill) -> None:
    author = await somebody(db)
    await fill()
    post = await says(db, author, "before")

    def look(tx: Tx) -> Any:
        agenda = sources.agenda(tx, limit=10, lag=NO_LAG)
        return agenda, describe(tx, agenda.ids)

    slow = await db.read(look)
    await db.write(lambda tx: posts.revise(tx, replace(post, content_html="after"), mentioned=(), tagged=()))
    await fill()
    assert not await db.write(lambda tx: indexing.keep(tx, *slow))
    assert (await index(db, "before"), await index(db, "after")) == ([], [post.id])


async def test_who_may_still_be_writing_is_waited_for(db: Database) -> None:
    author = await somebody(db)
    await Indexer(db, lag=NO_LAG).run_once()
    post = await says(db, author, "word")
    await Indexer(db, lag=timedelta(hours=1)).run_once()
    assert await index(db, "word") == []
    await Indexer(db, lag=NO_LAG).run_once()
    assert await index(db, "word") == [post.id]


async def test_everything_can_be_begun_anew(db: Database, fill: Fill) -> None:
    author = await somebody(db)
    post = await says(db, author, "word")
    await fill()
    await db.write(indexing.begin_anew)
    assert await db.read(indexing.state) == State(posts=0, begun=False, left_below=None)
    await fill()
    assert await index(db, "word") == [post.id]


async def test_the_worker_goes_on_by_itself_and_after_a_failure(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(indexing, "LOOK_EVERY", 0.01)
    failures = iter([OSError("the disk is full")])
    true_agenda = sources.agenda

    def agenda(tx: Tx, **options: Any) -> sources.Agenda:
        for failure in failures:
            raise failure
        return true_agenda(tx, **options)

    monkeypatch.setattr(sources, "agenda", agenda)
    author, stop = await somebody(db), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(Indexer(db, lag=NO_LAG).run(stop))
        post = await says(db, author, "word")

        async def there() -> bool:
            return await index(db, "word") == [post.id]

        await wait_until("the post in the index", there)
        stop.set()
    assert "search.turn_failed" in caplog.messages
