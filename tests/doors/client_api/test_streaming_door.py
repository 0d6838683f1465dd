"""Streams: who is let in, what they may send, and when they have to go."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import aiohttp
import pytest

from fediverse_node.accounts import standing
from fediverse_node.cli import logs
from fediverse_node.oauth import tokens
from fediverse_node.streaming import hub
from fediverse_node.streaming.model import MAX_CHANNELS
from fediverse_node.web.client_api.streaming_socket import MAX_MESSAGE
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.streams import Ear, listening

STREAMING = "/api/v1/streaming"
#: What each channel asks of a token (OAU-13).
SCOPES = {
    "user": "read:statuses",
    "direct": "read:statuses",
    "user:notification": "read:notifications",
    "public": "read:statuses",
    "public:local:media": "read:statuses",
    "hashtag": "read:statuses",
    "list": "read:lists",
}


async def refused(node: LiveNode, path: str = STREAMING, **options: Any) -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        await node.http.ws_connect(path, **options)
    return error.value.status


async def issue(node: LiveNode, person: Person, scopes: str) -> Person:
    """The same person with another token."""
    made = partial(tokens.issue, account_id=person.account.id, scopes=scopes, app_name="another")
    return person._replace(token=await node.node.db.write(made))


async def test_a_token_comes_by_header_query_or_sub_protocol(alpha: LiveNode, alice: Client) -> None:
    assert alice.person
    token = alice.person.token
    ways: list[tuple[str, dict[str, Any]]] = [
        ("?stream=user", {"headers": alice.person.bearer}),
        (f"/?stream=user&access_token={token}", {}),
        ("?stream=user", {"protocols": [token]}),
    ]
    async with AsyncExitStack() as stack:
        ears = []
        for path, options in ways:
            socket = await stack.enter_async_context(alpha.http.ws_connect(f"{STREAMING}{path}", **options))
            assert socket.protocol == (token if "protocols" in options else None)
            ears.append(Ear(socket=socket))
        for ear in ears:
            await ear.known()
        written = await alice.write("Heard three times")
        assert [(await ear.next()).payload["id"] for ear in ears] == [written["id"]] * 3
    for bad in ("x" * 43, f"{token}x"):
        assert await refused(alpha, headers={"Authorization": f"Bearer {bad}"}) == 401
        assert await refused(alpha, f"{STREAMING}?access_token={bad}") == 401
        assert await refused(alpha, protocols=[bad]) == 401
    assert await refused(alpha, f"{STREAMING}?stream=user") == 401
    assert (await alice.get(STREAMING)).status == 404


async def test_nothing_of_the_query_is_logged(database_url: str) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    written = io.StringIO()
    logs.set_up(level="debug", style="json", stream=written)
    try:
        async with running_node(database_url) as node:
            alice = await node.add_person("alice")
            socket = await node.http.ws_connect(f"{STREAMING}?stream=user&access_token={alice.token}")
            await socket.close()
            assert await refused(node, f"{STREAMING}?access_token=canary") == 401
    finally:
        root.handlers[:], root.level = before, level
    assert STREAMING in written.getvalue()
    assert alice.token not in written.getvalue()
    assert "canary" not in written.getvalue()


async def test_each_channel_asks_for_its_scope(alpha: LiveNode, alice: Client) -> None:
    assert alice.person
    made = (await alice.post("/api/v1/lists", {"title": "close"})).body
    about = {"hashtag": {"tag": "cats"}, "list": {"list": made["id"]}}
    for scopes in ("write", "read:statuses", "read:notifications", "read:lists", "read"):
        async with listening(alpha, await issue(alpha, alice.person, scopes)) as ear:
            for stream, needed in SCOPES.items():
                await ear.ask("subscribe", stream, **about.get(stream, {}))
                if scopes in {needed, "read"}:
                    await ear.known()
                else:
                    said = await ear.raw()
                    assert (said["status"], needed in said["error"]) == (403, True), (stream, scopes, said)


async def test_nobody_listens_to_what_is_not_theirs(alpha: LiveNode, alice: Client, bob: Client) -> None:
    made = (await alice.post("/api/v1/lists", {"title": "close"})).body
    async with listening(alpha, alice.person, {"stream": "list", "list": made["id"]}):
        pass
    async with listening(alpha, bob.person) as ear:
        await ear.ask("subscribe", "list", list=made["id"])
        assert (await ear.raw())["status"] == 404
    async with listening(alpha, None, "public") as ear:
        for stream in ("user", "user:notification", "direct"):
            await ear.ask("subscribe", stream)
            assert (await ear.raw())["status"] == 401
        await ear.ask("subscribe", "list", list=made["id"])
        assert (await ear.raw())["status"] == 401


async def test_what_is_not_understood_is_answered_and_harms_nobody(alpha: LiveNode, alice: Client) -> None:
    async with listening(alpha, alice.person, "user") as ear:
        for text in (
            "",
            "null",
            "[]",
            '{"type": "subscribe"}',
            '{"type": "go", "stream": "user"}',
            "{" * 999,
        ):
            await ear.socket.send_str(text)
            assert (await ear.raw())["status"] == 422, text
        await ear.socket.send_bytes(b"\x00")
        assert (await ear.raw())["status"] == 422
        for stream in ("nothing", "hashtag", "list"):
            await ear.ask("subscribe", stream)
            assert (await ear.raw())["status"] == 422, stream
        written = await alice.write("Still there")
        assert (await ear.next()).payload["id"] == written["id"]
        for number in range(MAX_CHANNELS):
            await ear.ask("subscribe", "hashtag", tag=f"tag{number}")
        assert (await ear.raw())["status"] == 422, "DOS-17: one channel too many"
        await ear.socket.send_str("x" * (MAX_MESSAGE + 1))
        assert await ear.closed() == 1009


async def test_there_are_so_many_connections_and_a_place_becomes_free_again(database_url: str) -> None:
    settings = {
        "FEDIVERSE_NODE_STREAMING__PER_PERSON": "2",
        "FEDIVERSE_NODE_STREAMING__PER_ADDRESS": "1",
        "FEDIVERSE_NODE_STREAMING__CONNECTIONS": "4",
    }
    async with running_node(database_url, settings=settings) as node:
        alice, bob = await node.add_person("alice"), await node.add_person("bob")
        async with listening(node, None), listening(node, alice):
            assert await refused(node) == 503
            async with listening(node, alice):
                assert await refused(node, headers=alice.bearer) == 503
                async with listening(node, bob):
                    assert await refused(node, headers=bob.bearer) == 503
            async with asyncio.timeout(60):
                while True:
                    try:
                        socket = await node.http.ws_connect(STREAMING, headers=alice.bearer)
                    except aiohttp.WSServerHandshakeError:
                        continue
                    break
            await socket.close()


async def test_messages_are_counted_like_requests(database_url: str) -> None:
    async with running_node(database_url, settings={"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}) as node:
        alice = await node.add_person("alice")
        async with listening(node, alice) as ear:
            for _ in range(300):
                await ear.socket.send_str("?")
            assert await ear.closed() == 1008


@pytest.fixture
async def quick(monkeypatch: pytest.MonkeyPatch, database_url: str) -> AsyncIterator[LiveNode]:
    """A node that looks after those who listen without a pause worth waiting for."""
    monkeypatch.setattr(hub, "CHECK_SECONDS", 0.05)
    async with running_node(database_url) as node:
        yield node


async def test_whoever_may_not_listen_any_more_has_to_go(quick: LiveNode) -> None:
    # OAU-14
    db = quick.node.db
    people = {
        name: await quick.add_person(name)
        for name in ("token", "everywhere", "disabled", "suspended", "stays")
    }
    held = await db.read(lambda tx: tokens.find(tx, people["token"].token))
    assert held is not None
    async with AsyncExitStack() as stack:
        ears = {
            name: await stack.enter_async_context(listening(quick, person, "user"))
            for name, person in people.items()
        }
        other = await stack.enter_async_context(
            listening(quick, await issue(quick, people["token"], "read"), "user")
        )
        stranger = await stack.enter_async_context(listening(quick, None, "public"))
        await db.write(lambda tx: tokens.revoke(tx, held.id))
        await db.write(lambda tx: tokens.revoke_all(tx, people["everywhere"].account.id))
        await db.write(lambda tx: standing.disable(tx, people["disabled"].account.id))
        await quick.suspend(people["suspended"].actor)
        for name in ("token", "everywhere", "disabled", "suspended"):
            assert await ears[name].closed() == 1008, name
        for ear in (ears["stays"], other, stranger):
            await ear.known()


async def test_the_end_of_the_server_is_said(database_url: str) -> None:
    async with AsyncExitStack() as after:
        async with running_node(database_url) as node:
            session = await after.enter_async_context(aiohttp.ClientSession())
            socket = await after.enter_async_context(session.ws_connect(f"{node.base_url}{STREAMING}"))
            ear = Ear(socket=socket)
            await ear.known()
            assert node.node.db.ears.here
            ending = asyncio.ensure_future(ear.closed())
            await asyncio.sleep(0)
        assert await ending == 1001
