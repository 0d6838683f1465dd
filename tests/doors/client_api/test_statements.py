"""A page costs a page: as many statements for forty posts as for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from fediverse_node.storage import memory
from fediverse_node.storage.tx import Tx
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode


@contextmanager
def counted() -> Iterator[list[str]]:
    """What is asked of the database meanwhile, by name of the way it is asked."""
    seen: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("all", "first", "values", "value", "execute"):
            patch.setattr(Tx, name, _counting(name, getattr(Tx, name), seen))
        yield seen


def _counting(name: str, original: Callable[..., Any], seen: list[str]) -> Callable[..., Any]:
    def ask(tx: Tx, statement: Any, *rest: Any) -> Any:
        seen.append(f"{name}: {statement}")
        return original(tx, statement, *rest)

    return ask


async def write_some(authors: list[Client], reader: Client, number: int) -> None:
    """Posts of every kind: with mention and hashtag, an answer, a followers-only one, a boost."""
    last = ""
    for turn in range(number):
        author = authors[turn % len(authors)]
        extra = {"in_reply_to_id": last} if last and turn % 3 == 0 else {}
        visibility = "private" if turn % 4 == 1 else "public"
        training = {"training_use": "yes"} if visibility == "public" else {}
        text = f"about #cats{turn} #all @reader"
        post = await author.write(text, visibility=visibility, **extra, **training)
        if visibility == "public":
            last = post["id"]
            await authors[(turn + 1) % len(authors)].do(f"/api/v1/statuses/{last}/reblog")
            await reader.do(f"/api/v1/statuses/{last}/favourite")
            await reader.do(f"/api/v1/statuses/{last}/bookmark")


PATHS = (
    "/api/v1/timelines/home",
    "/api/v1/timelines/public",
    "/api/v1/timelines/tag/all",
    "/api/v1/timelines/list/{list}",
    "/api/v1/notifications",
    "/api/v1/bookmarks",
    "/api/v1/favourites",
    "/api/v1/accounts/{author}/statuses",
    "/api/v1/accounts/{author}/followers",
    "/api/v1/lists/{list}/accounts",
)


async def test_forty_cost_no_more_statements_than_two(
    alpha: LiveNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a slow machine what is remembered for some seconds is read anew in the middle of a page.
    monkeypatch.setattr(memory, "KEEP_SECONDS", 3600.0)
    reader = Client(node=alpha, person=await alpha.add_person("reader"))
    authors = [Client(node=alpha, person=await alpha.add_person(f"author{n}")) for n in range(4)]
    assert authors[0].person is not None
    for author in authors:
        assert author.person is not None
        await reader.follow(author.person)
        if author is not authors[0]:
            await author.follow(authors[0].person)
    await write_some(authors, reader, 40)
    friends = (await reader.post("/api/v1/lists", {"title": "friends"})).body["id"]
    ids = [str(author.person.actor.id) for author in authors if author.person]
    await reader.post(f"/api/v1/lists/{friends}/accounts", {"account_ids": ids})
    names = {"author": authors[0].person.actor.id, "list": friends}
    for path in PATHS:
        lengths, counts, statements = await cost(reader, path.format(**names))
        assert lengths[1] > lengths[0], path
        # A short page may happen to hold no boost, no answer, nothing private; no more than these differ.
        assert 3 <= counts[0] <= counts[1] <= min(counts[0] + 3, 14), (path, counts, statements)

    # Who filters and mutes threads pays for it once a page.
    _, before, _ = await cost(reader, PATHS[0])
    words = {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "cats1"}]}
    await reader.post("/api/v2/filters", words)
    newest = (await reader.ok(PATHS[0], limit=1))[0]["id"]
    await reader.do(f"/api/v1/statuses/{newest}/mute")
    _, after, statements = await cost(reader, PATHS[0])
    assert after[1] <= before[1] + 5, statements


async def cost(reader: Client, url: str) -> tuple[list[int], list[int], list[str]]:
    """Of a page of two and of one of forty: how long it is, and how many statements it took."""
    lengths, counts, asked = [], [], list[str]()
    for limit in (2, 40):
        # Figures of authors are kept for a minute; both readings should find them kept.
        await reader.ok(url, limit=40)
        with counted() as statements:
            lengths.append(len(await reader.ok(url, limit=limit)))
        counts.append(len(statements))
        asked = statements
    return lengths, counts, asked


async def test_more_groups_and_conversations_cost_no_more_statements(
    alpha: LiveNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "KEEP_SECONDS", 3600.0)
    reader = Client(node=alpha, person=await alpha.add_person("reader"))
    writers = [Client(node=alpha, person=await alpha.add_person(f"writer{n}")) for n in range(3)]
    for turn in range(6):
        await writers[turn % 3].write("@reader hello", visibility="direct")
        post = await reader.write(f"number {turn}")
        for writer in writers:
            await writer.do(f"/api/v1/statuses/{post['id']}/favourite")
    for path in ("/api/v1/conversations", "/api/v2/notifications"):
        counts = []
        for limit in ("2", "40"):
            await reader.ok(path, limit="40")
            with counted() as statements:
                await reader.ok(path, limit=limit)
            counts.append(len(statements))
        assert counts[1] <= min(counts[0] + 3, 14), (path, counts, statements)
