"""Tokens that are used stay, and it is noted once a day that they are."""

from __future__ import annotations

from datetime import datetime

from fediverse_node.oauth import tokens
from fediverse_node.storage.tx import Tx
from tests.doors.oauth.conftest import Stage, ask


async def last_use(stage: Stage) -> datetime | None:
    def unit(tx: Tx) -> datetime | None:
        found = tokens.find(tx, stage.alice.token)
        assert found is not None
        return found.last_used_at

    return await stage.node.node.db.read(unit)


async def test_each_way_of_using_a_token_is_noted_once_a_day(stage: Stage) -> None:
    outbox = f"/users/{stage.alice.actor.username}/outbox"
    ways = [
        ("GET", "/api/v1/accounts/verify_credentials"),
        ("POST", "/api/v1/statuses"),
        ("GET", outbox),
    ]
    for method, path in ways:
        stage.clock.turn(hours=23)
        before = await last_use(stage)
        await ask(stage.node, method, path, headers=stage.alice.bearer)
        assert await last_use(stage) == before
        stage.clock.turn(hours=2)
        heard = await ask(stage.node, method, path, headers=stage.alice.bearer)
        assert heard.status in {200, 422}, heard
        used = await last_use(stage)
        assert used is not None
        assert used != before
        assert (stage.clock() - used).total_seconds() < 3600


async def test_scopes_may_be_joined_by_a_plus(stage: Stage) -> None:
    heard = await ask(
        stage.node,
        "POST",
        "/api/v1/apps",
        json={"client_name": "Fern", "redirect_uris": "fern:/back", "scopes": "read+write follow"},
    )
    assert (heard.status, heard.body["scopes"]) == (200, ["read", "write", "follow"])
