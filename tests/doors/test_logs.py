"""What a node writes into its log while everything happens: never what is private (PRI-17)."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from fediverse_node.cli import logs
from tests.fakes.inbox_sink import Sink, open_sinks
from tests.fakes.remote_server import RemoteServer
from tests.fixtures.letters import letters_of, sent_post
from tests.fixtures.nodes import running_node
from tests.fixtures.waiting import wait_until

CANARY = "canary-5fd1c7"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    written = io.StringIO()
    logs.set_up(level="debug", style="json", stream=written)
    yield written
    root.handlers[:], root.level = before, level


async def test_no_secret_and_nothing_private_gets_into_the_log(
    database_url: str, stream: io.StringIO
) -> None:
    sink = Sink(status=500)
    async with (
        open_sinks(sink),
        RemoteServer() as there,
        running_node(database_url, workers=True) as node,
    ):
        alice, bob = await node.add_person("alice"), there.add_actor("bob")
        post = await sent_post(node, alice, sink.inbox, text=f"private {CANARY}-text")

        async def tried() -> bool:
            return all(row.attempts for row in (await letters_of(node, post)).values())

        await wait_until("a try", tried)
        note = bob.note(f"<p>{CANARY}-remote</p>")
        assert await bob.send(node.addresses.inbox("alice"), bob.activity("Create", note)) == 202
        secrets = {
            "/api/v1/timelines/home": alice.bearer,
            f"/api/v1/accounts/lookup?acct={CANARY}-query": alice.bearer,
            f"/oauth/token?code={CANARY}-code": {"Cookie": f"a={CANARY}-cookie"},
            "/api/v1/timelines/home?x=1": {"Authorization": f"Bearer {CANARY}-token"},
            "/users/alice": {"Signature": f'keyId="x",signature="{CANARY}-signature"'},
        }
        for path, headers in secrets.items():
            async with node.http.get(path, headers=headers) as answer:
                await answer.read()
        form = {"status": f"{CANARY}-status", "visibility": "direct"}
        async with node.http.post("/api/v1/statuses", data=form, headers=alice.bearer) as answer:
            assert answer.status == 200
    text = stream.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"web.request", "delivery.attempted", "inbox.received"} <= {line["event"] for line in lines}
    assert CANARY not in text
    assert alice.token not in text
    assert "PRIVATE KEY" not in text


async def test_nobody_writes_lines_of_their_own(database_url: str, stream: io.StringIO) -> None:
    async with running_node(database_url) as node:
        for path in ("/%0A%7B%22event%22:%22forged%22%7D", "/%1B[31m"):
            async with node.http.get(path) as answer:
                assert answer.status == 404
        async with node.http.post(
            "/inbox",
            data=json.dumps({"type": "Create\n", "actor": "https://x.example/\n{}"}).encode(),
            headers={"Content-Type": "application/activity+json"},
        ) as answer:
            assert answer.status in {400, 401}
    text = stream.getvalue()
    assert "\x1b" not in text
    assert all(json.loads(line)["event"] != "forged" for line in text.splitlines())


async def test_a_person_is_never_shown_a_traceback(
    database_url: str, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_node(database_url) as node:

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError(f"{CANARY} inside")

        monkeypatch.setattr(type(node.node.db), "read", broken)
        for path, accept in (("/api/v2/instance", "*/*"), ("/@alice", "text/html"), ("/users/alice", "*/*")):
            async with node.http.get(path, headers={"Accept": accept}) as answer:
                text = await answer.text()
                assert answer.status in {200, 500}
                assert CANARY not in text
                assert "Traceback" not in text
    failed = [
        line for line in map(json.loads, stream.getvalue().splitlines()) if line["event"] == "web.failed"
    ]
    assert failed
    assert all("Traceback" in line["error"] for line in failed)
