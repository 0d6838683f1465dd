"""Many at once, and others who never come to an end: everybody else is served meanwhile, and nothing grows.

DOS-06, 07, 17, 18, 20, 22, 23, 25; R16 (a busy database) and R17 (a herd).
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
from yarl import URL

from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.web.federation import objects
from tests.doors.federation.conftest import Street, street
from tests.fakes.hostile_server import Behaviour, HostileServer, endless, stalls
from tests.fakes.remote_server import ACTIVITY_JSON, RemoteActor
from tests.fixtures.databases import NewDatabase
from tests.fixtures.nodes import LiveNode, running_node
from tests.fixtures.raw_http import RawConnection

__all__ = ["street"]

READERS = 1_000
REFERENCES = 200
#: How many write at once; how often each writes a status and another server a note.
WRITERS, TURNS = 8, 250
#: For how many seconds they write instead, where that is said: .ci/run and scripts/reliability-full say it.
SECONDS = float(os.environ.get("FEDIVERSE_NODE_TEST_SECONDS", "0"))
LIMITED = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}

OPENING = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\n"
HOSTILE: dict[str, Behaviour] = {
    "a body without end": endless(OPENING + b"\r\n", b"x" * 65536),
    "chunks without end": endless(OPENING + b"Transfer-Encoding: chunked\r\n\r\n", b"4\r\nabcd\r\n" * 999),
    "headers without end": endless(OPENING, b"X-More: x\r\n" * 500),
    "a header without end": endless(OPENING + b"X-More: ", b"x" * 65536),
    "interim answers without end": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99),
    "no answer": stalls(),
    "half an answer": stalls(OPENING + b"Content-Length: 100\r\n\r\n{"),
}


@pytest.fixture
async def hurried(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second instead of fifteen for everything that is asked; of bob nothing has to be asked."""
    await street.befriend(street.bob)
    outbound = street.node.node.outbound
    monkeypatch.setattr(outbound, "_limits", replace(outbound._limits, total=0.5))


@pytest.mark.parametrize("how", HOSTILE)
async def test_a_server_that_never_ends_costs_its_own_sender_only(
    street: Street, hurried: None, how: str
) -> None:  # DOS-06, DOS-07
    async with HostileServer(HOSTILE[how]) as hostile:
        url = hostile.url("/users/eve#main-key")
        letter = street.bob.letter(street.inbox, street.bob.create(), key_id=url)
        async with asyncio.TaskGroup() as group:
            slow = group.create_task(letter.send(street.there.http))
            note = street.bob.note()
            assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
        assert slow.result() in {401, 503}
        asked = hostile.connections
        assert await letter.send(street.there.http) in {401, 503}
        assert hostile.connections == asked, "it is not asked again so soon"
    assert await street.home() == [note["id"]]


@pytest.mark.parametrize("limit", ["1000000000", "-1", "0", "9" * 400, "1e9", "%00", "NaN"])
async def test_a_page_is_no_longer_than_a_page(street: Street, limit: str) -> None:  # DOS-17
    for number in range(45):
        await street.write_post(text=f"<p>{number}</p>")
    url = URL(f"/api/v1/accounts/{street.alice.actor.id}/statuses?limit={limit}", encoded=True)
    async with street.node.http.get(url) as answer:
        assert answer.status in {200, 400, 404, 422}
        if answer.status == 200:
            assert len(await answer.json()) <= 40


@pytest.mark.parametrize("parameter", ["max_id", "min_id", "since_id", "offset", "page", "q"])
async def test_absurd_positions_and_searches_are_answered_briefly(
    street: Street, parameter: str
) -> None:  # DOS-17
    for value in ("9" * 30, "x" * 7_000, "-5", ""):
        params = {"q": "alice", parameter: value}
        async with street.node.http.get(
            "/api/v2/search", params=params, headers=street.alice.bearer
        ) as answer:
            assert answer.status < 500
            assert len(await answer.read()) < 100_000
    async with street.node.http.post(
        "/api/v1/statuses", data=b"status=" + b"x" * 300_000, headers=street.alice.bearer
    ) as answer:
        assert answer.status in {413, 422}


async def test_a_header_that_names_another_client_counts_for_nothing(
    new_database: NewDatabase,
) -> None:  # DOS-18
    trusting = {**LIMITED, "FEDIVERSE_NODE_SERVER__TRUSTED_PROXIES": "127.0.0.1/32"}
    async with running_node(new_database(), settings=LIMITED) as node:
        assert 429 in await knocked(node, lambda number: f"10.1.{number // 250}.{number % 250}")
    async with running_node(new_database(), settings=trusting) as node:
        assert 429 not in await knocked(node, lambda number: f"10.1.{number // 250}.{number % 250}")
    async with running_node(new_database(), settings=trusting) as node:
        # Everything of one /64 is one client, and what the client itself wrote stands further left.
        assert 429 in await knocked(node, lambda number: f"10.9.9.{number % 250}, 2001:db8:0:1::{number:x}")


async def knocked(node: LiveNode, whom: Callable[[int], str]) -> set[int]:
    found = set()
    async with RawConnection(URL(node.base_url).port or 0) as connection:
        for number in range(310):
            headers = [("X-Forwarded-For", whom(number))]
            found.add((await connection.request("GET", "/.well-known/nodeinfo", headers)).status)
    return found


async def test_strangers_on_dead_hosts_leave_nothing(street: Street) -> None:  # DOS-20
    await street.meet(street.bob)
    before = await street.rows()
    for number in range(50):
        sender = street.bob.letter(
            street.inbox, street.bob.create(), key_id=f"http://127.0.0.1:1/users/x{number}#k"
        )
        assert await sender.send(street.there.http) in {401, 503}
    assert await street.rows() == before


async def test_a_thousand_readers_cost_one_rendering(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:  # DOS-22, R17
    post = await publish(street.node.desk, street.alice.actor, Draft(text="Everybody reads this"))
    made = counted(monkeypatch, objects, "parts_of")
    path = post.uri.removeprefix(street.node.base_url)
    accept = {"Accept": ACTIVITY_JSON}

    async def reader(count: int) -> None:
        async with RawConnection(URL(street.node.base_url).port or 0) as connection:
            for _ in range(count):
                answer = await connection.request("GET", path, list(accept.items()))
                assert answer.status == 200

    begun = monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(reader(READERS // 50))
    # Where other processes may write to the same database, an answer is kept for a second at the most.
    kept_for_ever = street.node.node.db.sole_writer
    assert made() <= (1 if kept_for_ever else 2 + int(monotonic() - begun))


async def test_many_references_to_one_thing_cost_one_fetch(street: Street) -> None:  # DOS-22, R17
    await street.befriend(street.bob)
    note = street.carol.note("<p>Everybody boosts this</p>")
    fans = [street.there.add_actor(f"fan{number}") for number in range(5)]
    for fan in fans:
        await street.befriend(fan)
    boosts = [fans[number % 5].announce(note["id"]) for number in range(REFERENCES)]
    async with asyncio.TaskGroup() as group:
        for fan, boost in zip(fans * (REFERENCES // 5), boosts, strict=True):
            group.create_task(sent(street, fan, boost))
    await street.work()
    path = note["id"].removeprefix(street.there.origin)
    assert len(street.there.asked_for(path)) == 1
    assert await street.post(note["id"]) is not None


async def sent(street: Street, who: RemoteActor, document: dict[str, Any]) -> None:
    assert await who.send(street.inbox, document) == 202


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_writers_at_once_all_get_through(street: Street) -> None:  # R16
    """4,000 writes where people test at home; what a minute has on CI and in scripts/reliability-full."""
    clock = asyncio.get_running_loop().time
    until = clock() + SECONDS

    async def writer(number: int) -> int:
        turns = itertools.takewhile(lambda _: clock() < until, itertools.count()) if SECONDS else range(TURNS)
        written = 0
        for turn in turns:
            async with street.node.http.post(
                "/api/v1/statuses",
                json={"status": f"{number} says {turn}"},
                headers={**street.alice.bearer, "Idempotency-Key": f"{number}/{turn}"},
            ) as answer:
                assert answer.status == 200, await answer.text()
            note = street.bob.create(street.bob.note(f"<p>{number}/{turn}</p>"))
            assert await street.bob.send(street.inbox, note) == 202
            written += 2
        return written

    await street.befriend(street.bob)
    async with asyncio.TaskGroup() as group:
        writers = [group.create_task(writer(number)) for number in range(WRITERS)]
    written = [each.result() for each in writers]
    assert min(written) == TURNS * 2 or SECONDS
    assert (await street.rows())["posts"] == sum(written) > 0


@pytest.mark.parametrize("mentions", [50, 51, 200])
async def test_one_post_calls_fifty_people_at_most(street: Street, mentions: int) -> None:  # DOS-23
    text = " ".join(f"@m{number}@{street.there.domain}" for number in range(mentions))
    async with street.node.http.post(
        "/api/v1/statuses", json={"status": text}, headers=street.alice.bearer
    ) as answer:
        assert answer.status == 200
    assert len(street.there.asked_for("/.well-known/webfinger")) == 50


@pytest.mark.parametrize(
    "piece",
    ["@a@", "@a@a.", "#a", "https://", "((", "<", "<a ", "<h1", "&", "<a href=", "<!--", ":a:", "<i>", "<p>"],
)
async def test_text_that_is_hard_to_read_is_read_like_any_other(
    street: Street, piece: str
) -> None:  # DOS-12, DOS-13
    await street.befriend(street.bob)
    long = piece * (100_000 // len(piece))
    hard = street.bob.note(long, name=long[:2000], summary=long[:20_000])
    assert await street.bob.send(street.inbox, street.bob.create(hard)) == 202
    stored = await street.post(hard["id"])
    assert stored is not None
    assert len(stored.content_html) < 1_000_000
    async with street.node.http.get(f"/api/v1/statuses/{stored.id}", headers=street.alice.bearer) as answer:
        assert answer.status == 200


async def test_broken_requests_do_not_fill_the_log(street: Street) -> None:  # DOS-25
    with recorded("fediverse_node.web.runner") as lines:
        for _ in range(60):
            async with RawConnection(URL(street.node.base_url).port or 0) as connection:
                await connection.exchange(b"\x00\x01 nonsense\r\n\r\n", last=True)
    assert len(lines) <= 20


class Keeper(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record)


@contextmanager
def recorded(name: str) -> Iterator[list[logging.LogRecord]]:
    """What is logged under *name* meanwhile."""
    handler = Keeper()
    logger = logging.getLogger(name)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield handler.lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


def counted(monkeypatch: pytest.MonkeyPatch, where: Any, name: str) -> Callable[[], int]:
    """How often *name* is called from now."""
    calls = 0
    original = getattr(where, name)

    def counting(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        return original(*args, **options)

    monkeypatch.setattr(where, name, counting)
    return lambda: calls
