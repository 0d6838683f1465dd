"""The stream: what may be used, with its text, and what must go; to users only, and to few at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from fediverse_node.consent.notary import Notary
from fediverse_node.datasets import users
from fediverse_node.federation.outbox.edit import Edit, edit
from fediverse_node.federation.outbox.publish import Draft, publish
from tests.doors.datasets.conftest import Shop
from tests.fixtures.waiting import PATIENCE_SECONDS, wait_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """An open stream, read event by event."""

    answer: aiohttp.ClientResponse

    async def next(self) -> tuple[int, str, Any]:
        """The next event: its id, its kind, its data. Comments are passed over."""
        found: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for raw in self.answer.content:
                line = raw.decode().rstrip("\n")
                if not line and "data" in found:
                    return int(found["id"]), found["event"], json.loads(found["data"])
                name, colon, value = line.partition(": ")
                if colon and name:
                    found[name] = value
        raise EOFError

    async def line(self) -> str:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await self.answer.content.readline()).decode().rstrip("\n")


@asynccontextmanager
async def reading(shop: Shop, headers: Mapping[str, str], after: int | None = None) -> AsyncIterator[Reader]:
    more = {} if after is None else {"Last-Event-ID": str(after)}
    async with shop.node.http.get("/datasets/stream", headers={**headers, **more}) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        reader = Reader(answer=answer)
        assert await reader.line() == "retry: 5000"
        yield reader


async def status(shop: Shop, headers: Mapping[str, str], query: str = "") -> int:
    async with shop.node.http.get(f"/datasets/stream{query}", headers=headers) as answer:
        return answer.status


async def test_a_yes_comes_with_its_text_and_its_end_says_which(shop: Shop) -> None:
    await shop.allowed("From before")
    _, bearer = await shop.user()
    async with reading(shop, bearer) as reader:
        post = await shop.allowed("Write to me@example.org")
        place, kind, row = await reader.next()
        assert (kind, row["id"], row["text"]) == ("grant", post.uri, "Write to <EMAIL>")
        assert "author_ref" not in row
        receipt = await shop.get(row["consent_receipt_id"].removeprefix(shop.node.base_url))
        assert receipt.json["object"] == post.uri

        await shop.says(post, allow=False)
        later, kind, line = await reader.next()
        assert (kind, line["revokes"]) == ("withdraw", row["consent_receipt_id"])
        assert (later, line["seq"]) == (place + 1, later)
        assert "text" not in line


async def test_what_is_no_yes_to_the_dataset_does_not_come(shop: Shop) -> None:
    _, bearer = await shop.user()
    desk, alice = shop.node.desk, shop.alice.actor
    async with reading(shop, bearer) as reader:
        await publish(desk, alice, Draft(text="Silence"))
        await publish(desk, alice, Draft(text="For friends", visibility="private"))
        changed = await shop.allowed("First words")
        await reader.next()
        await edit(desk, alice, changed.id, Edit(text="Other words"))
        last = await shop.allowed("Last")
        assert [(await reader.next())[1:3][0] for _ in range(2)] == ["withdraw", "grant"]
        assert last.uri


async def test_who_comes_back_is_told_of_nothing_that_was_taken_back_meanwhile(shop: Shop) -> None:
    _, bearer = await shop.user()
    kept = await shop.allowed("Kept")
    gone = await shop.allowed("Gone")
    async with reading(shop, bearer, after=0) as reader:
        place, _, row = await reader.next()
        assert row["id"] == gone.uri, "the first place was had already"
    await shop.says(gone, allow=False)
    after = await shop.allowed("After")

    async with reading(shop, bearer, after=place) as reader:
        told = [await reader.next() for _ in range(2)]
    assert [kind for _, kind, _ in told] == ["withdraw", "grant"]
    assert told[1][2]["id"] == after.uri
    # Somebody else: whoever is gone is noticed when they are told something, and has few places until then.
    _, other = await shop.user()
    async with shop.node.http.get("/datasets/stream?since=-1", headers=other) as answer:
        assert answer.status == 200
        reader = Reader(answer=answer)
        everything = [await reader.next() for _ in range(3)]
    assert [data.get("id", kind) for _, kind, data in everything] == [kept.uri, "withdraw", after.uri]


async def test_only_users_of_the_dataset_are_let_in(shop: Shop) -> None:
    user, bearer = await shop.user()
    assert await status(shop, {}) == 401
    assert await status(shop, shop.alice.bearer) == 401
    assert await status(shop, bearer, "?since=one") == 400
    async with reading(shop, bearer) as reader:
        await shop.node.node.db.write(lambda tx: users.end(tx, user.id))
        await shop.allowed("Not for them any more")
        with pytest.raises(EOFError):
            await reader.next()
    assert await status(shop, bearer) == 401


async def test_there_are_a_few_streams_for_each_and_a_place_becomes_free_again(
    shop: Shop,
) -> None:
    _, bearer = await shop.user()
    _, other = await shop.user()
    async with reading(shop, bearer), reading(shop, bearer):
        assert await status(shop, bearer) == 503
        async with reading(shop, other):
            pass
    await shop.allowed("Whoever is gone is noticed when they are told something")

    async def free() -> bool:
        await Notary(shop.node.node.db).run_once()
        return await status_once(shop, bearer) == 200

    await wait_until("a free place", free)


async def status_once(shop: Shop, headers: Mapping[str, str]) -> int:
    """As `status`, without reading a stream that does not end."""
    answer = await shop.node.http.get("/datasets/stream", headers=headers)
    answer.close()
    return answer.status
