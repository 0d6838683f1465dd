"""What nobody should send, to every inbox and every route: refused or without effect; never our failure.

R5 of the reliability goals.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from yarl import URL

from fediverse_node.activitystreams.load import MAX_INBOX_BODY
from fediverse_node.federation.inbox.process import InboxWorker
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.web.application import make_application
from tests.fakes.remote_server import JsonDict, RemoteActor, RemoteServer
from tests.fixtures.hostile_input import Hostile
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.raw_http import RawConnection
from tests.fixtures.seeds import seed

#: Connections that send at once.
SENDERS = 16
SIGNED, UNSIGNED, TO_ROUTES, RAW = 8_000, 2_000, 10_000, 2_000  # R5
#: How far apart the numbers of two runs are.
RUN = 10_000_000

pytestmark = pytest.mark.timeout(600)

_JSON = "application/activity+json"
_FIELDS = (
    "status", "spoiler_text", "visibility", "language", "sensitive", "in_reply_to_id", "training_use",
    "content_type", "suggestion", "media_ids", "poll", "scheduled_at", "reblogs", "notify", "languages",
    "action", "text",
)  # fmt: skip
_QUERIES = (
    "limit", "max_id", "since_id", "min_id", "id", "acct", "q", "type", "resolve", "offset", "types",
    "exclude_types", "account_id", "page", "resource", "rel", "local", "remote", "only_media", "pinned",
    "exclude_replies", "exclude_reblogs", "timeline", "with_suspended",
)  # fmt: skip
_STATUS = {
    "status": "Hello @bob #world",
    "spoiler_text": "careful",
    "visibility": "public",
    "language": "en",
    "sensitive": True,
    "in_reply_to_id": "1",
    "training_use": "no",
    "content_type": "text/markdown",
    "action": "rewrite",
    "text": "text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A node with alice, who follows bob of another server, and a post of hers."""

    node: LiveNode
    there: RemoteServer
    alice: Person
    bob: RemoteActor
    post: str
    post_id: int

    @property
    def port(self) -> int:
        return URL(self.node.base_url).port or 0

    async def still_works(self) -> None:
        """What is in order is done, as before."""
        mention = {"type": "Mention", "href": self.alice.actor.uri, "name": "@alice"}
        note = self.bob.note("<p>still here</p>", tag=[mention])
        assert await self.bob.send(self.node.addresses.inbox("alice"), self.bob.create(note)) == 202
        async with self.node.http.get("/api/v1/notifications", headers=self.alice.bearer) as answer:
            assert answer.status == 200
            assert (await answer.json())[0]["status"]["uri"] == note["id"]


@pytest.fixture
async def target(database_url: str) -> AsyncIterator[Target]:
    async with running_node(database_url) as node, RemoteServer() as there:
        alice = await node.add_person("alice")
        bob = there.add_actor("bob")
        assert await bob.send(node.addresses.inbox("alice"), bob.follow(alice.actor.uri)) == 202
        await node.node.db.write(lambda tx: _follow_back(tx, node, alice))
        post = await publish(node.desk, alice.actor, Draft(text="Hello"))
        made = Target(node=node, there=there, alice=alice, bob=bob, post=post.uri, post_id=post.id)
        await made.still_works()
        yield made
        await made.still_works()


def _follow_back(tx: Tx, node: LiveNode, alice: Person) -> None:
    [(_, bob_id)] = follows.followers_page(tx, alice.actor.id, Page())
    follow = Follow(
        id=tx.new_id(),
        follower_id=alice.actor.id,
        target_id=bob_id,
        uri=node.addresses.activity(tx.new_id()),
        state="accepted",
        created_at=tx.now,
    )
    assert follows.add(tx, follow)


@pytest.fixture(autouse=True)
def nothing_failed(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A failure that was caught somewhere has left a line with its traceback."""
    yield
    failures = Counter(
        f"{record.getMessage()}: {record.exc_info[1]!r}" if record.exc_info else record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.ERROR
    )
    assert failures == {}


def activities(target: Target, chance: random.Random) -> JsonDict:
    """Something in order that bob might say."""
    bob, post = target.bob, target.post
    note = bob.note(
        f"<p>Hello @alice #{chance.randrange(99)}</p>",
        inReplyTo=post,
        tag=[
            {"type": "Mention", "href": target.alice.actor.uri, "name": "@alice"},
            {"type": "Hashtag", "href": f"{target.there.origin}/tags/x", "name": "#x"},
            {
                "type": "Emoji",
                "name": ":x:",
                "icon": {"type": "Image", "url": f"{target.there.origin}/x.png"},
            },
        ],
        attachment=[{"type": "Document", "mediaType": "image/png", "url": f"{target.there.origin}/a.png"}],
        summary="careful",
        contentMap={"en": "<p>Hello</p>"},
        source={"content": "Hello", "mediaType": "text/markdown"},
        updated="2026-11-21T09:30:00Z",
        aiDisclosure="ai-assisted",
        aiTools=[{"name": "m", "provider": "p", "action": "rewrite"}],
        contentUsage="train-ai=n",
        humanReviewed=True,
        likes={"type": "Collection", "totalItems": 3},
    )
    ways: list[Callable[[], JsonDict]] = [
        lambda: bob.create(note),
        lambda: bob.create(note),
        lambda: bob.activity("Update", note),
        lambda: bob.activity("Update", bob.document()),
        lambda: bob.activity("Delete", {"id": note["id"], "type": "Tombstone", "formerType": "Note"}),
        lambda: bob.follow(target.alice.actor.uri),
        lambda: bob.like(post),
        lambda: bob.announce(post),
        lambda: bob.announce(note["id"]),
        lambda: bob.undo(bob.follow(target.alice.actor.uri)),
        lambda: bob.undo(bob.like(post)),
        lambda: bob.undo(bob.announce(post)),
        lambda: bob.activity("Accept", bob.follow(target.alice.actor.uri)),
        lambda: bob.activity(
            "Reject", {"type": "Follow", "actor": target.alice.actor.uri, "object": bob.uri}
        ),
        lambda: bob.activity("Question", note),
    ]
    return chance.choice(ways)()


async def send_all(target: Target, count: int, send: Callable[[RawConnection, int], Awaitable[None]]) -> None:
    """Send *count* numbers of this run, over `SENDERS` connections."""
    begin = seed() * RUN

    async def sender(first: int) -> None:
        async with RawConnection(target.port) as connection:
            for number in range(first, count, SENDERS):
                await send(connection, begin + number)

    async with asyncio.TaskGroup() as group:
        for first in range(SENDERS):
            group.create_task(sender(first))


def failed(status: int, body: bytes) -> bool:
    """Whether we are to blame. Who goes on sending after a 413 is hung up on, and may miss the answer."""
    return status >= 500 or (status == 0 and len(body) <= MAX_INBOX_BODY)


@pytest.mark.slow
async def test_malformed_activities_that_are_rightly_signed_cause_no_failure(target: Target) -> None:
    answers: Counter[int] = Counter()
    failures: list[str] = []
    inboxes = ["/inbox", "/users/alice/inbox", "/actor/inbox"]

    async def send(connection: RawConnection, number: int) -> None:
        hostile = Hostile(number)
        body = hostile.body(activities(target, hostile.chance))
        path = hostile.chance.choice(inboxes)
        letter = target.bob.letter(f"{target.node.base_url}{path}", body)
        answer = await connection.request("POST", path, list(letter.headers), body)
        answers[answer.status] += 1
        if failed(answer.status, body):
            failures.append(f"{answer.status} number {number} {body[:300]!r}")

    await send_all(target, SIGNED, send)
    assert failures == [], "\n".join(failures)
    assert answers[400] > SIGNED / 10, answers
    assert answers[202] > SIGNED / 10, answers
    # What had to wait for the network is as harmless.
    await InboxWorker(target.node.node).run_once()


@pytest.mark.slow
async def test_malformed_activities_and_signatures_of_anybody_cause_no_failure(target: Target) -> None:
    answers: Counter[int] = Counter()
    failures: list[str] = []

    async def send(connection: RawConnection, number: int) -> None:
        hostile = Hostile(1_000_000 + number)
        chance = hostile.chance
        document = activities(target, chance)
        body = hostile.body(document) if chance.random() < 0.5 else json.dumps(document).encode()
        path = chance.choice(["/inbox", "/users/alice/inbox", "/users/nobody/inbox", "/actor/inbox"])
        headers = dict(target.bob.letter(f"{target.node.base_url}{path}", body).headers)
        _spoil(headers, hostile, target)
        answer = await connection.request("POST", path, list(headers.items()), body)
        answers[answer.status] += 1
        if failed(answer.status, body):
            failures.append(f"{answer.status} number {number} {headers!r} {body[:300]!r}")

    await send_all(target, UNSIGNED, send)
    assert failures == [], "\n".join(failures)
    assert answers[401] > UNSIGNED / 10, answers


def _spoil(headers: dict[str, str], hostile: Hostile, target: Target) -> None:
    """Break one of the headers that the signature needs."""
    chance = hostile.chance
    name = chance.choice(["Signature", "Signature", "Signature", "Digest", "Date", "Host", "Content-Type"])
    value = headers[name]
    junk = re.sub(r"[\x00-\x1f\x7f]", "", hostile.text())[:2000].encode("latin-1", "ignore").decode("latin-1")
    nobody = f"{target.there.origin}/users/{chance.choice(['nobody', '', '%00', 'bob/x'])}"
    at = chance.randrange(len(value))
    ways = ["", junk, value[:at], value[at:], value[:at] + junk + value[at:], value * 3, value.upper()]
    if name == "Signature":
        ways += [
            re.sub(r'keyId="[^"]*"', f'keyId="{nobody}#main-key"', value),
            # A function, because a backslash in a text would be read as an escape.
            re.sub(r'headers="[^"]*"', lambda _: f'headers="{junk[:50]}"', value),
            re.sub(r'algorithm="[^"]*"', 'algorithm="none"', value),
            re.sub(r'signature="[^"]*"', 'signature="====",created=1e999,expires=-1', value),
            "keyId=1,headers=(),signature=:AA==:",
        ]
        if chance.random() < 0.2:
            headers["Signature-Input"] = chance.choice(
                ['sig1=("@method")', "sig1=()", "(", 'sig1=("x";req);created=1']
            )
    if chance.random() < 0.15:
        del headers[name]
    else:
        headers[name] = chance.choice(ways)


def routes(target: Target) -> list[tuple[str, str]]:
    """Every method and path there is, as the router knows them."""
    application = make_application(target.node.node)
    found: set[tuple[str, str]] = set()
    for route in application.router.routes():
        path = route.resource.canonical if route.resource is not None else ""
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] if path.startswith("/api/") else [route.method]
        found.update((method, path) for method in methods)
    return sorted(found)


@pytest.mark.slow
async def test_malformed_requests_to_every_route_cause_no_failure(target: Target) -> None:
    known = routes(target)
    assert len(known) > 100
    failures: list[str] = []
    answers: Counter[int] = Counter()

    async def send(connection: RawConnection, number: int) -> None:
        hostile = Hostile(2_000_000 + number)
        method, path = known[number % len(known)]
        address = _address(path, hostile, target) + hostile.query(_QUERIES)
        headers, body = _request(method, hostile, target)
        answer = await connection.request(method, address, headers, body)
        answers[answer.status] += 1
        if failed(answer.status, body):
            failures.append(f"{answer.status} number {number} {method} {address} {headers} {body[:300]!r}")

    await send_all(target, TO_ROUTES, send)
    assert failures == [], "\n".join(failures)
    for usual in (200, 404, 405, 422):
        assert answers[usual] > 0, answers


def _address(path: str, hostile: Hostile, target: Target) -> str:
    """*path* with its variable parts filled in, with what is there or with what cannot be."""
    there = {"name": "alice", "id": str(target.post_id), "version": "2.1", "digest": "0" * 16, "tag": "world"}

    def fill(match: re.Match[str]) -> str:
        if hostile.chance.random() < 0.5:
            known = there.get(match[1], "x")
            return str(target.alice.actor.id) if match[1] == "id" and "accounts" in path else known
        return hostile.escaped(hostile.chance.choice([hostile.number, hostile.text])())[:4000]

    return re.sub(r"\{(\w+)[^}]*\}", fill, path)


def _request(method: str, hostile: Hostile, target: Target) -> tuple[list[tuple[str, str]], bytes]:
    chance = hostile.chance
    headers = [
        (
            "Accept",
            chance.choice(["*/*", "text/html", _JSON, "application/json", "", ";q=", "a" * 3000, "*/*;q=x"]),
        )
    ]
    if chance.random() < 0.9:
        headers.append(("Authorization", target.alice.bearer["Authorization"]))
    elif chance.random() < 0.5:
        headers.append(
            ("Authorization", chance.choice(["Bearer", "Bearer ", "Bearer \xff", "Basic Og==", "a" * 4000]))
        )
    oddities = [
        ("Idempotency-Key", "k" * chance.choice([1, 255, 256, 4000])),
        ("If-None-Match", chance.choice(["*", '"', 'W/"', "a, b", '"' * 300])),
        ("If-Modified-Since", chance.choice(["x", "Sat, 99 Nov 2026 99:99:99 GMT", "0"])),
        ("Accept-Language", chance.choice(["", "*", "ar;q=x", "-", ",,,", "en-" * 300])),
        ("Range", "bytes=5-1"),
        ("X-Forwarded-For", "1.2.3.4, \xff, ::1"),
        ("Cookie", chance.choice(["a=b; \xff", "=" * 300, "$Version=1; a=\x01"])),
        ("Origin", "null"),
        ("Content-Encoding", chance.choice(["gzip", "br, gzip", "identity", "x"])),
        ("Expect", "100-continue"),
        ("Accept-Encoding", chance.choice(["gzip;q=x", "*", "zstd"])),
    ]  # fmt: skip
    if chance.random() < 0.3:
        headers.append(chance.choice(oddities))
    if method == "GET" and chance.random() < 0.8:
        return headers, b""
    return _with_body(headers, hostile)


def _with_body(headers: list[tuple[str, str]], hostile: Hostile) -> tuple[list[tuple[str, str]], bytes]:
    chance = hostile.chance
    way = chance.random()
    if way < 0.45:
        kind, body = "application/json", hostile.body(_STATUS)
    elif way < 0.7:
        kind, body = "application/x-www-form-urlencoded", hostile.form(_FIELDS)
    elif way < 0.9:
        kind, body = hostile.multipart(_FIELDS)
    else:
        kind = chance.choice(
            ["", "text/plain", "a/b/c", "application/json; charset=utf-16", "/", ";", "\xe9/\xe9"]
        )
        body = hostile.body(_STATUS)
    return [*headers, ("Content-Type", kind)], body


RAW_REQUESTS: list[bytes] = [
    b"POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    b"POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Length: -1\r\n\r\n",
    b"POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1e3\r\n\r\n",
    b"POST /inbox HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99999999999\r\n\r\n",
    b"POST /inbox HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    b"POST /inbox HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    b"POST /inbox HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST /inbox HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET http://other.localhost/actor HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET http://[::1 HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"CONNECT other.localhost:443 HTTP/1.1\r\nHost: other.localhost:443\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET * HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET // HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET //other.localhost/actor HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET /%00 HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET /@alice?\xff HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nX\x00: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nX: a\x00b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\n X: folded\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nX : a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\n: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nHost: other.localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/2.0\r\nHost: {host}\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: {host}\r\n\r\n",
    b"GET / XTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET /\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40 + b"\r\n\r\n",
    b"\r\n\r\n\r\n\r\n",
    b"G\xc3\x89T / HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"FROB / HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nHTTP2-Settings: AA\r\n\r\n",
    b"POST /api/v1/statuses HTTP/1.1\r\nHost: {host}\r\nContent-Length: 10\r\n\r\nhalf",
    b"POST /api/v1/statuses HTTP/1.1\r\nHost: {host}\r\nExpect: 200-maybe\r\nContent-Length: 0\r\n\r\n",
    b"GET /actor HTTP/1.1\r\nHost: {host}\r\nAccept: " + b"application/activity+json," * 300 + b"\r\n\r\n",
    b"HEAD /actor HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\n\r\nabc",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.one_engine
async def test_broken_http_is_answered_or_hung_up_on(target: Target) -> None:
    host = f"127.0.0.1:{target.port}".encode()
    failures: list[str] = []
    answers: Counter[int] = Counter()

    async def send(connection: RawConnection, number: int) -> None:
        data = RAW_REQUESTS[number % len(RAW_REQUESTS)].replace(b"{host}", host)
        if number % RUN >= len(RAW_REQUESTS):
            data = _damaged(data, random.Random(number))
        answer = await connection.exchange(data, head_only=data.startswith(b"HEAD"), last=True)
        answers[answer.status] += 1
        if answer.status >= 500:
            failures.append(f"{answer.status} {data[:200]!r}")

    await send_all(target, RAW, send)
    assert failures == [], "\n".join(failures)
    assert answers[400] > RAW / 3, answers


def _damaged(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(min(len(data), 300))
    byte = chance.choice(
        [b"\x00", b"\r", b"\n", b"\r\n", b" ", b"\xff", b":", b"\t", b"", quote("\x00").encode()]
    )
    return data[:at] + byte + data[at + chance.randint(0, 2) :]


async def test_a_nul_in_an_address_is_nobodys_name(target: Target) -> None:
    for path, status in (("/tags/world", 200), ("/tags/%00", 404), ("/tags/wor%00ld", 404)):
        async with target.node.http.get(URL(f"{target.node.base_url}{path}", encoded=True)) as answer:
            assert (path, answer.status) == (path, status)
