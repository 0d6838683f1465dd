from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.kernel.clock import to_rfc3339_millis
from fediverse_node.storage.folder import Folder
from fediverse_node.web.client_api.routes import TABLE
from fediverse_node.web.client_api.table import Route
from tests.doors.client_api.conftest import Client
from tests.doors.client_api.schema import Shapes
from tests.fakes.push_service import Device
from tests.fixtures import pictures

#: Fields of entities that are of things which are not here: Mastodon 4.6 and later, drafts.
NOT_HERE = {
    "Account": {"feature_approval", "show_featured", "show_media", "show_media_replies"},
    "CredentialAccount": {"feature_approval", "show_featured", "show_media", "show_media_replies"},
    "Status": {"text"},
    "Notification": {"collection", "fallback"},
    "Search": {"collections"},
}


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    return Shapes()


@pytest.fixture
async def told(alice: Client, bob: Client, tmp_path: Path) -> dict[str, str]:
    """A small world with something of each kind in it; gives the ids that stand in paths."""
    assert alice.person is not None
    assert bob.person is not None
    first = await alice.write(
        "Hello @bob #cats", training_use="yes", training_sensitive=True, spoiler_text="cw"
    )
    answer = await bob.write("Hello @alice", in_reply_to_id=first["id"])
    await bob.follow(alice.person)
    await bob.do(f"/api/v1/statuses/{first['id']}/favourite")
    await bob.do(f"/api/v1/statuses/{first['id']}/reblog")
    heard = await alice.ok("/api/v1/notifications")
    account_id = alice.person.account.id
    picture = await alice.node.node.db.write(lambda tx: pictures.kept(tx, Folder(tmp_path), account_id))
    asked = await alice.write("Tea?", poll={"options": ["yes", "no"], "expires_in": 3600})
    await alice.follow(bob.person)
    await alice.do(f"/api/v1/statuses/{answer['id']}/bookmark")
    await alice.do(f"/api/v1/statuses/{answer['id']}/favourite")
    await alice.post("/api/v1/markers", {"home": {"last_read_id": first["id"]}})
    words = {"title": "dull", "context": ["home"], "keywords_attributes": [{"keyword": "hello"}]}
    made = (await alice.post("/api/v2/filters", words)).body
    path = f"/api/v2/filters/{made['id']}/statuses"
    chosen = (await alice.post(path, {"status_id": answer["id"]})).body
    people = (await alice.post("/api/v1/lists", {"title": "friends"})).body
    await alice.post(f"/api/v1/lists/{people['id']}/accounts", {"account_ids": [str(bob.person.actor.id)]})
    later = {
        "status": "later",
        "scheduled_at": to_rfc3339_millis(alice.node.node.clock() + timedelta(days=1)),
    }
    waits = (await alice.post("/api/v1/statuses", later)).body
    await alice.call("PATCH", "/api/v2/notifications/policy", json={"for_not_followers": "filter"})
    await bob.write("@alice held back")
    (request,) = await alice.ok("/api/v1/notifications/requests")
    told_at = {"endpoint": "https://push.example/1", "keys": Device().keys}
    await alice.post("/api/v1/push/subscription", {"subscription": told_at})
    return {
        "notifications/requests": request["id"],
        "v2/notifications": heard[0]["group_key"],
        "scheduled_statuses": waits["id"],
        "v1/filters": made["keywords"][0]["id"],
        "filters/keywords": made["keywords"][0]["id"],
        "filters/statuses": chosen["id"],
        "v2/filters": made["id"],
        "lists": people["id"],
        "list": people["id"],
        "polls": asked["poll"]["id"],
        "media": str(picture.id),
        # Only its author sees where it went.
        "fediverse_node/statuses": first["id"],
        "statuses": answer["id"],
        "accounts": str(alice.person.actor.id),
        "notifications": heard[0]["id"],
    }


def path_of(route: Route, told: dict[str, str]) -> str:
    for kind, id_ in told.items():
        if f"/{kind}/{{id}}" in route.path:
            return route.path.replace("{id}", id_)
    return route.path.replace("{tag}", "cats")


#: Where nothing is, as long as the operator has written nothing.
UNWRITTEN = {"/api/v1/instance/privacy_policy", "/api/v1/instance/terms_of_service"}
#: What only moderators read has tests of its own; Mastodon's description leaves it out.
READS = [
    route for route in TABLE if route.method == "GET" and not route.need.role and route.path not in UNWRITTEN
]
QUERIES: dict[str, dict[str, str]] = {
    "/api/v1/accounts/lookup": {"acct": "alice"},
    "/api/v2/search": {"q": "@alice"},
    "/api/v1/accounts/search": {"q": "@alice"},
    "/api/v1/markers": {"timeline[]": "home"},
}
ENTITIES = (
    ("Account", "/api/v1/accounts/lookup?acct=alice"),
    ("CredentialAccount", "/api/v1/accounts/verify_credentials"),
    ("Status", "/api/v1/timelines/home"),
    ("Notification", "/api/v1/notifications"),
    ("Search", "/api/v2/search?q=alice"),
    ("Instance", "/api/v2/instance"),
    ("V1Instance", "/api/v1/instance"),
    ("Relationship", "/api/v1/accounts/relationships?id[]={accounts}"),
)


async def test_what_is_read_has_mastodons_shape(alice: Client, told: dict[str, str]) -> None:
    # Whether it has, the fixture of the node finds out: it looks at every answer.
    for route in READS:
        query: dict[str, Any] = dict(QUERIES.get(route.path, {}))
        if route.path.endswith(("/relationships", "/familiar_followers")):
            query["id[]"] = told["accounts"]
        if route.path == "/api/v1/statuses":
            query["id[]"] = told["statuses"]
        await alice.ok(path_of(route, told), **query)


async def test_no_field_of_an_entity_is_left_out(shapes: Shapes, alice: Client, told: dict[str, str]) -> None:
    for entity, path in ENTITIES:
        body = await alice.ok(path.format(**told))
        found = body[0] if isinstance(body, list) else body
        assert shapes.faults(found, entity) == []
        assert shapes.fields_of(entity) - set(found) <= NOT_HERE.get(entity, set()), entity


async def test_a_boost_has_the_shape_of_a_status(shapes: Shapes, bob: Client, told: dict[str, str]) -> None:
    boost = await bob.do(f"/api/v1/statuses/{told['statuses']}/reblog")
    assert shapes.faults(boost, "Status") == []
    assert boost["reblog"]["id"] == told["statuses"]
    assert boost["fediverse_node"] == boost["reblog"]["fediverse_node"]


async def test_the_version_can_be_read_by_every_app(anybody: Client) -> None:
    instance = await anybody.ok("/api/v2/instance")
    assert float(instance["version"][:3]) == 4.5
    assert "(compatible; fediverse-node" in instance["version"]
    assert instance["api_versions"] == {"mastodon": 7}
    assert instance["configuration"]["statuses"]["max_characters"] == 5000
    old = await anybody.ok("/api/v1/instance")
    assert (old["version"], old["uri"]) == (instance["version"], instance["domain"])


async def test_stand_in_pictures_are_pictures(anybody: Client, alice: Client) -> None:
    account = await anybody.ok("/api/v1/accounts/lookup", acct="alice")
    for name in ("avatar", "header"):
        async with anybody.node.http.get(account[name]) as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert (await answer.read()).startswith(b"\x89PNG\r\n\x1a\n")
    heard = await anybody.get("/api/fediverse_node/v1/pictures/passwd")
    assert heard.status == 404


async def test_health_is_ok(anybody: Client) -> None:
    heard = await anybody.get("/health")
    assert (heard.status, heard.body) == (200, "OK")
