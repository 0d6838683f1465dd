"""Tokens at the door of the API. Every route against everybody: `test_route_matrix`."""

from __future__ import annotations

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.oauth import tokens
from fediverse_node.storage.tx import Tx
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode, running_node


async def test_a_revoked_token_is_refused_at_once(alice: Client) -> None:
    assert alice.person is not None
    token, db = alice.person.token, alice.node.node.db
    await alice.ok("/api/v1/accounts/verify_credentials")

    def revoke(tx: Tx) -> None:
        found = tokens.find(tx, token)
        assert found is not None
        tokens.revoke(tx, found.id)

    await db.write(revoke)
    assert (await alice.get("/api/v1/accounts/verify_credentials")).status == 401


async def test_a_suspended_person_cannot_act_or_read(alice: Client) -> None:
    assert alice.person is not None
    actor_id, db = alice.person.actor.id, alice.node.node.db
    await db.write(lambda tx: actors.change(tx, actor_id, {"suspended_at": tx.now}))
    assert (await alice.post("/api/v1/statuses", {"status": "hello"})).status == 403
    assert (await alice.get("/api/v1/timelines/home")).status == 403


async def test_the_old_scope_follow_means_follows(alpha: LiveNode, alice: Client) -> None:
    assert alice.person is not None
    eve = Client(node=alpha, person=await alpha.add_person("eve", scopes="follow"))
    assert (await eve.follow(alice.person))["following"]
    assert (await eve.get("/api/v1/timelines/home")).status == 403


@pytest.mark.parametrize("header", ["Basic YTpi", "Token abc", ""])
async def test_other_kinds_of_authorization_are_nobodys(alpha: LiveNode, header: str) -> None:
    async with alpha.http.get("/api/v1/timelines/public", headers={"Authorization": header}) as answer:
        assert answer.status == 200
    async with alpha.http.get("/api/v1/timelines/home", headers={"Authorization": header}) as answer:
        assert answer.status == 401


async def test_a_token_in_the_query_is_not_read(alpha: LiveNode, alice: Client) -> None:
    assert alice.person is not None
    async with alpha.http.get(f"/api/v1/timelines/home?access_token={alice.person.token}") as answer:
        assert answer.status == 401


async def test_requests_of_one_token_are_counted(database_url: str) -> None:
    settings = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": "true"}
    async with running_node(database_url, settings=settings) as node:
        eve = Client(node=node, person=await node.add_person("eve"))
        heard = [await eve.get("/api/v1/preferences") for _ in range(301)]
        assert {each.status for each in heard[:300]} == {200}
        assert heard[300].status == 429
        assert int(heard[300].headers["Retry-After"]) >= 1
        assert heard[300].headers["Access-Control-Allow-Origin"] == "*"
