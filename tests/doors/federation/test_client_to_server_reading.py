"""ActivityPub client-to-server: what an app may read, and have read for it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fediverse_node.federation.outbox.publish import Draft, publish
from tests.doors.federation.conftest import Street
from tests.fakes.addresses import FORBIDDEN_V4, FORBIDDEN_V6
from tests.fakes.remote_server import PUBLIC, Answer, RemoteServer
from tests.fixtures.nodes import Person, running_node

JsonDict = dict[str, Any]
ACTIVITY_JSON = "application/activity+json"


async def get(street: Street, path: str, who: Person | None) -> tuple[int, JsonDict]:
    """Read *path* of the node as *who*; None for nobody."""
    headers = {"Accept": ACTIVITY_JSON, **(who.bearer if who else {})}
    async with street.node.http.get(path.removeprefix(street.node.base_url), headers=headers) as answer:
        if who is not None:
            assert answer.headers["Cache-Control"] == "private, no-store"
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return answer.status, msgspec.json.decode(await answer.read())


async def items(street: Street, path: str, who: Person | None) -> list[JsonDict]:
    """Everything in a collection, page by page."""
    status, collection = await get(street, path, who)
    assert (status, collection["type"]) == (200, "OrderedCollection")
    found, following = [], collection.get("first")
    while following is not None:
        status, page = await get(street, following, who)
        assert (status, page["type"], page["id"]) == (200, "OrderedCollectionPage", following)
        found += page["orderedItems"]
        following = page.get("next")
    return found


async def proxy(
    street: Street, uri: str | None, *, who: Person | None = None, box: str = "alice", **how: Any
) -> tuple[int, JsonDict]:
    given = {**(street.alice if who is None else who).bearer, **how}
    form = {"id": uri} if uri is not None else {}
    async with street.node.http.post(f"/users/{box}/proxy", data=form or b"", headers=given) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return answer.status, msgspec.json.decode(await answer.read())


# Collections


async def test_the_outbox_shows_its_owner_what_is_not_public(street: Street) -> None:
    desk, alice = street.node.desk, street.alice
    await publish(desk, alice.actor, Draft(text="open", visibility="public"))
    await publish(desk, alice.actor, Draft(text="closed", visibility="private"))
    dora = await street.node.add_person("dora")
    seen = {
        name: [item["object"]["content"] for item in await items(street, "/users/alice/outbox", who)]
        for name, who in (("owner", alice), ("neighbour", None), ("stranger", None))
    }
    assert seen == {
        "owner": ["<p>closed</p>", "<p>open</p>"],
        "neighbour": ["<p>open</p>"],
        "stranger": ["<p>open</p>"],
    }
    async with street.node.http.get(
        "/users/alice/outbox", headers={"Accept": ACTIVITY_JSON, **dora.bearer}
    ) as answer:
        assert (await answer.json(content_type=ACTIVITY_JSON))["totalItems"] == 1
    assert (await get(street, "/users/alice/outbox", forged(alice)))[0] == 401


def forged(person: Person) -> Person:
    return person._replace(token="none")


async def test_an_activity_that_is_not_public_is_shown_to_whoever_did_it(street: Street) -> None:
    await publish(street.node.desk, street.alice.actor, Draft(text="closed", visibility="private"))
    (item,) = await items(street, "/users/alice/outbox", street.alice)
    dora = await street.node.add_person("dora")
    status, document = await get(street, item["id"], street.alice)
    assert (status, document["object"]["content"]) == (200, "<p>closed</p>")
    for who in (None, dora):
        headers = {"Accept": ACTIVITY_JSON, **(who.bearer if who else {})}
        async with street.node.http.get(item["id"], headers=headers) as answer:
            assert answer.status == 404


async def test_the_inbox_holds_what_reached_its_owner(street: Street) -> None:
    me = street.alice.actor.uri
    await street.befriend(street.bob)
    told = street.bob.note("<p>Hello @alice</p>", tag=[{"type": "Mention", "href": me, "name": "@alice"}])
    await street.bob.send(street.inbox, street.bob.create(told))
    mine = await publish(street.node.desk, street.alice.actor, Draft(text="mine"))
    for activity in (street.bob.like(mine.uri), street.bob.announce(mine.uri)):
        assert await street.bob.send(street.inbox, activity) == 202
    asked = street.carol.follow(me)
    assert await street.carol.send(street.inbox, asked) == 202
    await street.work()
    found = await items(street, "/users/alice/inbox", street.alice)
    kinds = [(item["type"], item["actor"]) for item in found]
    # The mention stands at home, too, and is there once; what the owner did is in the outbox.
    assert sorted(kinds) == sorted(
        [
            ("Follow", street.bob.uri),
            ("Follow", street.carol.uri),
            ("Announce", street.bob.uri),
            ("Like", street.bob.uri),
            ("Create", street.bob.uri),
        ]
    )
    said = next(item for item in found if item["type"] == "Create")
    assert said["object"]["id"] == told["id"]
    assert said["object"]["content"] == "<p>Hello @alice</p>"
    assert said["to"] == [PUBLIC]
    followed = next(item for item in found if item["actor"] == street.carol.uri)
    assert (followed["id"], followed["object"]) == (asked["id"], me)


async def test_the_inbox_is_paged(street: Street) -> None:
    await street.befriend(street.bob)
    ids = []
    for number in range(23):
        note = street.bob.note(f"<p>{number}</p>")
        ids.append(note["id"])
        assert await street.bob.send(street.inbox, street.bob.create(note)) == 202
    found = await items(street, "/users/alice/inbox", street.alice)
    assert [item["object"]["id"] for item in found if item["type"] == "Create"] == ids[::-1]
    assert (await get(street, "/users/alice/inbox?page=nonsense", street.alice))[0] == 400


async def test_an_inbox_is_its_owners_alone(street: Street) -> None:
    dora = await street.node.add_person("dora")
    writer = await street.node.add_person("writer", scopes="write")
    async with street.node.http.get("/users/alice/inbox", headers={"Accept": ACTIVITY_JSON}) as answer:
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (await get(street, "/users/alice/inbox", dora))[0] == 403
    assert (await get(street, "/users/writer/inbox", writer))[0] == 403
    assert (await get(street, "/users/dora/inbox", dora))[0] == 200


async def test_secure_mode_lets_apps_in_by_their_token_alone(database_url: str) -> None:
    settings = {"FEDIVERSE_NODE_FEDERATION__SECURE_MODE": "true"}
    async with running_node(database_url, settings=settings) as node:
        alice = await node.add_person("alice")
        for path in ("/users/alice/outbox", "/users/alice/inbox"):
            for token, status in ((alice.token, 200), ("none", 401)):
                headers = {"Accept": ACTIVITY_JSON, "Authorization": f"Bearer {token}"}
                async with node.http.get(path, headers=headers) as answer:
                    assert answer.status == status
        for path in ("/users/alice/followers", "/actor/outbox"):
            headers = {"Accept": ACTIVITY_JSON, "Authorization": f"Bearer {alice.token}"}
            async with node.http.get(path, headers=headers) as answer:
                assert answer.status == 401


# proxyUrl


async def test_an_actor_names_the_endpoints(street: Street) -> None:
    _, actor = await get(street, "/users/alice", None)
    assert actor["endpoints"]["proxyUrl"] == street.node.addresses.proxy("alice")
    assert actor["endpoints"]["uploadMedia"] == f"{street.alice.actor.uri}/uploads"
    assert actor["endpoints"]["oauthAuthorizationEndpoint"] == f"{street.node.base_url}/oauth/authorize"
    assert actor["endpoints"]["oauthTokenEndpoint"] == f"{street.node.base_url}/oauth/token"


async def test_a_document_is_fetched_as_this_server(street: Street) -> None:
    note = street.bob.note()
    assert await proxy(street, note["id"]) == (200, note)
    (asked,) = street.there.asked_for(note["id"].removeprefix(street.there.origin))
    assert f'keyId="{street.node.instance_actor.uri}' in asked.headers["Signature"]
    assert "Authorization" not in asked.headers
    assert (await proxy(street, street.bob.uri))[1]["preferredUsername"] == "bob"


async def test_only_who_has_a_token_has_documents_fetched(street: Street) -> None:
    note = street.bob.note()
    dora = await street.node.add_person("dora")
    writer = await street.node.add_person("writer", scopes="write")
    assert (await proxy(street, note["id"], who=forged(street.alice)))[0] == 401
    assert (await proxy(street, note["id"], who=dora))[0] == 403
    assert (await proxy(street, note["id"], who=writer, box="writer"))[0] == 403
    assert street.there.fetches() == []
    assert (await proxy(street, note["id"], who=dora, box="dora"))[0] == 200


async def test_what_is_for_some_people_here_is_not_for_all(street: Street) -> None:
    await street.befriend(street.bob)
    dora = await street.node.add_person("dora")
    friends = street.bob.note(to=[street.bob.followers], cc=[])
    direct = street.bob.note(to=[dora.actor.uri], cc=[])
    nobody = street.bob.note(to=[], cc=[])
    seen = {
        who.actor.username: [
            (await proxy(street, each["id"], who=who, box=who.actor.username))[0]
            for each in (friends, direct, nobody)
        ]
        for who in (street.alice, dora)
    }
    assert seen == {"alice": [200, 404, 404], "dora": [404, 200, 404]}


async def test_a_collection_holds_for_each_reader_what_is_for_them(street: Street) -> None:
    await street.befriend(street.bob)
    dora = await street.node.add_person("dora")
    open_, friends = street.bob.note(), street.bob.note(to=[street.bob.followers], cc=[])
    held = street.there.publish(
        {
            "id": f"{street.bob.uri}/outbox",
            "type": "OrderedCollection",
            "attributedTo": street.bob.uri,
            "orderedItems": [open_, friends, "https://x.example/1"],
        }
    )
    seen = {}
    for who in (street.alice, dora):
        status, found = await proxy(street, held["id"], who=who, box=who.actor.username)
        assert status == 200
        seen[who.actor.username] = found["orderedItems"]
    assert seen == {
        "alice": [open_, friends, "https://x.example/1"],
        "dora": [open_, "https://x.example/1"],
    }


async def test_what_is_here_is_shown_as_far_as_it_may_be(street: Street) -> None:
    dora = await street.node.add_person("dora")
    draft = Draft(text="Only you, @dora", visibility="direct")
    post = await publish(street.node.desk, street.alice.actor, draft)
    eve = await street.node.add_person("eve")
    assert (await proxy(street, post.uri, who=dora, box="dora"))[1]["id"] == post.uri
    assert (await proxy(street, post.uri, who=eve, box="eve"))[0] == 404
    assert (await proxy(street, dora.actor.uri))[1]["id"] == dora.actor.uri
    assert (await proxy(street, f"{street.node.addresses.origin}/users/none"))[0] == 404


async def test_only_activitypub_from_where_it_says_it_is_comes_back(street: Street) -> None:
    # OBJ-01
    page = f"{street.there.origin}/page"
    street.there.answers["/page"] = Answer(
        document={"id": page, "type": "Note"}, content_type="application/json"
    )
    assert (await proxy(street, page))[0] == 400
    lie = street.there.publish({"id": f"{street.there.origin}/lie", "type": "Note"})
    street.there.answers["/lie"] = Answer(document={**lie, "id": "https://other.example/note"})
    assert (await proxy(street, lie["id"]))[0] in {400, 403}
    assert (await proxy(street, None))[0] in {400, 415}
    for text in ("", "acct:bob@example.org", "ftp://x.example/", "javascript:1"):
        assert (await proxy(street, text))[0] == 400
    form = {"id": street.bob.note()["id"]}
    async with street.node.http.post("/users/alice/proxy", json=form, headers=street.alice.bearer) as answer:
        assert answer.status == 415


#: SSRF-09, SSRF-10, SSRF-17, SSRF-20 and SSRF-22: what is no plain address.
ODD = (
    "2130706433",
    "0x7f.1",
    "127.1",
    "\uff11\uff12\uff17.0.0.1",
    "①②⑦.⓪.⓪.①",
    "localhost",
    "printer.local",
    "x.onion",
    "user@192.0.2.1",
    "192.0.2.1\\@example.org",
    "127.0.0.1\r\nX: y",
)


async def test_nobody_is_led_to_a_private_address(database_url: str) -> None:
    # SSRF-01 to SSRF-10, SSRF-17, SSRF-20, SSRF-22
    closed = {"FEDIVERSE_NODE_FEDERATION__ALLOW_PRIVATE_NETWORKS": ""}
    hosts = [*FORBIDDEN_V4, *(f"[{address}]" for address in FORBIDDEN_V6), *ODD]
    async with RemoteServer() as there, running_node(database_url, settings=closed) as node:
        alice = await node.add_person("alice")
        own = there.add_actor("bob").uri
        for uri in (own, *(f"https://{host}/x" for host in hosts)):
            async with node.http.post("/users/alice/proxy", data={"id": uri}, headers=alice.bearer) as answer:
                assert answer.status in {400, 403}, (uri, answer.status)
        assert there.asked == []


async def test_a_redirect_to_a_private_address_is_not_followed(street: Street) -> None:
    # SSRF-13
    street.there.answers["/hop"] = Answer(status=302, headers={"Location": "http://169.254.169.254/x"})
    assert (await proxy(street, f"{street.there.origin}/hop"))[0] in {400, 403}


@pytest.mark.parametrize("limited", [True, False])
async def test_fetching_for_somebody_has_a_limit(database_url: str, *, limited: bool) -> None:
    settings = {"FEDIVERSE_NODE_LIMITS__RATE_LIMITS": str(limited).lower()}
    async with running_node(database_url, settings=settings) as node:
        alice = await node.add_person("alice")
        statuses = []
        for _ in range(32):
            async with node.http.post(
                "/users/alice/proxy", data={"id": alice.actor.uri}, headers=alice.bearer
            ) as answer:
                statuses.append(answer.status)
        assert statuses == ([200] * 30 + [429] * 2 if limited else [200] * 32)


async def test_a_collection_does_not_tell_who_else_of_ours_is_in_it(street: Street) -> None:
    dora = await street.node.add_person("dora")
    uri = f"{street.there.origin}/users/bob/shared"
    others = [street.bob.uri, street.alice.actor.uri]
    street.there.documents["/users/bob/shared"] = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": uri,
        "type": "OrderedCollection",
        "orderedItems": [*others, dora.actor.uri],
    }
    status, found = await proxy(street, uri)
    assert (status, found["orderedItems"]) == (200, others)
