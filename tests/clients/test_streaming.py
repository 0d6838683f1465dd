"""Mastodon.py listens, as bots do: to server-sent events, beside the node that sends them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from mastodon import Mastodon, StreamListener

from fediverse_node.streaming import hub
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.waiting import wait_until

#: Nothing of a database differs from engine to engine here that the doors' own tests do not try.
pytestmark = pytest.mark.one_engine


class Notebook(StreamListener):
    """Writes down what it hears, for the test's own thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heard: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    def _note(self, kind: str, what: Any) -> None:
        self._loop.call_soon_threadsafe(self._heard.put_nowait, (kind, what))

    def on_update(self, status: Any) -> None:
        self._note("update", status)

    def on_status_update(self, status: Any) -> None:
        self._note("status.update", status)

    def on_delete(self, status_id: Any) -> None:
        self._note("delete", status_id)

    def on_notification(self, notification: Any) -> None:
        self._note("notification", notification)

    def on_abort(self, err: Exception) -> None:
        self._note("abort", err)

    async def next(self) -> tuple[str, Any]:
        async with asyncio.timeout(60):
            return await self._heard.get()


@asynccontextmanager
async def listening(node: LiveNode, person: Person, stream: str, **about: Any) -> AsyncIterator[Notebook]:
    app = Mastodon(access_token=person.token, api_base_url=node.base_url)
    book = Notebook(asyncio.get_running_loop())
    handle = await asyncio.to_thread(getattr(app, stream), listener=book, run_async=True, **about)
    try:
        # The library says nothing when it is connected.
        await wait_until("somebody who listens", partial(_heard, node))
        yield book
    finally:
        await asyncio.to_thread(handle.close)


async def _heard(node: LiveNode) -> bool:
    return node.node.db.ears.here


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library notices that it is to stop when it reads something: there is something soon."""
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.1)


async def test_a_bot_hears_what_happens(database_url: str) -> None:
    async with running_node(database_url) as node:
        alice, bob = await node.add_person("alice"), await node.add_person("bob")
        author = Mastodon(access_token=alice.token, api_base_url=node.base_url)
        reader = Mastodon(access_token=bob.token, api_base_url=node.base_url)
        assert await asyncio.to_thread(author.stream_healthy)
        async with listening(node, alice, "stream_user") as book:
            post = await asyncio.to_thread(author.status_post, "Good morning")
            kind, said = await book.next()
            assert (kind, said.id, said.content) == ("update", post.id, "<p>Good morning</p>")
            await asyncio.to_thread(reader.status_favourite, post)
            kind, said = await book.next()
            assert (kind, said.type, said.account.acct) == ("notification", "favourite", "bob")
            await asyncio.to_thread(author.status_update, post, status="Good evening")
            assert (await book.next())[0] == "status.update"
            await asyncio.to_thread(author.status_delete, post)
            assert await book.next() == ("delete", post.id)


@pytest.mark.parametrize(
    ("stream", "about"),
    [("stream_public", {}), ("stream_local", {}), ("stream_hashtag", {"tag": "cats"})],
)
async def test_a_bot_hears_what_is_public(database_url: str, stream: str, about: dict[str, Any]) -> None:
    async with running_node(database_url) as node:
        alice, bob = await node.add_person("alice"), await node.add_person("bob")
        author = Mastodon(access_token=alice.token, api_base_url=node.base_url)
        async with listening(node, bob, stream, **about) as book:
            post = await asyncio.to_thread(author.status_post, "Look #cats")
            kind, said = await book.next()
            assert (kind, said.id) == ("update", post.id)
