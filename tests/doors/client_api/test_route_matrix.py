"""Every route against everybody who may come: OAU-12, generated from the table of routes.

A route that is not in the table has to be named here, or a test fails. Whose things are whose, PRI-12: one
person asks, with the right scope, for another's by their ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from aiohttp import web

from fediverse_node.accounts.tables import accounts
from fediverse_node.oauth import apps, tokens
from fediverse_node.oauth.redirects import OUT_OF_BAND
from fediverse_node.storage.tx import Tx
from fediverse_node.web.client_api.auth import Need
from fediverse_node.web.client_api.routes import ROUTES, TABLE
from fediverse_node.web.client_api.table import Route
from fediverse_node.web.oauth.routes import ROUTES as OAUTH_ROUTES
from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode, Person

#: Routes that do not stand in the table, with what they ask: they read their caller themselves, or nobody's.
_OPEN = Need(person=False)
BESIDES = {
    "GET /api/v1/instance": _OPEN,
    "GET /api/v2/instance": _OPEN,
    "GET /api/v1/instance/": _OPEN,
    "GET /api/v2/instance/": _OPEN,
    "GET /health": _OPEN,
    "POST /api/v1/apps": _OPEN,
    "GET /api/v1/apps/verify_credentials": Need(),
    "GET /.well-known/oauth-authorization-server": _OPEN,
    "GET /oauth/userinfo": Need(scope="profile"),
    "POST /oauth/userinfo": Need(scope="profile"),
    "POST /api/v1/media": Need(scope="write:media"),
    "POST /api/v2/media": Need(scope="write:media"),
    "POST /api/v1/reports/": Need(scope="write:reports"),
    "POST /api/fediverse_node/v1/assist": Need(scope="write:statuses"),
    "GET /api/fediverse_node/v1/pictures/{name}": _OPEN,
    # Who asks there proves that they are an app, and not a person.
    "POST /oauth/token": _OPEN,
    "POST /oauth/revoke": _OPEN,
}
#: Channels have a matrix of their own (OAU-13).
STREAMS = "GET /api/v1/streaming"
#: Stands in everything of alice's that nobody else may read.
CANARY = "canary-6f2c"
#: For names in paths that are no ids.
_FILLED = {"{emoji}": "%F0%9F%8C%8A", "{tag}": "cats"}
_NAMES = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One route, and what it asks."""

    method: str
    path: str
    need: Need

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def ways() -> list[Way]:
    found = [Way(method=each.method, path=each.path, need=each.need) for each in TABLE]
    for name, need in BESIDES.items():
        method, _, path = name.partition(" ")
        found.append(Way(method=method, path=path, need=need))
    return found


def scope_of(need: Need) -> str:
    return need.scope or "push"


def others(need: Need) -> str:
    """Everything but what is needed; with siblings of it."""
    top, _, fine = need.scope.partition(":")
    kept = {"read", "write", "push"} - {top}
    siblings = [f"{top}:{name}" for name in ("lists", "reports") if name != fine] if top != "admin" else []
    return " ".join(sorted([*kept, *siblings]))


def filled(path: str, id_: int = 1) -> str:
    return _NAMES.sub(lambda name: _FILLED.get(name[0], str(id_)), path)


async def ask(node: LiveNode, way: Way, token: str | None, *, id_: int = 1) -> tuple[int, str]:
    """The status, and the words of a refusal or else the whole answer."""
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    async with node.http.request(
        way.method, filled(way.path, id_), headers=headers, allow_redirects=False
    ) as answer:
        assert answer.status < 500, way.name
        return answer.status, await answer.text()


async def statuses(node: LiveNode, some: Iterable[Way], token: str | None) -> dict[str, int]:
    return {way.name: (await ask(node, way, token))[0] for way in some}


async def token_for(node: LiveNode, person: Person, scopes: str) -> str:
    account_id = person.account.id

    def unit(tx: Tx) -> str:
        return tokens.issue(tx, account_id, scopes=scopes, app_name="matrix")

    return await node.node.db.write(unit)


def defined(routes: Iterable[web.AbstractRouteDef]) -> set[str]:
    said = [each for each in routes if isinstance(each, web.RouteDef) and each.method != "OPTIONS"]
    return {f"{each.method} {each.path}" for each in said}


def test_no_route_is_without_an_entry() -> None:
    found = {name for name in defined([*ROUTES, *OAUTH_ROUTES]) if not name.startswith(STREAMS)}
    assert sorted(found - {way.name for way in ways()}) == [], "say in the table, or here, what it asks"
    assert sorted(BESIDES.keys() - found) == []


async def test_nobody_is_let_in_where_somebody_is_needed(alpha: LiveNode) -> None:
    heard = await statuses(alpha, ways(), None)
    closed = {way.name for way in ways() if way.need.person or way.need.app}
    assert {name for name, status in heard.items() if status == 401} - {"POST /oauth/token"} == closed
    assert 403 not in heard.values()


async def test_a_token_that_is_no_good_is_refused_everywhere(alpha: LiveNode) -> None:
    heard = await statuses(alpha, [way for way in ways() if way.name not in BESIDES], "no good")
    assert {name: status for name, status in heard.items() if status != 401} == {}


async def test_other_scopes_are_not_enough(alpha: LiveNode) -> None:
    eve = await alpha.add_person("eve")
    let_in: list[str] = []
    needy = [way for way in ways() if way.need.scope and not way.need.app]
    for scopes in sorted({others(way.need) for way in needy}):
        heard = await statuses(
            alpha, [way for way in needy if others(way.need) == scopes], await token_for(alpha, eve, scopes)
        )
        let_in += [name for name, status in heard.items() if status != 403]
    assert let_in == []


async def test_an_app_that_stands_for_nobody_is_nobody(alpha: LiveNode) -> None:
    # OAU-11
    def unit(tx: Tx) -> str:
        app, _ = apps.register(
            tx,
            name="Fern",
            redirect_uris=[OUT_OF_BAND],
            scopes=["read", "write", "follow", "push", "profile"],
        )
        return tokens.issue_to_app(tx, app, app.scopes).access_token

    token = await alpha.node.db.write(unit)
    own = {"GET /api/v1/apps/verify_credentials"}
    some = [way for way in ways() if way.need.person and not way.need.app and way.name not in own]
    heard = await statuses(alpha, some, token)
    assert {name: status for name, status in heard.items() if status != 403} == {}


@pytest.mark.parametrize("why", ["suspended", "disabled", "pending", "unconfirmed"])
async def test_who_may_not_act_may_do_nothing(alpha: LiveNode, why: str) -> None:
    eve = await alpha.add_person("eve", scopes="read write follow push profile")
    if why == "suspended":
        await alpha.suspend(eve.actor)
    else:
        where = accounts.c.id == eve.account.id

        def unit(tx: Tx) -> None:
            value = {"disabled_at": tx.now} if why == "disabled" else {why: True}
            tx.execute(accounts.update().where(where).values(**value))

        await alpha.node.db.write(unit)
    waits = why in {"pending", "unconfirmed"}
    some = [
        way
        for way in ways()
        if (way.need.person or way.name not in BESIDES)
        and not way.need.app
        and not (waits and way.need.waiting)
        and not way.need.scope.startswith("admin")
    ]
    heard = await statuses(alpha, some, eve.token)
    assert {name: status for name, status in heard.items() if status != 403} == {}


async def test_only_who_looks_after_the_server_may(alpha: LiveNode) -> None:
    closed = [way for way in ways() if way.need.role]
    eve, mod = await alpha.add_person("eve"), await alpha.add_person("mod")
    where = accounts.c.id == mod.account.id
    await alpha.node.db.write(lambda tx: tx.execute(accounts.update().where(where).values(role="moderator")))
    of = {
        scope: (await token_for(alpha, eve, scope), await token_for(alpha, mod, scope))
        for scope in {way.need.scope for way in closed}
    }
    for way in closed:
        theirs, mods = of[way.need.scope]
        assert (await ask(alpha, way, theirs))[0] == 403, way.name
        status, said = await ask(alpha, way, mods)
        assert status != 401, way.name
        assert "This is for those" not in said, way.name


async def private_things(alice: Client) -> list[int]:
    """Things of alice's that are for nobody else, each with the canary in it."""
    post = await alice.write(f"To nobody: {CANARY}", visibility="direct")
    posted = await alice.post("/api/v1/lists", {"title": CANARY})
    kept = await alice.post(
        "/api/v2/filters",
        {"title": CANARY, "context": ["home"], "keywords_attributes": [{"keyword": CANARY}]},
    )
    assert (posted.status, kept.status) == (200, 200)
    keyword = kept.body["keywords"][0]
    return [int(each["id"]) for each in (post, posted.body, kept.body, keyword)]


async def test_the_finest_scope_is_enough_and_opens_nothing_of_others(alpha: LiveNode, alice: Client) -> None:
    # PRI-12
    things = await private_things(alice)
    eve, wrong = await alpha.add_person("eve"), []
    scopes = sorted({scope_of(way.need) for way in ways() if not way.need.role and not way.need.app})
    of = {scope: await token_for(alpha, eve, scope) for scope in scopes}
    for way in ways():
        if way.need.role or way.need.app:
            continue
        for id_ in things if "{id}" in way.path else [1]:
            status, said = await ask(alpha, way, of[scope_of(way.need)], id_=id_)
            if status == 401 or "This needs the scope" in said:
                wrong.append(f"{way.name}: refused")
            if CANARY in said:
                wrong.append(f"{way.name}: shows another's")
    assert wrong == []
    assert (await alice.ok(f"/api/v1/statuses/{things[0]}"))["content"].count(CANARY) == 1
    assert [each["title"] for each in await alice.ok("/api/v1/lists")] == [CANARY]
    [kept] = await alice.ok("/api/v2/filters")
    assert [each["keyword"] for each in kept["keywords"]] == [CANARY]


def test_the_table_holds_each_route_once() -> None:
    names = [f"{route.method} {route.path}" for route in TABLE]
    assert sorted({name for name in names if names.count(name) > 1}) == []
    assert all(isinstance(route, Route) for route in TABLE)
