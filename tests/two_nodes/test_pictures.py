"""A picture goes with its post to the other node, whose readers get it from there."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.fixtures.databases import NewDatabase
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.pictures import opened, sent
from tests.fixtures.waiting import wait_until


@pytest.fixture
async def nodes(new_database: NewDatabase, tmp_path: Path) -> AsyncIterator[tuple[LiveNode, LiveNode]]:
    def settings(name: str) -> dict[str, str]:
        return {
            "FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / name / "uploads"),
            "FEDIVERSE_NODE_MEDIA__FOLDER": str(tmp_path / name / "media"),
            "FEDIVERSE_NODE_DATABASE__LEAST_FREE_MIB": "0",
        }

    async with (
        running_node(new_database(), name="alpha", workers=True, settings=settings("alpha")) as alpha,
        running_node(new_database(), name="beta", workers=True, settings=settings("beta")) as beta,
    ):
        yield alpha, beta


async def call(node: LiveNode, who: Person, method: str, path: str, **options: Any) -> Any:
    async with node.http.request(method, path, headers=who.bearer, **options) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def test_a_picture_arrives_with_its_words_and_is_fetched_by_the_other_node(
    nodes: tuple[LiveNode, LiveNode],
) -> None:
    alpha, beta = nodes
    alice, bob = await alpha.add_person("alice"), await beta.add_person("bob")
    found = await call(beta, bob, "GET", f"/api/v2/search?q={alice.actor.uri}&resolve=true")
    await call(beta, bob, "POST", f"/api/v1/accounts/{found['accounts'][0]['id']}/follow")

    async def followed() -> bool:
        body = await call(alpha, alice, "GET", "/api/v1/accounts/verify_credentials")
        return bool(body["followers_count"])

    await wait_until("bob to follow alice", followed)
    form = aiohttp.FormData({"description": "A heron"})
    form.add_field("file", io.BytesIO(sent()), filename="a.png")
    made = await call(alpha, alice, "POST", "/api/v2/media", data=form)
    body = {"status": "Look", "media_ids": [made["id"]], "visibility": "private"}
    await call(alpha, alice, "POST", "/api/v1/statuses", json=body)
    home: list[Any] = []

    async def arrived() -> bool:
        home[:] = await call(beta, bob, "GET", "/api/v1/timelines/home")
        return bool(home)

    await wait_until("the post to arrive", arrived)
    [shown] = home[0]["media_attachments"]
    assert (shown["type"], shown["description"], shown["blurhash"]) == ("image", "A heron", made["blurhash"])
    assert shown["remote_url"] == made["url"]
    assert shown["url"].startswith(beta.base_url)
    async with beta.http.get(shown["url"]) as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"].startswith("private")
        assert opened(await answer.read()).size == (60, 30)
