"""What every door has in common: errors, headers, limits, and patience with what is no HTTP."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from fediverse_node.kernel.errors import NotNow
from fediverse_node.web.application import make_application
from fediverse_node.web.runner import make_runner
from tests.fixtures.nodes import LiveNode, running_node

pytestmark = pytest.mark.one_engine

BROWSER = {"Accept": "text/html,*/*;q=0.8"}


async def say(node: LiveNode, text: bytes) -> bytes:
    """Speak to the port without a client's manners; gives everything that is answered."""
    address = urlsplit(node.base_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(text)
    await writer.drain()
    try:
        return await asyncio.wait_for(reader.read(), 60)
    finally:
        writer.close()


async def test_errors_are_written_for_whoever_asks(alpha: LiveNode) -> None:
    async with alpha.http.get("/nothing") as answer:
        assert (answer.status, answer.content_type) == (404, "application/problem+json")
        assert (await answer.json(content_type=None))["detail"] == "There is nothing here."
    async with alpha.http.get("/api/v1/nothing", headers=BROWSER) as answer:
        assert (answer.status, answer.content_type) == (404, "application/json")
        assert await answer.json() == {"error": "There is nothing here."}
    async with alpha.http.get("/nothing", headers=BROWSER) as answer:
        assert (answer.status, answer.content_type) == (404, "text/html")
        assert "Nothing here" in await answer.text()
    async with alpha.http.get("/nothing", headers={**BROWSER, "Accept-Language": "ar"}) as answer:
        assert "لا شيء هنا" in await answer.text()
    for path in ("/nothing", "/api/v1/nothing"):
        async with alpha.http.get(path) as answer:
            assert answer.headers["Cache-Control"] == "no-store"


async def test_a_method_that_is_not_there_is_named_as_such(alpha: LiveNode) -> None:
    async with alpha.http.delete("/actor") as answer:
        assert answer.status == 405
        assert "GET" in answer.headers["Allow"]


async def test_a_page_is_locked_down(alpha: LiveNode) -> None:
    for path in ("/", "/terms/training", "/nothing"):
        async with alpha.http.get(path, headers=BROWSER) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "camera=()" in answer.headers["Permissions-Policy"]


async def test_a_page_that_is_looked_at_again_keeps_the_policy_it_came_with(alpha: LiveNode) -> None:
    """A browser writes the headers of a 304 over those it keeps: another policy would undress the page."""
    async with alpha.http.get("/", headers=BROWSER) as answer:
        assert "style-src 'self'" in answer.headers["Content-Security-Policy"]
        known = {**BROWSER, "If-None-Match": answer.headers["ETag"]}
    async with alpha.http.get("/", headers=known) as answer:
        assert answer.status == 304
        assert "Content-Security-Policy" not in answer.headers
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_every_answer_keeps_its_type_and_tells_nothing_of_its_making(alpha: LiveNode) -> None:
    for path in ("/", "/actor", "/nothing", "/api/v1/instance", "/robots.txt", "/nodeinfo/2.0"):
        async with alpha.http.get(path) as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Server"] == "fediverse-node"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert len(answer.headers["X-Request-Id"]) == 12


@pytest.mark.parametrize(
    "text",
    [
        b"GET / HTTP/1.1\r\nBad Header\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST /inbox HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /inbox HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
async def test_what_is_no_http_gets_a_short_answer(
    alpha: LiveNode, text: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answer = await say(alpha, text)
    assert answer.split(b" ")[1] == b"400"
    assert b"Traceback" not in answer
    assert b"aiohttp" not in answer.lower()
    assert b"Python" not in answer
    assert not [record for record in caplog.records if record.exc_info]
    async with alpha.http.get("/actor") as fine:
        assert fine.status == 200


async def test_many_broken_requests_leave_few_lines(
    alpha: LiveNode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(20):
        await say(alpha, b"NONSENSE\r\n\r\n")
    lines = [record for record in caplog.records if record.message == "web.malformed"]
    assert 1 <= len(lines) <= 3


async def test_the_target_of_a_request_is_a_path(alpha: LiveNode) -> None:
    host = alpha.domain.encode()
    end = b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n"
    assert (await say(alpha, b"GET http://elsewhere.example/actor" + end)).split(b" ")[1] == b"400"
    assert (await say(alpha, b"GET /actor" + end)).split(b" ")[1] == b"200"


async def test_the_log_names_requests_but_not_what_their_queries_hold(
    alpha: LiveNode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with alpha.http.get(
        "/actor?code=hunter2&token=hunter2", headers={"Authorization": "hunter2"}
    ) as answer:
        name = answer.headers["X-Request-Id"]
    line = next(record for record in caplog.records if record.message == "web.request")
    assert line.__dict__["request_id"] == name
    assert (line.__dict__["path"], line.__dict__["status"]) == ("/actor", 200)
    assert "hunter2" not in str([record.__dict__ for record in caplog.records])


async def test_one_client_may_not_ask_without_end(database_url: str) -> None:
    settings = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    async with running_node(database_url, settings=settings) as node:
        statuses = []
        for _ in range(301):
            async with node.http.get("/nodeinfo/2.0") as answer:
                statuses.append(answer.status)
                wait = answer.headers.get("Retry-After")
        assert statuses == [200] * 300 + [429]
        assert wait is not None
        assert 1 <= int(wait) <= 2
        # Somebody else's address, if it came through a proxy we do not know, is not believed.
        async with node.http.get("/nodeinfo/2.0", headers={"X-Forwarded-For": "192.0.2.1"}) as answer:
            assert answer.status == 429


async def test_behind_a_proxy_of_ours_each_client_has_its_own_allowance(database_url: str) -> None:
    settings = {
        "FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true",
        "FEDIVERSE_NODE_SERVER__TRUSTED_PROXIES": "127.0.0.0/8",
    }
    async with running_node(database_url, settings=settings) as node:
        for _ in range(300):
            async with node.http.get("/nodeinfo/2.0", headers={"X-Forwarded-For": "192.0.2.1"}) as answer:
                assert answer.status == 200
        async with node.http.get("/nodeinfo/2.0", headers={"X-Forwarded-For": "192.0.2.1"}) as answer:
            assert answer.status == 429
        async with node.http.get("/nodeinfo/2.0", headers={"X-Forwarded-For": "192.0.2.2"}) as answer:
            assert answer.status == 200
        async with node.http.get(
            "/nodeinfo/2.0", headers={"X-Forwarded-For": "192.0.2.2, 192.0.2.1"}
        ) as answer:
            assert answer.status == 429


async def test_a_bug_of_ours_is_noted_and_tells_nothing(
    alpha: LiveNode, caplog: pytest.LogCaptureFixture
) -> None:
    async def buggy(_: web.Request) -> web.Response:
        raise RuntimeError("a secret")

    async def busy(_: web.Request) -> web.Response:
        raise NotNow("Not yet.", detail="for the log", retry_after=7.2)

    application = make_application(alpha.node)
    application.router.add_get("/buggy", buggy)
    application.router.add_get("/busy", busy)
    runner = make_runner(application)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        async with alpha.http.get(f"http://127.0.0.1:{port}/buggy") as answer:
            text = await answer.text()
            assert answer.status == 500
            assert "secret" not in text
            assert "RuntimeError" not in text
        async with alpha.http.get(f"http://127.0.0.1:{port}/buggy", headers=BROWSER) as answer:
            assert (answer.status, answer.content_type) == (500, "text/html")
        async with alpha.http.get(f"http://127.0.0.1:{port}/busy") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "8")
            assert "for the log" not in await answer.text()
    finally:
        await runner.cleanup()
    failures: list[Any] = [record for record in caplog.records if record.message == "web.failed"]
    assert len(failures) == 2
    assert failures[0].exc_info is not None
