"""The page that shows an author where a post went, behind a link that works for a while."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from fediverse_node.web.control.routes import OPERATIONS
from tests.fixtures.letters import sent_post
from tests.fixtures.nodes import LiveNode, running_node
from tests.fixtures.outbox import TurnedClock


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    status: int
    text: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A node, and the path of a page about a post of alice's."""

    node: LiveNode
    path: str
    clock: TurnedClock

    async def call(self, method: str, path: str, **headers: str) -> Shown:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.node.http.request(
            method, path, headers={"Accept": "text/html", **named}, data=b"" if method == "POST" else None
        ) as answer:
            return Shown(status=answer.status, text=await answer.text(), headers=dict(answer.headers))

    async def again(self, **headers: str) -> Shown:
        return await self.call("POST", f"{self.path}/retry", **headers)


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    clock = TurnedClock()
    async with running_node(database_url, clock=clock) as node:
        alice = await node.add_person("alice")
        post = await sent_post(node, alice, "https://x.example/inbox", "https://y.example/inbox")
        arguments: dict[str, Any] = {"post": post.uri}
        made = await OPERATIONS["trace.link"](node.node, arguments, lambda _: None)
        yield Stage(node=node, path=made["url"].removeprefix(node.base_url), clock=clock)


async def test_the_page_shows_every_server_and_is_kept_nowhere(stage: Stage) -> None:
    shown = await stage.call("GET", stage.path)
    assert shown.status == 200
    assert "x.example" in shown.text
    assert "y.example" in shown.text
    assert 'name="robots" content="noindex"' in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["X-Robots-Tag"].startswith("noindex, nofollow")
    assert shown.headers["Referrer-Policy"] == "same-origin"
    arabic = await stage.call("GET", stage.path, Accept_Language="ar")
    assert 'dir="rtl"' in arabic.text
    assert "إلى أين وصل هذا المنشور" in arabic.text


async def test_the_link_works_for_a_quarter_of_an_hour(stage: Stage) -> None:
    stage.clock.turn(minutes=14)
    assert (await stage.call("GET", stage.path)).status == 200
    stage.clock.turn(minutes=2)
    assert (await stage.call("GET", stage.path)).status == 404
    assert (await stage.again(Sec_Fetch_Site="same-origin")).status == 404


async def test_another_token_opens_nothing(stage: Stage) -> None:
    other = f"{stage.path[:-1]}{'A' if stage.path[-1] != 'A' else 'B'}"
    assert (await stage.call("GET", other)).status == 404
    assert (await stage.call("POST", f"{other}/retry", Sec_Fetch_Site="same-origin")).status == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "same-origin"}, 200),
        ({"Origin": "OURS"}, 200),
        ({"Origin": "OURS", "Sec_Fetch_Site": "same-origin"}, 200),
        ({}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "OURS", "Sec_Fetch_Site": "cross-site"}, 403),
    ],
)
async def test_only_a_form_of_the_page_itself_tries_again(
    stage: Stage, headers: dict[str, str], status: int
) -> None:
    stage.clock.turn(minutes=2)
    sent = {name: stage.node.base_url if value == "OURS" else value for name, value in headers.items()}
    assert (await stage.again(**sent)).status == status


async def test_the_address_stands_in_no_log(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert (await stage.call("GET", stage.path)).status == 200
        assert (await stage.again(Sec_Fetch_Site="same-origin")).status == 200
    token = stage.path.rpartition("/")[2]
    assert [record for record in caplog.records if record.getMessage() == "web.request"]
    assert not [record for record in caplog.records if token in str(vars(record))]
