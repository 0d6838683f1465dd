from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

# Loads the SDK, which may take longer than the second that a slow provider has in these tests.
from fediverse_node.assist import openai_provider as openai_provider  # noqa: PLC0414 for its effect
from fediverse_node.suggestions import queries as suggestions
from tests.fakes.model_provider import FAULTS_AT_ONCE, FAULTS_LATER, KEY, ModelServer
from tests.fixtures.nodes import LiveNode, Person, running_node

URL = "/api/fediverse_node/v1/assist"
ASK = {"action": "rewrite", "text": "teh cat sat"}
#: These hold the answer until time runs out (a second, here).
SLOW = {"silent", "stalls-later"}


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def alpha(database_url: str, model: ModelServer) -> AsyncIterator[LiveNode]:
    settings = {
        "FEDIVERSE_NODE_ASSIST__BASE_URL": model.base_url,
        "FEDIVERSE_NODE_ASSIST__MODEL": "tiny-1",
        "FEDIVERSE_NODE_ASSIST__API_KEY": KEY,
        "FEDIVERSE_NODE_ASSIST__PROVIDER": "Practice",
        "FEDIVERSE_NODE_ASSIST__TIMEOUT_SECONDS": "1",
        "FEDIVERSE_NODE_ASSIST__PER_HOUR": "3",
    }
    async with running_node(database_url, settings=settings) as node:
        yield node


@pytest.fixture
async def alice(alpha: LiveNode) -> Person:
    return await alpha.add_person("alice")


async def ask(node: LiveNode, person: Person | None, body: Any = ASK) -> tuple[int, str, dict[str, str]]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = person.bearer if person else {}
    async with node.http.post(URL, data=data, headers=headers) as answer:
        return answer.status, await answer.text(), dict(answer.headers)


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    """A reader of server-sent events, as the HTML standard describes it."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((fields["event"], json.loads(fields["data"])))
    return found


async def test_a_suggestion_comes_in_pieces_and_then_as_a_whole(
    alpha: LiveNode, alice: Person, model: ModelServer
) -> None:
    model.text = "The cat sat. @eve"
    status, text, headers = await ask(alpha, alice)
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (
        200,
        "text/event-stream",
        "no-store",
    )
    *pieces, (last, done) = events(text)
    assert [name for name, _ in pieces] == ["text"] * 4
    assert "".join(data["text"] for _, data in pieces) == "The cat sat. @eve"
    handle = done.pop("handle")
    assert (last, done) == (
        "done",
        {
            "text": "The cat sat. eve",
            "provider": "Practice",
            "model": "tiny-1",
            "action": "rewrite",
            "notices": ["@eve was not in your text, so it is not linked."],
        },
    )
    kept = await alpha.node.db.read(lambda tx: suggestions.by_handle(tx, handle, alice.account.id))
    assert kept is not None
    assert kept.output == "The cat sat. eve"


async def test_it_publishes_nothing(alpha: LiveNode, alice: Person) -> None:
    assert (await ask(alpha, alice))[0] == 200
    async with alpha.http.get("/api/v1/timelines/public", headers=alice.bearer) as answer:
        assert await answer.json() == []


@pytest.mark.parametrize("fault", FAULTS_AT_ONCE)
async def test_a_provider_that_fails_at_once_is_a_failed_dependency(
    alpha: LiveNode, alice: Person, model: ModelServer, fault: str
) -> None:
    model.fault = fault
    status, text, headers = await ask(alpha, alice)
    assert status == 424
    assert set(json.loads(text)) == {"error"}
    assert int(headers["Retry-After"]) >= 1
    assert KEY not in text
    model.fault = ""
    assert (await ask(alpha, alice))[0] == 200


@pytest.mark.parametrize("fault", FAULTS_LATER)
async def test_a_provider_that_fails_later_is_an_event(
    alpha: LiveNode, alice: Person, model: ModelServer, fault: str
) -> None:
    model.fault = fault
    status, text, _ = await ask(alpha, alice)
    assert status == 200
    name, data = events(text)[-1]
    assert name == "error"
    assert "Nothing was lost" in data["error"]
    assert KEY not in text


async def test_a_text_the_provider_refuses_is_the_texts_fault(
    alpha: LiveNode, alice: Person, model: ModelServer
) -> None:
    model.fault = "400"
    status, text, _ = await ask(alpha, alice)
    assert (status, "refuses this text" in text) == (422, True)


async def test_a_share_that_is_used_up_says_when_to_come_back(alpha: LiveNode, alice: Person) -> None:
    for _ in range(3):
        assert (await ask(alpha, alice))[0] == 200
    status, text, headers = await ask(alpha, alice)
    assert (status, "3 AI suggestions of this hour" in text) == (429, True)
    assert 3500 < int(headers["Retry-After"]) <= 3600


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"\xff",
        b"[]",
        b'{"action": ' + b"[" * 60_000,
        {"action": "rewrite"},
        {"action": "publish", "text": "x"},
        {"action": "rewrite", "text": ""},
        {"action": "rewrite", "text": 7},
        {"action": "translate", "text": "x"},
    ],
)
async def test_what_cannot_be_understood_is_refused(
    alpha: LiveNode, alice: Person, model: ModelServer, body: Any
) -> None:
    assert (await ask(alpha, alice, body))[0] == 422
    assert model.requests == []


async def test_too_long_a_text_is_refused(alpha: LiveNode, alice: Person, model: ModelServer) -> None:
    assert (await ask(alpha, alice, {"action": "rewrite", "text": "x" * 8001}))[0] == 413
    assert (await ask(alpha, alice, b"x" * 70_000))[0] == 413
    assert model.requests == []
    assert (await ask(alpha, alice, {"action": "rewrite", "text": "x" * 8000}))[0] == 200


async def test_only_who_may_write_may_ask(alpha: LiveNode, model: ModelServer) -> None:
    reader = await alpha.add_person("reader", scopes="read")
    assert (await ask(alpha, None))[0] == 401
    assert (await ask(alpha, reader))[0] == 403
    assert model.requests == []


async def test_off_it_says_so_and_everything_else_works(database_url: str) -> None:
    async with running_node(database_url) as node:
        alice = await node.add_person("alice")
        status, text, _ = await ask(node, alice)
        assert (status, "AI assistance is off" in text) == (403, True)
        async with node.http.get("/api/v1/accounts/verify_credentials", headers=alice.bearer) as answer:
            assert answer.status == 200
