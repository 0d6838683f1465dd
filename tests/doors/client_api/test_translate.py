"""Translations by the operator's model: of what everybody may see, counted, and kept nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

# Loads the SDK, which may take longer than the seconds that a provider has in these tests.
from fediverse_node.assist import openai_provider as openai_provider  # noqa: PLC0414 for its effect
from fediverse_node.suggestions.tables import suggestions
from tests.doors.client_api.conftest import Client
from tests.fakes.model_provider import KEY, ModelServer
from tests.fixtures.nodes import LiveNode, running_node


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
        "FEDIVERSE_NODE_ASSIST__PER_HOUR": "2",
    }
    async with running_node(database_url, settings=settings) as node:
        yield node


async def test_a_post_is_translated_labelled_and_counted_and_nothing_is_kept(
    alpha: LiveNode, alice: Client, bob: Client, anybody: Client, model: ModelServer
) -> None:
    post = await alice.write("good morning", language="en")
    path = f"/api/v1/statuses/{post['id']}/translate"
    heard = await bob.post(path, {"lang": "de"})
    assert heard.status == 200, heard
    assert heard.body["content"].startswith("<p>")
    assert "<script" not in heard.body["content"]
    assert (heard.body["language"], heard.body["detected_source_language"]) == ("de", "en")
    assert heard.body["provider"] == "Practice: tiny-1 (AI)"
    rows = await alpha.node.db.read(lambda tx: tx.all(sa.select(suggestions.c.output, suggestions.c.state)))
    assert [tuple(row) for row in rows] == [("", "failed")]
    assert (await alice.ok(f"/api/v1/statuses/{post['id']}"))["content"] == post["content"]
    assert (await anybody.post(path)).status == 401
    # PER_HOUR
    assert (await bob.post(path)).status == 200
    assert (await bob.post(path)).status in {429, 503}
    assert (await anybody.ok("/api/v2/instance"))["configuration"]["translation"] == {"enabled": True}
    pairs = await anybody.ok("/api/v1/instance/translation_languages")
    assert "de" in pairs["en"]
    assert "en" not in pairs["en"]


async def test_what_is_not_for_everybody_goes_to_no_model(  # PRI-13
    alice: Client, bob: Client, model: ModelServer
) -> None:
    assert alice.person is not None
    await bob.follow(alice.person)
    hidden = await alice.write("for myself", visibility="direct")
    friends = await alice.write("for friends", visibility="private")
    assert (await bob.post(f"/api/v1/statuses/{hidden['id']}/translate")).status == 404
    assert (await bob.post(f"/api/v1/statuses/{friends['id']}/translate")).status == 403
    assert model.requests == []
    open_ = await alice.write("for everybody")
    assert (await bob.post(f"/api/v1/statuses/{open_['id']}/translate", {"lang": "<b>"})).status == 422
    assert (await bob.post(f"/api/v1/statuses/{open_['id']}/translate")).status == 200


async def test_without_a_model_nothing_is_offered(database_url: str) -> None:
    async with running_node(database_url) as node:
        alice = Client(node=node, person=await node.add_person("alice"))
        post = await alice.write("good morning")
        assert (await alice.post(f"/api/v1/statuses/{post['id']}/translate")).status == 403
        assert (await alice.ok("/api/v2/instance"))["configuration"]["translation"] == {"enabled": False}
        assert await alice.ok("/api/v1/instance/translation_languages") == {}
