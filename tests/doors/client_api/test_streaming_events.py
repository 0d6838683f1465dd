"""Streams as server-sent events, for whoever has no WebSockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from fediverse_node.oauth import tokens
from fediverse_node.streaming import hub
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.waiting import PATIENCE_SECONDS, wait_until

STREAMING = "/api/v1/streaming"


class Reader:
    """An answer that does not end, read line by line."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._lines = answer.content

    async def line(self) -> str:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await self._lines.readline()).decode().removesuffix("\n")

    async def next(self) -> tuple[str, Any]:
        """The next event and what it says; comments are passed over."""
        while not (line := await self.line()).startswith("event: "):
            assert line in {"", ":thump"}, line
        data = (await self.line()).removeprefix("data: ")
        return line.removeprefix("event: "), json.loads(data) if data != "undefined" else None


@asynccontextmanager
async def reading(node: LiveNode, path: str, person: Person | None = None) -> AsyncIterator[Reader]:
    headers = person.bearer if person is not None else {}
    async with node.http.get(f"{STREAMING}/{path}", headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "text/event-stream"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "private, no-store"
        reader = Reader(answer)
        assert await reader.line() == ":)"
        yield reader


async def test_each_path_is_the_stream_of_its_name(alpha: LiveNode, alice: Client) -> None:
    made = (await alice.post("/api/v1/lists", {"title": "close"})).body
    everywhere = ("user", "public", "public/local", "hashtag?tag=cats", "hashtag/local?tag=Cats")
    elsewhere = ("public/remote", "public?only_media=true", f"list?list={made['id']}", "direct")
    for path in (*everywhere, *elsewhere):
        async with reading(alpha, path, alice.person) as reader:
            written = await alice.write(f"Look #cats, {path}")
            if path in everywhere:
                event, status = await reader.next()
                assert (event, status["id"]) == ("update", written["id"]), path
                await alice.call("DELETE", f"/api/v1/statuses/{written['id']}")
                assert await reader.next() == ("delete", int(written["id"]))


async def test_what_is_for_others_is_not_read_here(alpha: LiveNode, alice: Client, bob: Client) -> None:
    assert alice.person
    made = (await alice.post("/api/v1/lists", {"title": "close"})).body
    narrow = partial_token(alpha, alice.person, "read:statuses")
    headers = {"Authorization": f"Bearer {await narrow}"}
    for path, status in {"user/notification": 403, f"list?list={made['id']}": 403, "user": 200}.items():
        answer = await alpha.http.get(f"{STREAMING}/{path}", headers=headers)
        answer.close()
        assert answer.status == status, path
    for path in ("user", "user/notification", "direct", f"list?list={made['id']}"):
        async with alpha.http.get(f"{STREAMING}/{path}") as answer:
            assert (answer.status, answer.content_type) == (401, "application/json")
    async with reading(alpha, "public"):
        pass
    assert (await bob.get(f"{STREAMING}/list", list=made["id"])).status == 404
    assert (await bob.get(f"{STREAMING}/hashtag")).status == 422
    assert (await bob.get(f"{STREAMING}/nothing")).status == 404
    assert (await bob.get(f"{STREAMING}/health")).body == "OK"


async def partial_token(node: LiveNode, person: Person, scopes: str) -> str:
    account_id = person.account.id
    return await node.node.db.write(lambda tx: tokens.issue(tx, account_id, scopes=scopes, app_name="narrow"))


async def test_it_beats_and_ends_with_its_token_and_whoever_went_is_noticed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(hub, "CHECK_SECONDS", 0.05)
    async with running_node(database_url) as node:
        alice = await node.add_person("alice")
        async with reading(node, f"user/notification?access_token={alice.token}") as reader:
            assert await reader.line() == ":thump"
            await node.node.db.write(lambda tx: tokens.revoke_all(tx, alice.account.id))
            async with asyncio.timeout(PATIENCE_SECONDS):
                while await reader.line():
                    pass
        async with reading(node, "public"):
            assert node.node.db.ears.here

        async def deaf() -> bool:
            return not node.node.db.ears.here

        await wait_until("nobody who listens", deaf)


async def test_the_instance_says_where_streams_are(alpha: LiveNode, anybody: Client) -> None:
    where = alpha.base_url.replace("http", "ws", 1)
    assert (await anybody.ok("/api/v1/instance"))["urls"]["streaming_api"] == where
    assert (await anybody.ok("/api/v2/instance"))["configuration"]["urls"]["streaming"] == where
