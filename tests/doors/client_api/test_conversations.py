"""Direct posts, gathered for each of those who take part."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode
from tests.fixtures.streams import listening

URL = "/api/v1/conversations"


@pytest.fixture
async def carol(alpha: LiveNode) -> Client:
    return Client(node=alpha, person=await alpha.add_person("carol"))


async def direct(author: Client, text: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = await author.write(text, visibility="direct", **more)
    return found


async def seen(reader: Client) -> list[tuple[list[str], str, bool]]:
    """Of each conversation who takes part, the post that came last, and whether it is unread."""
    return [
        (
            sorted(each["acct"] for each in talk["accounts"]),
            talk["last_status"]["id"],
            talk["unread"],
        )
        for talk in await reader.ok(URL)
    ]


async def test_both_have_a_conversation_and_an_answer_moves_it_up(alice: Client, bob: Client) -> None:
    first = await direct(bob, "@alice hello")
    await direct(bob, "@alice something else")
    assert [(who, unread) for who, _, unread in await seen(alice)] == [(["bob"], True)] * 2
    assert [(who, unread) for who, _, unread in await seen(bob)] == [(["alice"], False)] * 2

    answer = await direct(alice, "@bob hello to you", in_reply_to_id=first["id"])

    top, _ = await seen(alice)
    assert top == (["bob"], answer["id"], False)
    top, other = await seen(bob)
    assert top == (["alice"], answer["id"], True)
    assert not other[2]


async def test_who_adds_somebody_begins_another_conversation(
    alice: Client, bob: Client, carol: Client
) -> None:
    first = await direct(bob, "@alice between us")
    more = await direct(alice, "@bob @carol look", in_reply_to_id=first["id"])
    assert await seen(carol) == [(["alice", "bob"], more["id"], True)]
    assert await seen(bob) == [
        (["alice", "carol"], more["id"], True),
        (["alice"], first["id"], False),
    ]


async def test_what_is_not_direct_is_in_no_conversation(alice: Client, bob: Client) -> None:
    for visibility in ("public", "unlisted", "private"):
        await bob.write("@alice hello", visibility=visibility)
    assert await alice.ok(URL) == await bob.ok(URL) == []
    await direct(bob, "@alice hello")
    assert len(await alice.ok(URL)) == len(await bob.ok(URL)) == 1


async def test_it_is_read_and_unread_again_by_its_owner_alone(alice: Client, bob: Client) -> None:
    await direct(bob, "@alice hello")
    (talk,) = await alice.ok(URL)
    path = f"{URL}/{talk['id']}"
    assert (await bob.post(f"{path}/read")).status == 404
    assert (await alice.ok(URL))[0]["unread"]
    assert not (await alice.do(f"{path}/read"))["unread"]
    assert not (await alice.ok(URL))[0]["unread"]
    assert (await alice.do(f"{path}/unread"))["unread"]
    assert (await alice.post(f"{URL}/7/read")).status == 404


async def test_a_deleted_last_post_gives_its_place_back(alice: Client, bob: Client) -> None:
    first = await direct(bob, "@alice hello")
    second = await direct(bob, "@alice again", in_reply_to_id=first["id"])
    assert await seen(alice) == [(["bob"], second["id"], True)]
    await bob.call("DELETE", f"/api/v1/statuses/{second['id']}")
    assert await seen(alice) == [(["bob"], first["id"], True)]
    await bob.call("DELETE", f"/api/v1/statuses/{first['id']}")
    assert await alice.ok(URL) == await bob.ok(URL) == []


async def test_a_conversation_taken_off_the_list_comes_back_with_the_next_post(
    alice: Client, bob: Client
) -> None:
    first = await direct(bob, "@alice hello")
    (talk,) = await alice.ok(URL)
    assert (await bob.call("DELETE", f"{URL}/{talk['id']}")).status == 404
    assert len(await alice.ok(URL)) == 1
    assert (await alice.call("DELETE", f"{URL}/{talk['id']}")).body == {}
    assert await alice.ok(URL) == []
    assert len(await bob.ok(URL)) == 1
    assert (await alice.get(f"/api/v1/statuses/{first['id']}")).status == 200
    again = await direct(bob, "@alice again", in_reply_to_id=first["id"])
    assert await seen(alice) == [(["bob"], again["id"], True)]


async def test_pages_follow_the_last_posts(alice: Client, bob: Client) -> None:
    written = [(await direct(bob, f"@alice {number}"))["id"] for number in range(5)]
    heard = await alice.get(URL, limit="2")
    assert [each["last_status"]["id"] for each in heard.body] == written[:2:-1]
    assert f"max_id={written[3]}" in heard.headers["Link"]
    rest = await alice.ok(URL, max_id=written[3], limit="40")
    assert [each["last_status"]["id"] for each in rest] == written[2::-1]
    nearest = await alice.ok(URL, min_id=written[0], limit="1")
    assert [each["last_status"]["id"] for each in nearest] == [written[1]]


async def test_what_somebody_blocked_or_muted_said_last_is_not_listed(alice: Client, bob: Client) -> None:
    # PRI-08
    assert bob.person is not None
    await direct(bob, "@alice hello")
    for way in ("mute", "block"):
        await alice.do(f"/api/v1/accounts/{bob.person.actor.id}/{way}")
        assert await alice.ok(URL) == await alice.ok("/api/v1/timelines/direct") == []
        await alice.do(f"/api/v1/accounts/{bob.person.actor.id}/un{way}")
        assert len(await alice.ok(URL)) == 1


async def test_the_old_way_lists_the_posts_of_all_conversations(
    alice: Client, bob: Client, carol: Client
) -> None:
    first = await direct(bob, "@alice hello")
    second = await direct(alice, "@bob hello", in_reply_to_id=first["id"])
    await alice.write("@bob in public")
    url = "/api/v1/timelines/direct"
    assert [each["id"] for each in await alice.ok(url)] == [second["id"], first["id"]]
    assert [each["id"] for each in await alice.ok(url, max_id=second["id"])] == [first["id"]]
    assert await carol.ok(url) == []


async def test_who_writes_to_nobody_talks_to_themselves(alice: Client) -> None:
    alone = await direct(alice, "a note for me")
    assert await seen(alice) == [(["alice"], alone["id"], False)]


async def test_whoever_listens_hears_that_a_conversation_went_on(
    alpha: LiveNode, alice: Client, bob: Client, carol: Client
) -> None:
    async with listening(alpha, alice.person, "direct") as ear:
        await direct(bob, "@carol not for alice")
        await direct(bob, "@alice hello")
        said = await ear.next()
        assert (said.stream, said.event) == (("direct",), "conversation")
        assert said.payload == (await alice.ok(URL))[0]
