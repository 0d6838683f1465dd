from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.federation.discovery.software import SCHEMA, software_of
from fediverse_node.outbound.client import Outbound
from tests.fakes.remote_server import Answer, RemoteServer
from tests.fixtures.outbox import loopback_outbound


async def ask(there: RemoteServer, index: Any, document: Any = None) -> str | None:
    there.answers["/.well-known/nodeinfo"] = Answer(document=index)
    there.answers["/n"] = Answer(document=document)
    outbound: Outbound
    async with loopback_outbound() as outbound:
        return await software_of(outbound, there.domain, scheme="http")


@pytest.mark.parametrize(
    ("software", "said"),
    [
        ({"name": "mastodon", "version": "4.6"}, "mastodon 4.6"),
        ({"name": "snac"}, "snac"),
        ({"name": "x" * 200}, "x" * 80),
        ({"name": "a\x1b[31m"}, None),
        ({"name": 5}, None),
        ("mastodon", None),
        (None, None),
    ],
)
async def test_a_server_says_what_it_runs_in_words_that_can_be_shown(software: Any, said: str | None) -> None:
    async with RemoteServer() as there:
        index = {"links": [{"rel": f"{SCHEMA}2.1", "href": f"{there.origin}/n"}]}
        assert await ask(there, index, {"software": software}) == said


@pytest.mark.parametrize(
    "links", [None, [], ["x"], [{"rel": f"{SCHEMA}1.0", "href": "ORIGIN/n"}], [{"rel": f"{SCHEMA}2.0"}]]
)
async def test_without_a_document_of_ours_to_read_nothing_is_known(links: Any) -> None:
    async with RemoteServer() as there:
        named = [
            {**link, "href": link["href"].replace("ORIGIN", there.origin)}
            if isinstance(link, dict) and "href" in link
            else link
            for link in links or []
        ]
        index = {"links": named} if links is not None else {}
        assert await ask(there, index, {"software": {"name": "mastodon"}}) is None


async def test_nobody_sends_us_on_to_a_third_server() -> None:
    async with RemoteServer() as there, RemoteServer() as third:
        third.answers["/n"] = Answer(document={"software": {"name": "mastodon"}})
        index = {"links": [{"rel": f"{SCHEMA}2.0", "href": f"{third.origin}/n"}]}
        assert await ask(there, index) is None


async def test_a_server_that_does_not_answer_says_nothing() -> None:
    async with loopback_outbound() as outbound:
        assert await software_of(outbound, "127.0.0.1:9", scheme="http") is None
