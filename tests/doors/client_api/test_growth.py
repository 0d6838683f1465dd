"""A page costs a page, also where very much is stored: in steps of the database itself, not in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from fediverse_node.actors.model import Actor
from fediverse_node.posts.model import Post
from fediverse_node.posts.rows import values_of
from fediverse_node.posts.tables import hashtags, posts
from fediverse_node.storage import database, memory, sqlite
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines.tables import home_entries
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode

pytestmark = pytest.mark.one_engine
#: Posts that are written through the door, and those that lie below them afterwards.
FIRST, MORE = 30, 2_000
#: The database counts in so many of its instructions.
STEP = 50

PATHS = (
    "/api/v1/accounts/verify_credentials",
    "/api/v1/accounts/{author}",
    "/api/v1/accounts/{author}/statuses",
    "/api/v1/accounts/{author}/statuses?exclude_replies=true",
    "/api/v1/accounts/{author}/followers",
    "/api/v1/accounts/relationships?id[]={author}",
    "/api/v1/timelines/home",
    "/api/v1/timelines/public",
    "/api/v1/timelines/public?local=true",
    "/api/v1/timelines/tag/all",
    "/api/v1/timelines/tag/all?all[]=rare",
    "/api/v1/timelines/list/{list}",
    "/api/v1/notifications",
    "/api/v2/notifications",
    "/api/v1/bookmarks",
    "/api/v1/favourites",
    "/api/v1/statuses/{post}",
    "/api/v1/statuses/{post}/context",
    "/api/v1/accounts/search?q=author",
)


@contextmanager
def steps_counted() -> Iterator[Callable[[], int]]:
    """How many steps all reads meanwhile took the database."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    original = database.run_unit

    def run(unit: Callable[[Tx], Any], tx: Tx) -> Any:
        connection: Any = tx.connection.connection.driver_connection
        connection.set_progress_handler(step, STEP)
        try:
            return original(unit, tx)
        finally:
            connection.set_progress_handler(None, 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "run_unit", run)
        yield lambda: steps


async def cost(reader: Client, path: str) -> int:
    # What is remembered of people is remembered then.
    assert (await reader.get(path)).status == 200, path
    with steps_counted() as steps:
        assert (await reader.get(path)).status == 200
    return steps()


def pile_up(tx: Tx, authors: list[Actor], reader: Actor) -> None:
    """Older posts of everybody, in the home timeline, with the hashtag that all have."""
    ids = [tx.new_id() for _ in range(MORE)]
    written = [_post(tx, id_, authors[number % len(authors)]) for number, id_ in enumerate(ids)]
    tx.insert(posts, [values_of(post) for post in written])
    tx.insert(hashtags, [{"post_id": post.id, "tag": "all", "name": "all"} for post in written])
    tx.insert(home_entries, [{"actor_id": reader.id, "post_id": post.id} for post in written])


def _post(tx: Tx, id_: int, author: Actor) -> Post:
    return Post(
        id=id_,
        uri=f"{author.uri}/posts/{id_}",
        actor_id=author.id,
        local=True,
        visibility="public",
        content_html="<p>One of many</p>",
        published_at=tx.now - timedelta(minutes=1),
        created_at=tx.now,
    )


async def test_what_is_stored_beneath_a_page_costs_it_nothing(
    alpha: LiveNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a slow machine what is remembered for some seconds is read anew in the middle of a page.
    monkeypatch.setattr(memory, "KEEP_SECONDS", 3600.0)
    reader = Client(node=alpha, person=await alpha.add_person("reader"))
    authors = [Client(node=alpha, person=await alpha.add_person(f"author{n}")) for n in range(3)]
    people = [author.person.actor for author in authors if author.person]
    assert reader.person is not None
    me = reader.person.actor
    for author in authors:
        assert author.person is not None
        await reader.follow(author.person)
    friends = (await reader.post("/api/v1/lists", {"title": "friends"})).body["id"]
    await reader.post(f"/api/v1/lists/{friends}/accounts", {"account_ids": [str(each.id) for each in people]})
    for number in range(FIRST):
        post = await authors[number % 3].write(f"about #all #rare @reader {number}")
        for act in ("favourite", "bookmark"):
            await reader.do(f"/api/v1/statuses/{post['id']}/{act}")
    await authors[0].write("an answer", in_reply_to_id=post["id"])
    names = {"author": people[0].id, "list": friends, "post": post["id"]}
    before = {path: await cost(reader, path.format(**names)) for path in PATHS}

    await alpha.node.db.write(lambda tx: pile_up(tx, people, me))
    # The newest again, so that the pages are those of before.
    for number in range(20):
        await authors[number % 3].write(f"about #all #rare @reader {number}")

    for path in PATHS:
        after = await cost(reader, path.format(**names))
        # As much again for what may be there besides; to walk through the rest takes ten times as much.
        assert after <= 2 * before[path] + MORE // STEP, (path, before[path], after)
