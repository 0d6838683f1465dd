"""Who somebody is: by id, by handle, across two hosts, and again later."""

from __future__ import annotations

from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.federation.discovery.actors import by_handle, by_uri, fetch, keep
from fediverse_node.kernel.errors import Gone, NodeError, NotFound, NotValid
from fediverse_node.kernel.text import Handle
from tests.fakes.remote_server import ACTIVITY_JSON, Answer, public_pem, rsa_key
from tests.unit.federation.discovery.conftest import OURS, World

WEBFINGER = "/.well-known/webfinger"


def jrd(subject: str, href: str) -> Answer:
    links = [{"rel": "self", "type": ACTIVITY_JSON, "href": href}]
    return Answer(
        document={"subject": f"acct:{subject}", "links": links}, content_type="application/jrd+json"
    )


async def test_an_actor_is_fetched_once_and_stored_clean(world: World) -> None:
    world.bob.extra = {
        "summary": "<p>Hi<script>x</script></p>",
        "attachment": [{"type": "PropertyValue", "name": "Site", "value": "<a href='javascript:x'>x</a>"}],
        "url": "https://bank.example/",
        "endpoints": {"sharedInbox": f"{world.elsewhere.origin}/inbox"},
    }
    actor = await by_uri(world.discovery, world.bob.uri, world.budget)
    assert actor == await by_uri(world.discovery, world.bob.uri, world.budget)
    assert len(world.there.asked) == 1
    assert "script" not in actor.summary_html
    assert "javascript" not in actor.fields[0][1]
    assert (actor.url, actor.shared_inbox) == (None, None)
    assert (actor.handle, actor.local) == (world.bob.handle, False)
    [key] = await world.discovery.db.read(lambda tx: actors.keys_of(tx, actor.id))
    assert (key.key_id, key.kind) == (world.bob.key_id, "rsa")


@pytest.mark.parametrize("missing", ["inbox", "preferredUsername", "type", "id"])
async def test_an_actor_that_shows_too_little_is_refused(world: World, missing: str) -> None:
    document = world.bob.document()
    del document[missing]
    world.there.answers["/users/bob"] = Answer(document=document)
    with pytest.raises(NodeError):
        await by_uri(world.discovery, world.bob.uri, world.budget)


async def test_an_inbox_on_another_server_is_refused(world: World) -> None:
    world.bob.extra = {"inbox": f"{world.elsewhere.origin}/inbox"}
    with pytest.raises(NotValid):
        await by_uri(world.discovery, world.bob.uri, world.budget)


async def test_keys_that_are_not_the_actors_own_are_left_out(world: World) -> None:
    pem = public_pem(rsa_key("x"))
    world.bob.extra = {
        "publicKey": [
            {"id": f"{world.elsewhere.origin}/k", "owner": world.bob.uri, "publicKeyPem": pem},
            {"id": f"{world.bob.uri}#a", "owner": f"{world.there.origin}/users/carol", "publicKeyPem": pem},
            {"id": f"{world.bob.uri}#b", "owner": world.bob.uri, "publicKeyPem": "broken"},
            {"id": f"{world.bob.uri}#c", "owner": world.bob.uri, "publicKeyPem": pem},
        ]
    }
    candidate = await fetch(world.discovery, world.bob.uri, world.budget)
    assert [key.key_id for key in candidate.keys] == [f"{world.bob.uri}#c"]


async def test_what_we_decided_outlives_a_new_profile(world: World) -> None:
    actor = await by_uri(world.discovery, world.bob.uri, world.budget)
    await world.discovery.db.write(lambda tx: actors.change(tx, actor.id, {"suspended_at": tx.now}))
    world.bob.extra = {"name": "Robert"}
    world.later(hours=25)
    again = await by_uri(world.discovery, world.bob.uri, world.budget, fresh=True)
    assert (again.id, again.name, again.created_at) == (actor.id, "Robert", actor.created_at)
    assert again.suspended_at is not None


async def test_an_old_profile_is_good_enough_while_its_server_is_away(world: World) -> None:
    actor = await by_uri(world.discovery, world.bob.uri, world.budget)
    world.later(hours=25)
    world.there.answers["/users/bob"] = Answer(status=503)
    assert (await by_uri(world.discovery, world.bob.uri, world.budget, fresh=True)).id == actor.id


async def test_a_key_the_document_no_longer_names_is_forgotten(world: World) -> None:
    actor = await by_uri(world.discovery, world.bob.uri, world.budget)
    world.bob.extra = {
        "publicKey": {
            "id": f"{world.bob.uri}#new",
            "owner": world.bob.uri,
            "publicKeyPem": public_pem(rsa_key("n")),
        }
    }
    await keep(world.discovery, await fetch(world.discovery, world.bob.uri, world.budget))
    keys = await world.discovery.db.read(lambda tx: actors.keys_of(tx, actor.id))
    assert [key.key_id for key in keys] == [f"{world.bob.uri}#new"]


async def test_a_handle_is_found_and_then_known(world: World) -> None:
    handle = Handle("bob", world.there.domain)
    actor = await by_handle(world.discovery, handle, world.budget)
    assert actor.uri == world.bob.uri
    asked = len(world.there.asked)
    assert await by_handle(world.discovery, handle, world.budget) == actor
    assert len(world.there.asked) == asked


async def test_of_a_deleted_account_only_that_is_said(world: World) -> None:
    handle = Handle("bob", world.there.domain)
    actor = await by_handle(world.discovery, handle, world.budget)
    await world.discovery.db.write(lambda tx: actors.change(tx, actor.id, {"deleted_at": tx.now}))
    with pytest.raises(Gone, match="deleted"):
        await by_handle(world.discovery, handle, world.budget)


async def test_a_handle_of_ours_is_not_asked_for(world: World) -> None:
    for handle in (Handle("nobody", None), Handle("nobody", OURS.domain)):
        with pytest.raises(NotFound):
            await by_handle(world.discovery, handle, world.budget)
    assert world.there.asked == []


async def test_a_handle_nobody_has(world: World) -> None:
    handle = Handle("nobody", world.there.domain)
    with pytest.raises(NotFound, match=f"There is no account {handle}."):
        await by_handle(world.discovery, handle, world.budget)


# A handle on one host, the actor on another (OBJ-08)


async def test_two_hosts_that_point_at_each_other_are_believed(world: World) -> None:
    name = f"bob@{world.elsewhere.domain}"
    world.elsewhere.answers[WEBFINGER] = jrd(name, world.bob.uri)
    world.there.answers[WEBFINGER] = jrd(name, world.bob.uri)
    actor = await by_handle(world.discovery, Handle("bob", world.elsewhere.domain), world.budget)
    assert (actor.uri, actor.domain) == (world.bob.uri, world.elsewhere.domain)
    same = await by_handle(world.discovery, Handle("bob", world.there.domain), world.budget)
    assert same.id == actor.id


@pytest.mark.parametrize("reverse", [None, "bob@{there}"])
async def test_a_host_cannot_claim_an_actor_that_does_not_claim_it(world: World, reverse: str | None) -> None:
    world.elsewhere.answers[WEBFINGER] = jrd(f"bob@{world.elsewhere.domain}", world.bob.uri)
    world.there.answers[WEBFINGER] = (
        Answer(status=404)
        if reverse is None
        else jrd(reverse.format(there=world.there.domain), world.bob.uri)
    )
    with pytest.raises(NodeError):
        await by_handle(world.discovery, Handle("bob", world.elsewhere.domain), world.budget)
    assert await world.discovery.db.read(lambda tx: actors.by_uri(tx, world.bob.uri)) is None


async def test_an_actor_cannot_claim_a_host_that_does_not_claim_it(world: World) -> None:
    world.there.answers[WEBFINGER] = jrd(f"bob@{world.elsewhere.domain}", world.bob.uri)
    world.elsewhere.answers[WEBFINGER] = jrd(
        f"bob@{world.elsewhere.domain}", f"{world.elsewhere.origin}/users/bob"
    )
    with pytest.raises(NotValid):
        await by_handle(world.discovery, Handle("bob", world.there.domain), world.budget)


@pytest.mark.parametrize("agrees", [True, False])
async def test_a_handle_in_the_profile_counts_when_its_host_agrees(world: World, *, agrees: bool) -> None:
    name = f"bob@{world.elsewhere.domain}"
    world.bob.extra = {"webfinger": name}
    world.elsewhere.answers[WEBFINGER] = jrd(
        name, world.bob.uri if agrees else f"{world.there.origin}/users/x"
    )
    actor = await by_uri(world.discovery, world.bob.uri, world.budget)
    assert actor.domain == (world.elsewhere.domain if agrees else world.there.domain)


async def test_a_name_under_another_id_passes_to_the_new_one(world: World) -> None:
    old = await by_uri(world.discovery, world.bob.uri, world.budget)
    new = world.there.publish(_moved(world))
    actor = await by_uri(world.discovery, new["id"], world.budget)
    found = await world.discovery.db.read(lambda tx: actors.by_handle(tx, "bob", world.there.domain))
    assert found is not None
    assert (found.id, actor.id != old.id) == (actor.id, True)


def _moved(world: World) -> dict[str, Any]:
    id_ = f"{world.there.origin}/ap/users/7"
    return {**world.bob.document(), "id": id_, "inbox": f"{id_}/inbox", "publicKey": None}
