"""A node with some people on it, and the ways a client speaks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.fixtures.nodes import LiveNode, Person, running_node


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer, read whole."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Speaks to one node for one person, or for nobody."""

    node: LiveNode
    person: Person | None = None

    async def call(self, method: str, path: str, **options: Any) -> Heard:
        """Send a request; *options* are aiohttp's, and `key` an `Idempotency-Key`."""
        headers = {**(self.person.bearer if self.person else {}), **options.pop("headers", {})}
        if key := options.pop("key", None):
            headers["Idempotency-Key"] = key
        async with self.node.http.request(
            method, path, headers=headers, allow_redirects=False, **options
        ) as answer:
            text = await answer.text()
            is_json = answer.content_type == "application/json"
            body = await answer.json() if is_json else text
            return Heard(status=answer.status, body=body, headers=dict(answer.headers))

    async def get(self, path: str, **params: Any) -> Heard:
        return await self.call("GET", path, params=params)

    async def ok(self, path: str, **params: Any) -> Any:
        """The body of a GET that must succeed."""
        heard = await self.get(path, **params)
        assert heard.status == 200, heard
        return heard.body

    async def post(self, path: str, body: Mapping[str, Any] | None = None, **options: Any) -> Heard:
        return await self.call("POST", path, json=dict(body or {}), **options)

    async def write(self, text: str, **fields: Any) -> Any:
        """Publish a post, and give its Status."""
        heard = await self.post("/api/v1/statuses", {"status": text, **fields})
        assert heard.status == 200, heard
        return heard.body

    async def do(self, path: str) -> Any:
        """The body of a POST without fields that must succeed."""
        heard = await self.post(path)
        assert heard.status == 200, heard
        return heard.body

    async def follow(self, other: Person) -> Any:
        return await self.do(f"/api/v1/accounts/{other.actor.id}/follow")

    def with_body(self, body: bytes, content_type: str) -> dict[str, Any]:
        return {"data": body, "headers": {"Content-Type": content_type}}


@pytest.fixture
async def alpha(database_url: str) -> AsyncIterator[LiveNode]:
    async with running_node(database_url) as node:
        yield node


@pytest.fixture
async def alice(alpha: LiveNode) -> Client:
    return Client(node=alpha, person=await alpha.add_person("alice", name="Alice", summary_html="<p>Hi</p>"))


@pytest.fixture
async def bob(alpha: LiveNode) -> Client:
    return Client(node=alpha, person=await alpha.add_person("bob"))


@pytest.fixture
def anybody(alpha: LiveNode) -> Client:
    return Client(node=alpha)


def form(fields: Mapping[str, str]) -> aiohttp.FormData:
    """A multipart form with these fields."""
    data = aiohttp.FormData(default_to_multipart=True)
    for name, value in fields.items():
        data.add_field(name, value)
    return data
