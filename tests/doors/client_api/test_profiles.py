"""Profiles, pins and followers, as an app handles them."""

from __future__ import annotations

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Details
from tests.doors.client_api.conftest import Client

PAGE = "https://alice.example/"


async def patch(client: Client, **body: object) -> dict[str, object]:
    heard = await client.call("PATCH", "/api/v1/accounts/update_credentials", json=body)
    assert heard.status == 200, heard
    assert isinstance(heard.body, dict)
    return heard.body


async def test_fields_are_verified_only_when_the_page_was_seen_to_link_back(alice: Client) -> None:
    found = await patch(alice, fields_attributes=[{"name": "Web", "value": PAGE}])
    assert found["fields"] == [
        {
            "name": "Web",
            "value": f'<a rel="me nofollow noopener" href="{PAGE}">{PAGE}</a>',
            "verified_at": None,
        }
    ]
    assert alice.person is not None
    details = actors.details_value(Details(verified=((PAGE, "2026-11-21T09:30:00Z"),)))
    await alice.node.change(alice.person.actor, details=details)
    again = await alice.ok("/api/v1/accounts/verify_credentials")
    assert again["fields"][0]["verified_at"] == "2026-11-21T09:30:00.000Z"
    assert again["source"]["fields"] == [
        {"name": "Web", "value": PAGE, "verified_at": "2026-11-21T09:30:00.000Z"}
    ]


async def test_sites_descriptions_and_hidden_lists_can_be_set_and_taken_back(alice: Client) -> None:
    found = await patch(
        alice, attribution_domains=["blog.example"], hide_collections=True, avatar_description="A wren"
    )
    assert found["hide_collections"] is True
    assert found["avatar_description"] == "A wren"
    source = found["source"]
    assert isinstance(source, dict)
    assert (source["attribution_domains"], source["hide_collections"]) == (["blog.example"], True)
    again = await patch(alice, attribution_domains=[])
    assert again["source"]["attribution_domains"] == []  # type: ignore[index]  # an entity
    assert again["hide_collections"] is True


async def test_a_pin_is_shown_to_everybody_and_said_to_its_owner(
    alice: Client, bob: Client, anybody: Client
) -> None:
    first, second = await alice.write("One"), await alice.write("Two")
    assert first["pinned"] is False
    assert (await alice.do(f"/api/v1/statuses/{first['id']}/pin"))["pinned"] is True
    assert (await alice.do(f"/api/v1/statuses/{second['id']}/pin"))["pinned"] is True
    path = f"/api/v1/accounts/{first['account']['id']}/statuses"
    for client in (alice, bob, anybody):
        found = await client.ok(path, pinned="true")
        assert [each["id"] for each in found] == [second["id"], first["id"]]
    assert (await bob.ok(f"/api/v1/statuses/{first['id']}"))["pinned"] is False
    assert (await alice.do(f"/api/v1/statuses/{first['id']}/unpin"))["pinned"] is False
    assert [each["id"] for each in await bob.ok(path, pinned="true")] == [second["id"]]


async def test_nobody_pins_what_another_said(alice: Client, bob: Client) -> None:
    # OBJ-24
    post = await alice.write("Mine")
    heard = await bob.post(f"/api/v1/statuses/{post['id']}/pin")
    assert heard.status == 403
    assert (await alice.post(f"/api/v1/statuses/{post['id']}/pin")).status == 200


async def test_a_follower_can_be_removed(alice: Client, bob: Client) -> None:
    assert alice.person is not None
    assert bob.person is not None
    await bob.follow(alice.person)
    path = f"/api/v1/accounts/{bob.person.actor.id}/remove_from_followers"
    assert (await alice.do(path))["followed_by"] is False
    assert (await alice.do(path))["followed_by"] is False
    relation = await bob.ok("/api/v1/accounts/relationships", id=str(alice.person.actor.id))
    assert relation[0]["following"] is False


async def test_who_follows_whom_can_be_hidden_from_others(
    alice: Client, bob: Client, anybody: Client
) -> None:
    assert alice.person is not None
    assert bob.person is not None
    await bob.follow(alice.person)
    path = f"/api/v1/accounts/{alice.person.actor.id}/followers"
    assert len(await anybody.ok(path)) == 1
    await patch(alice, hide_collections=True)
    assert await anybody.ok(path) == []
    assert await bob.ok(path.replace("followers", "following")) == []
    assert len(await alice.ok(path)) == 1
