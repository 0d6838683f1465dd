from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx2
import openai
import pytest

from fediverse_node.outbound.client import Outbound
from fediverse_node.outbound.errors import Refused, Unreachable
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.outbound.httpx_transport import httpx_client
from tests.fakes.hostile_server import HostileServer, Seen, answer, endless, gzip_bomb, replies, stalls
from tests.unit.outbound.exchanges import HTTP, LAB

STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(text: str) -> bytes:
    return b"%x\r\n%s\r\n" % (len(text.encode()), text.encode())


def outbound_for(policy: AddressPolicy = LAB) -> Outbound:
    return Outbound(policy, user_agent="fediverse-node/0", lookup=lambda host: ["127.0.0.1"])


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with outbound_for() as opened:
        yield opened


def through(
    outbound: Outbound, base_url: str, *, total: float = 5.0, limit: int = 1 << 20
) -> httpx2.AsyncClient:
    return httpx_client(outbound, base_url=base_url, total=total, limit=limit)


async def test_a_request_and_its_answer_pass_whole(outbound: Outbound) -> None:
    content = answer("201 Created", b'{"a": 1}', {"Content-Type": "application/json", "X-Request-Id": "7"})
    async with HostileServer(replies(content)) as server, through(outbound, server.url("/v1")) as client:
        response = await client.post(
            server.url("/v1/x?q=%2F"), json={"b": 2}, headers={"Authorization": "Bearer k"}
        )
    assert (response.status_code, response.json()) == (201, {"a": 1})
    assert response.headers["x-request-id"] == "7"
    [seen] = server.requests
    assert seen.line == "POST /v1/x?q=%2F HTTP/1.1"
    assert seen.body == b'{"b":2}'
    assert seen.values("Authorization") == ["Bearer k"]
    assert seen.values("Host") == [f"127.0.0.1:{server.port}"]
    assert seen.values("Content-Length") == ["7"]
    assert seen.values("Accept-Encoding") == ["identity"]


async def test_an_answer_streams_while_the_provider_is_still_writing(outbound: Outbound) -> None:
    first_read = asyncio.Event()

    async def behave(seen: Seen, writer: asyncio.StreamWriter) -> bool:
        writer.write(STREAM + chunk("data: one\n\n"))
        await first_read.wait()
        writer.write(chunk("data: two\n\n") + b"0\r\n\r\n")
        return True

    parts = []
    async with (
        HostileServer(behave) as server,
        through(outbound, server.url()) as client,
        client.stream("GET", server.url("/events")) as response,
    ):
        async for part in response.aiter_bytes():
            parts.append(part)
            first_read.set()
    assert parts == [b"data: one\n\n", b"data: two\n\n"]


async def test_the_openai_sdk_streams_through_the_guard(outbound: Outbound) -> None:
    event = (
        'data: {{"id":"c","object":"chat.completion.chunk","created":1,"model":"m",'
        '"choices":[{{"index":0,"delta":{{"content":"{}"}},"finish_reason":null}}]}}\n\n'
    )
    first_read = asyncio.Event()

    async def behave(seen: Seen, writer: asyncio.StreamWriter) -> bool:
        writer.write(STREAM + chunk(event.format("Good ")))
        await first_read.wait()
        writer.write(chunk(event.format("morning") + "data: [DONE]\n\n") + b"0\r\n\r\n")
        return True

    async with HostileServer(behave) as server:
        sdk = openai.AsyncOpenAI(
            api_key="k",
            base_url=server.url("/v1"),
            max_retries=0,
            http_client=through(outbound, server.url("/v1")),
        )
        async with sdk:
            words = []
            stream = await sdk.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "hello"}], stream=True
            )
            async for part in stream:
                words.append(part.choices[0].delta.content)
                first_read.set()
    assert words == ["Good ", "morning"]
    assert server.requests[0].values("Authorization") == ["Bearer k"]


async def test_a_private_base_url_is_refused_unless_the_operator_wrote_it() -> None:
    async with HostileServer(replies(answer(body=b"{}"))) as server:
        base = server.url("/v1", host="provider.example")
        async with outbound_for(HTTP) as outbound, through(outbound, base) as client:
            with pytest.raises(httpx2.UnsupportedProtocol) as caught:
                await client.get(base)
        assert isinstance(caught.value.__cause__, Refused)
        assert server.connections == 0
        written = AddressPolicy().trusting(server.url("/v1"))
        async with outbound_for(written) as outbound, through(outbound, server.url()) as client:
            assert (await client.get(server.url("/v1"))).status_code == 200


async def test_the_sdk_tells_a_refusal_as_a_connection_error_with_its_cause() -> None:
    async with HostileServer(replies(answer(body=b"{}"))) as server, outbound_for(HTTP) as outbound:
        base = server.url("/v1", host="provider.example")
        async with openai.AsyncOpenAI(
            api_key="k", base_url=base, max_retries=0, http_client=through(outbound, base)
        ) as sdk:
            with pytest.raises(openai.APIConnectionError) as caught:
                await sdk.models.list()
    assert isinstance(caught.value.__cause__, httpx2.UnsupportedProtocol)
    assert server.connections == 0


async def test_a_key_goes_to_its_own_origin_only(outbound: Outbound) -> None:
    async with HostileServer(replies(answer(body=b"{}"))) as other:
        moved = answer("307 Moved", headers={"Location": other.url("/")})
        async with HostileServer(replies(moved)) as server, through(outbound, server.url()) as client:
            key = {"Authorization": "Bearer k"}
            assert (await client.get(server.url(), headers=key)).status_code == 307
            with pytest.raises(httpx2.UnsupportedProtocol):
                await client.get(server.url(), headers=key, follow_redirects=True)
            with pytest.raises(httpx2.UnsupportedProtocol):
                await client.get(other.url(), headers=key)
    assert (len(server.requests), other.connections) == (2, 0)


@pytest.mark.parametrize("opening", [b"", STREAM + chunk("data: one\n\n")], ids=["no head", "half a body"])
@pytest.mark.parametrize("bound", ["total", "read"])
async def test_a_provider_that_falls_silent_is_a_timeout(
    outbound: Outbound, opening: bytes, bound: str
) -> None:
    total, read = (0.1, 5.0) if bound == "total" else (5.0, 0.1)
    async with (
        HostileServer(stalls(opening)) as server,
        through(outbound, server.url(), total=total) as client,
    ):
        with pytest.raises(httpx2.TimeoutException):
            await client.get(server.url(), timeout=httpx2.Timeout(5.0, read=read))


async def test_a_provider_that_is_down_or_breaks_off_is_a_network_error(outbound: Outbound) -> None:
    async with HostileServer(replies(STREAM + chunk("data"), keep=False)) as server:
        url = server.url()
        async with through(outbound, url) as client:
            with pytest.raises(httpx2.ReadError):
                await client.get(url)
    async with through(outbound, url) as client:
        with pytest.raises(httpx2.ConnectError) as caught:
            await client.get(url)
    assert isinstance(caught.value.__cause__, Unreachable)


async def test_an_answer_is_bounded_after_decoding(outbound: Outbound) -> None:
    async with HostileServer(replies(gzip_bomb(1000))) as server, through(outbound, server.url()) as client:
        assert (await client.get(server.url())).content == bytes(1000)
    for behave in (replies(gzip_bomb(64 << 20)), endless(STREAM, chunk("y" * 60000))):
        async with HostileServer(behave) as server, through(outbound, server.url()) as client:
            with pytest.raises(httpx2.ReadError, match="over"):
                await client.get(server.url())


async def test_closing_the_adapter_leaves_the_client_open(outbound: Outbound) -> None:
    async with HostileServer(replies(answer(body=b"{}"))) as server:
        for _ in range(2):
            async with through(outbound, server.url()) as client:
                assert (await client.get(server.url())).status_code == 200
    assert server.connections == 1
