"""Notifications in groups: what belongs together, how it is paged, and what becomes of a group."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode

URL = "/api/v2/notifications"


@pytest.fixture
async def crowd(alpha: LiveNode) -> list[Client]:
    return [Client(node=alpha, person=await alpha.add_person(f"fan{number}")) for number in range(3)]


async def liked(author: Client, crowd: list[Client], text: str = "hello") -> str:
    """A post that everybody in the crowd likes."""
    post: dict[str, Any] = await author.write(text)
    for each in crowd:
        await each.do(f"/api/v1/statuses/{post['id']}/favourite")
    return str(post["id"])


async def test_favourites_of_a_post_stand_together_and_mentions_alone(
    alice: Client, crowd: list[Client]
) -> None:
    assert alice.person is not None
    post = await liked(alice, crowd)
    await crowd[0].do(f"/api/v1/statuses/{post}/reblog")
    for each in crowd:
        await each.follow(alice.person)
        await each.write("@alice hello")
    body = await alice.ok(URL)
    groups = body["notification_groups"]
    assert [(each["type"], each["notifications_count"]) for each in groups] == [
        ("mention", 1),
        ("follow", 3),
        ("mention", 1),
        ("mention", 1),
        ("reblog", 1),
        ("favourite", 3),
    ]
    likes = groups[-1]
    fans = [str(each.person.actor.id) for each in crowd if each.person is not None]
    assert likes["sample_account_ids"] == fans[::-1]
    assert likes["status_id"] == post
    assert {each["id"] for each in body["accounts"]} == set(fans)
    assert post in {each["id"] for each in body["statuses"]}
    assert await alice.ok(f"{URL}/unread_count") == {"count": 6}
    keys = {each["group_key"] for each in await alice.ok("/api/v1/notifications")}
    assert keys == {each["group_key"] for each in groups}


async def test_an_app_says_what_it_wants_gathered(alice: Client, crowd: list[Client]) -> None:
    assert alice.person is not None
    await liked(alice, crowd)
    for each in crowd:
        await each.follow(alice.person)
    found = (await alice.ok(f"{URL}?grouped_types[]=follow"))["notification_groups"]
    counts = [(each["type"], each["notifications_count"]) for each in found]
    assert counts == [("follow", 3), *[("favourite", 1)] * 3]
    assert all(each["group_key"].startswith("ungrouped-") for each in found[1:])
    only = (await alice.ok(f"{URL}?types[]=favourite"))["notification_groups"]
    assert [each["type"] for each in only] == ["favourite"]


async def test_of_all_but_the_last_an_app_may_get_only_the_pictures(
    alice: Client, crowd: list[Client]
) -> None:
    await liked(alice, crowd)
    body = await alice.ok(URL, expand_accounts="partial_avatars")
    assert [each["acct"] for each in body["accounts"]] == ["fan2"]
    assert [each["acct"] for each in body["partial_accounts"]] == ["fan1", "fan0"]
    assert "note" not in body["partial_accounts"][0]
    assert (await alice.get(URL, expand_accounts="none")).status == 422


async def test_pages_of_groups_meet_without_a_gap(alice: Client, crowd: list[Client]) -> None:
    posts = [await liked(alice, crowd, f"post {number}") for number in range(4)]
    heard = await alice.get(URL, limit="2")
    first = heard.body["notification_groups"]
    assert [each["status_id"] for each in first] == [posts[3], posts[2]]
    older = first[-1]["page_min_id"]
    assert f"max_id={older}" in heard.headers["Link"]
    rest = (await alice.ok(URL, max_id=older))["notification_groups"]
    assert [each["status_id"] for each in rest] == [posts[1], posts[0]]
    nearest = (await alice.ok(URL, min_id=rest[-1]["page_max_id"], limit="1"))["notification_groups"]
    assert [(each["status_id"], each["notifications_count"]) for each in nearest] == [(posts[1], 3)]
    assert nearest[0]["page_max_id"] == rest[0]["page_max_id"]


async def test_a_group_is_shown_and_dismissed_as_a_whole_by_whom_it_is_for(
    alice: Client, crowd: list[Client]
) -> None:
    post = await liked(alice, crowd)
    (group,) = (await alice.ok(URL))["notification_groups"]
    path = f"{URL}/{group['group_key']}"
    shown = await alice.ok(path)
    assert shown["notification_groups"][0]["notifications_count"] == 3
    assert [each["id"] for each in shown["statuses"]] == [post]
    assert [each["acct"] for each in await alice.ok(f"{path}/accounts")] == ["fan2", "fan1", "fan0"]
    assert (await crowd[0].get(path)).status == 404
    assert (await crowd[0].post(f"{path}/dismiss")).status == 404
    assert len(await alice.ok("/api/v1/notifications")) == 3
    assert await alice.do(f"{path}/dismiss") == {}
    assert await alice.ok("/api/v1/notifications") == []
    assert (await alice.get(path)).status == 404


@pytest.mark.parametrize(
    "key", ["x", "favourite-1", f"favourite-{2**64}-1", "follow-999999999", "ungrouped-", "mention-1-1"]
)
async def test_what_is_no_key_names_no_group(alice: Client, key: str) -> None:
    assert (await alice.get(f"{URL}/{key}")).status == 404
    assert (await alice.post(f"{URL}/{key}/dismiss")).status == 404


async def test_whoever_is_muted_has_no_part_in_a_group(alice: Client, crowd: list[Client]) -> None:
    await liked(alice, crowd)
    assert crowd[2].person is not None
    await alice.do(f"/api/v1/accounts/{crowd[2].person.actor.id}/mute")
    body = await alice.ok(URL)
    assert [each["acct"] for each in body["accounts"]] == ["fan1", "fan0"]
    await alice.do(f"/api/v1/accounts/{crowd[2].person.actor.id}/unmute")
    assert len((await alice.ok(URL))["accounts"]) == 3
