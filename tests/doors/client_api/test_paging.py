from __future__ import annotations

import re

import pytest

from fediverse_node.posts.tables import mentions
from fediverse_node.storage.tx import Tx
from tests.doors.client_api.conftest import Client, Heard


def links(heard: Heard) -> dict[str, str]:
    """The `Link` header, read as Mastodon.py reads it."""
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', heard.headers.get("Link", ""))
    return {relation: url for url, relation in found}


@pytest.fixture
async def written(alice: Client) -> list[str]:
    """Ids of ten posts, newest first."""
    return [(await alice.write(f"post {number}"))["id"] for number in range(10)][::-1]


async def test_a_timeline_is_turned_page_by_page_to_its_end_and_back(
    alice: Client, written: list[str]
) -> None:
    seen, url = [], "/api/v1/timelines/home?limit=4"
    while url:
        heard = await alice.get(url)
        seen.append([each["id"] for each in heard.body])
        where = links(heard)
        assert all(
            each.startswith(f"{alice.node.base_url}/api/v1/timelines/home?") for each in where.values()
        )
        url = where.get("next", "").removeprefix(alice.node.base_url)
    assert seen == [written[:4], written[4:8], written[8:]]
    assert "limit=4" in where["prev"]
    back = await alice.ok(where["prev"].removeprefix(alice.node.base_url))
    assert [each["id"] for each in back] == written[4:8]


async def test_since_gives_the_newest_and_min_the_nearest(alice: Client, written: list[str]) -> None:
    url = "/api/v1/timelines/home"

    async def ids(**query: str) -> list[str]:
        return [each["id"] for each in await alice.ok(url, **query)]

    assert await ids(since_id=written[6], limit="3") == written[:3]
    assert await ids(min_id=written[6], limit="3") == written[3:6]
    assert await ids(max_id=written[6], limit="3") == written[7:10]
    assert await ids(max_id=written[2], since_id=written[5]) == written[3:5]


async def test_other_parameters_stay_in_the_links(alice: Client, written: list[str]) -> None:
    assert alice.person is not None
    url = (
        f"/api/v1/accounts/{alice.person.actor.id}/statuses?limit=2&exclude_replies=true&max_id={written[1]}"
    )
    where = links(await alice.get(url))
    assert where["next"].endswith(f"statuses?limit=2&exclude_replies=true&max_id={written[3]}")
    assert where["prev"].endswith(f"statuses?limit=2&exclude_replies=true&min_id={written[2]}")


async def test_an_empty_list_has_no_links(alice: Client) -> None:
    heard = await alice.get("/api/v1/timelines/home")
    assert (heard.body, "Link" in heard.headers) == ([], False)


async def test_a_limit_beyond_the_most_is_the_most(alice: Client, written: list[str]) -> None:
    assert len(await alice.ok("/api/v1/timelines/home", limit="1000")) == len(written)
    assert len(await alice.ok("/api/v1/timelines/home", limit="0")) == 1


@pytest.mark.parametrize(
    "query", ["limit=x", "limit=-1", "max_id=x", "min_id=1.5", "since_id=99999999999999999999"]
)
async def test_nonsense_is_refused(alice: Client, query: str) -> None:
    assert (await alice.get(f"/api/v1/timelines/home?{query}")).status == 422


async def test_followers_are_turned_by_the_follow_and_not_by_the_follower(alice: Client) -> None:
    assert alice.person is not None
    fans = [Client(node=alice.node, person=await alice.node.add_person(f"fan{n}")) for n in range(3)]
    for fan in (fans[1], fans[2], fans[0]):
        await fan.follow(alice.person)
    url = f"/api/v1/accounts/{alice.person.actor.id}/followers"
    first = await alice.get(f"{url}?limit=2")
    assert [each["acct"] for each in first.body] == ["fan0", "fan2"]
    rest = await alice.get(links(first)["next"].removeprefix(alice.node.base_url))
    assert [each["acct"] for each in rest.body] == ["fan1"]


async def test_a_page_of_hidden_posts_is_not_the_end(alice: Client, bob: Client) -> None:
    assert alice.person is not None
    assert bob.person is not None
    shown = await alice.write("shown")
    hidden = [await alice.write("hush @bob", visibility="direct") for _ in range(3)]
    await bob.follow(alice.person)
    db, bob_uri = bob.node.node.db, bob.person.actor.uri

    def forget(tx: Tx) -> None:
        tx.execute(mentions.delete().where(mentions.c.actor_uri == bob_uri))

    await bob.ok("/api/v1/timelines/home")
    await db.write(forget)
    url, seen = "/api/v1/timelines/home?limit=2", []
    while url:
        heard = await bob.get(url)
        seen += [each["id"] for each in heard.body]
        url = links(heard).get("next", "").removeprefix(bob.node.base_url)
    assert seen == [shown["id"]]
    assert not {each["id"] for each in hidden} & set(seen)
