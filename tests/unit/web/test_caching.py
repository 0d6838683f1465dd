from __future__ import annotations

import asyncio

import pytest
from aiohttp.test_utils import make_mocked_request

from fediverse_node.kernel.errors import NotFound
from fediverse_node.storage.database import Database
from fediverse_node.web.caching import Document, Documents, respond


class Ledger(Database):
    """Counts commits, and nothing else."""

    def __init__(self, *, alone: bool) -> None:
        self.sole_writer = alone

    async def read(self, unit: object) -> None:  # type: ignore[override]  # never called
        raise AssertionError

    async def write(self, unit: object) -> None:  # type: ignore[override]  # never called
        raise AssertionError

    async def close(self) -> None:
        raise AssertionError


class Maker:
    """Makes a document, and counts how often."""

    def __init__(self, body: bytes = b"hello") -> None:
        self.made = 0
        self.body = body

    async def __call__(self) -> Document:
        self.made += 1
        return Document(body=self.body, content_type="text/plain", headers={})


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


async def test_what_nobody_changed_is_made_once() -> None:
    kept, make = Documents(Ledger(alone=True)), Maker()
    for _ in range(5):
        assert (await kept.get("a", make)).body == b"hello"
    await kept.get("b", make)
    assert make.made == 2


async def test_any_commit_of_ours_makes_it_anew() -> None:
    ledger = Ledger(alone=True)
    kept, make = Documents(ledger), Maker()
    await kept.get("a", make)
    ledger.commits += 1
    await kept.get("a", make)
    assert make.made == 2


async def test_what_was_read_before_a_commit_is_not_kept_past_it() -> None:
    ledger = Ledger(alone=True)
    kept, make = Documents(ledger), Maker()

    async def overtaken() -> Document:
        document = await make()
        ledger.commits += 1
        return document

    await kept.get("a", overtaken)
    await kept.get("a", make)
    assert make.made == 2


async def test_where_others_write_too_it_lives_for_a_second() -> None:
    clock, make = Clock(), Maker()
    shared = Documents(Ledger(alone=False), clock=clock)
    alone = Documents(Ledger(alone=True), clock=clock)
    await shared.get("a", make)
    await alone.get("a", make)
    clock.now += 1.1
    await alone.get("a", make)
    assert make.made == 2
    await shared.get("a", make)
    assert make.made == 3


async def test_figures_are_kept_for_their_time_whatever_is_written() -> None:
    ledger, clock, make = Ledger(alone=True), Clock(), Maker()
    kept = Documents(ledger, clock=clock)
    await kept.get("a", make, keep_seconds=60)
    ledger.commits += 1
    await kept.get("a", make, keep_seconds=60)
    assert make.made == 1
    clock.now += 61
    await kept.get("a", make, keep_seconds=60)
    assert make.made == 2


async def test_a_thousand_readers_at_once_cost_one_making() -> None:
    kept, gate, make = Documents(Ledger(alone=True)), asyncio.Event(), Maker()

    async def slow() -> Document:
        await gate.wait()
        return await make()

    async with asyncio.TaskGroup() as group:
        readers = [group.create_task(kept.get("a", slow)) for _ in range(1000)]
        await asyncio.sleep(0)
        gate.set()
    assert make.made == 1
    assert {reader.result().body for reader in readers} == {b"hello"}


async def test_an_error_reaches_all_who_wait_and_is_not_kept() -> None:
    kept, gate, make = Documents(Ledger(alone=True)), asyncio.Event(), Maker()

    async def failing() -> Document:
        await gate.wait()
        raise NotFound

    waiting = [asyncio.ensure_future(kept.get("a", failing)) for _ in range(3)]
    await asyncio.sleep(0)
    gate.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [NotFound] * 3
    assert (await kept.get("a", make)).body == b"hello"


async def test_it_holds_no_more_than_it_may_and_lets_go_of_what_was_used_last() -> None:
    kept = Documents(Ledger(alone=True), max_bytes=40_000)
    often, seldom = Maker(bytes(4000)), Maker(bytes(4000))
    await kept.get("seldom", seldom)
    for number in range(20):
        await kept.get("often", often)
        await kept.get(str(number), Maker(bytes(4000)))
    await kept.get("seldom", seldom)
    assert kept._bytes <= 40_000
    assert (often.made, seldom.made) == (1, 2)


def request(**headers: str) -> object:
    return make_mocked_request(
        "GET", "/", headers={key.replace("_", "-"): value for key, value in headers.items()}
    )


@pytest.mark.parametrize("size", [10, 5000])
def test_who_has_this_version_is_told_so(size: int) -> None:
    document = Document(body=b"a" * size, content_type="text/plain", headers={"Vary": "Accept"})
    full = respond(request(), document)  # type: ignore[arg-type]  # a request is a request
    assert full.status == 200
    etag = full.headers["ETag"]
    assert etag == f'"{document.etag}"'
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = respond(request(If_None_Match=known), document)  # type: ignore[arg-type]  # as above
        assert (answer.status, answer.body) == (304, None)
        assert answer.headers["ETag"] == etag
    assert respond(request(If_None_Match='"other"'), document).status == 200  # type: ignore[arg-type]  # as above


def test_long_answers_are_packed_for_those_who_can_unpack_them() -> None:
    document = Document(body=b"a" * 5000, content_type="text/plain", headers={"Vary": "Accept"})
    packed = respond(request(Accept_Encoding="br, gzip"), document)  # type: ignore[arg-type]  # as above
    plain = respond(request(), document)  # type: ignore[arg-type]  # as above
    assert packed.headers["Content-Encoding"] == "gzip"
    assert isinstance(packed.body, bytes)
    assert len(packed.body) < 200
    assert "Content-Encoding" not in plain.headers
    assert plain.body == document.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept, Accept-Encoding"
    again = respond(request(If_None_Match=packed.headers["ETag"]), document)  # type: ignore[arg-type]  # as above
    assert again.status == 304
