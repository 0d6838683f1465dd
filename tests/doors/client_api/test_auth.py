"""Every route against every kind of token. Read from the table: a new route is in here at once.

OAU-12.
"""

from __future__ import annotations

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.oauth import tokens
from fediverse_node.oauth.tables import access_tokens
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.routes import TABLE, Route
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode, running_node

EVERYTHING = ("read", "write", "follow", "push", "profile")


def asked(route: Route) -> str:
    """The route's path, filled in."""
    path = route.path
    for name, value in {"{id}": "1", "{quote}": "1", "{emoji}": "%F0%9F%8C%8A", "{tag}": "cats"}.items():
        path = path.replace(name, value)
    return path


async def status_of(client: Client, route: Route) -> int:
    # An id that nobody has: whoever is let in hears 404 or 422, and nothing changes.
    heard = await client.call(route.method, asked(route))
    if heard.status >= 400:
        assert set(heard.body) == {"error"}, heard
    return heard.status


def fine(route: Route) -> str:
    return route.need.scope or "push"


def others(route: Route) -> str:
    """Everything but what the route needs."""
    top, _, fine_scope = route.need.scope.partition(":")
    kept = {"read", "write", "push"} - {top}
    siblings = [f"{top}:{name}" for name in ("lists", "reports") if name != fine_scope]
    return " ".join(sorted(kept) + siblings)


async def allow(node: LiveNode, scopes: str) -> None:
    """Let the only token of *node* do this, and nothing else."""
    await node.node.db.write(lambda tx: tx.execute(access_tokens.update().values(scopes=scopes)))


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


async def test_without_a_token_only_open_routes_answer(anybody: Client) -> None:
    heard = {name(route): await status_of(anybody, route) for route in TABLE}
    assert 403 not in heard.values()
    assert {route for route, status in heard.items() if status == 401} == {
        name(route) for route in TABLE if route.need.person
    }


async def test_the_finest_scope_is_enough(alpha: LiveNode) -> None:
    refused = []
    client = Client(node=alpha, person=await alpha.add_person("eve"))
    for scope in sorted({fine(route) for route in TABLE}):
        await allow(alpha, scope)
        routes = [route for route in TABLE if fine(route) == scope]
        refused += [name(route) for route in routes if await status_of(client, route) in {401, 403}]
    assert refused == []


async def test_other_scopes_are_not(alpha: LiveNode) -> None:
    let_in = []
    needy = [route for route in TABLE if route.need.scope]
    client = Client(node=alpha, person=await alpha.add_person("eve"))
    for scopes in sorted(set(map(others, needy))):
        await allow(alpha, scopes)
        routes = [route for route in needy if others(route) == scopes]
        let_in += [name(route) for route in routes if await status_of(client, route) != 403]
    assert let_in == []


async def test_a_token_that_is_no_good_is_refused_everywhere(alpha: LiveNode) -> None:
    wrong = []
    for route in TABLE:
        async with alpha.http.request(
            route.method, asked(route), headers={"Authorization": "Bearer wrong"}
        ) as answer:
            if answer.status != 401 or answer.headers.get("WWW-Authenticate") != "Bearer":
                wrong.append(name(route))
    assert wrong == []


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
