"""Streams over a WebSocket: what is said on each, to whom, and how."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from fediverse_node.announcements import queries as announcements
from fediverse_node.announcements.model import Announcement
from fediverse_node.moderation import ai_filters
from fediverse_node.oauth import tokens
from fediverse_node.storage.tx import Tx
from tests.doors.client_api.conftest import Client
from tests.fixtures.described import description
from tests.fixtures.nodes import LiveNode
from tests.fixtures.streams import Ear, Said, listening


async def ids(ear: Ear, count: int) -> list[str]:
    """Of the next events, all of them updates."""
    said = [await ear.next() for _ in range(count)]
    assert {each.event for each in said} == {"update"}, said
    return [each.payload["id"] for each in said]


async def test_what_comes_into_a_home_is_said_to_its_owner_as_the_timeline_shows_it(
    alpha: LiveNode, alice: Client, bob: Client
) -> None:
    assert alice.person
    await bob.follow(alice.person)
    async with listening(alpha, bob.person, "user") as ear:
        written = await alice.write("Good morning", visibility="private")
        said = await ear.next()
        assert (said.stream, said.event, said.payload["id"]) == (("user",), "update", written["id"])
        assert said.payload == (await bob.ok("/api/v1/timelines/home"))[0]
        assert not faults("GET /api/v1/statuses/{id}", said.payload)

        await alice.call("PUT", f"/api/v1/statuses/{written['id']}", json={"status": "Good evening"})
        said = await ear.next()
        assert (said.event, said.payload["content"]) == ("status.update", "<p>Good evening</p>")
        await alice.call("DELETE", f"/api/v1/statuses/{written['id']}")
        assert await ear.next() == Said(("user",), "delete", written["id"])


async def test_a_boost_and_its_end_are_said_with_what_the_reader_did(
    alpha: LiveNode, alice: Client, bob: Client
) -> None:
    assert alice.person
    carol = Client(node=alpha, person=await alpha.add_person("carol"))
    for reader in (bob, carol):
        await reader.follow(alice.person)
    written = await carol.write("By somebody else")
    await bob.do(f"/api/v1/statuses/{written['id']}/bookmark")
    async with listening(alpha, bob.person, "user") as his, listening(alpha, carol.person, "user") as hers:
        boost = await alice.do(f"/api/v1/statuses/{written['id']}/reblog")
        said = [await ear.next() for ear in (his, hers)]
        assert [each.payload["id"] for each in said] == [boost["id"]] * 2
        assert [each.payload["reblog"]["bookmarked"] for each in said] == [True, False]
        assert (await hers.next()).payload["type"] == "reblog"
        await carol.call("DELETE", f"/api/v1/statuses/{written['id']}")
        gone = {(await his.next()).payload}
        assert gone == {boost["id"]}


async def test_public_streams_hold_what_the_public_timelines_do(
    alpha: LiveNode, alice: Client, anybody: Client
) -> None:
    streams = ("public", "public:local", "public:remote", "public:media")
    tags = ({"stream": "hashtag", "tag": "#Cats"}, {"stream": "hashtag:local", "tag": "cats"})
    async with listening(alpha, None, *streams, *tags) as ear:
        for visibility in ("unlisted", "private", "direct"):
            await alice.write("Not for everybody #cats", visibility=visibility)
        await alice.write("Only here #cats", local_only=True)
        first = await alice.write("Look #cats")
        heard = [await ear.next() for _ in range(4)]
        assert {each.payload["id"] for each in heard} == {first["id"]}
        assert {each.stream for each in heard} == {
            ("public",),
            ("public:local",),
            ("hashtag", "cats"),
            ("hashtag:local", "cats"),
        }
        answer = await alice.write("An answer #cats", in_reply_to_id=first["id"])
        heard = [await ear.next() for _ in range(2)]
        assert {each.stream[0] for each in heard} == {"hashtag", "hashtag:local"}
        assert heard[0].payload["in_reply_to_id"] == first["id"] == heard[1].payload["in_reply_to_id"]
        assert answer["id"] == heard[0].payload["id"]
        for stream in ("public", "public:local"):
            await ear.ask("unsubscribe", stream)
        await ear.known()
        await alice.write("Nobody listens there any more")
        last = await alice.write("But here #cats")
        assert await ids(ear, 2) == [last["id"]] * 2
    assert [each["id"] for each in await anybody.ok("/api/v1/timelines/public", limit=1)] == [last["id"]]


async def test_a_list_says_what_stands_on_it_and_an_exclusive_one_takes_it_out_of_the_home(
    alpha: LiveNode, alice: Client, bob: Client
) -> None:
    assert alice.person
    await bob.follow(alice.person)
    made = (await bob.post("/api/v1/lists", {"title": "close", "replies_policy": "none"})).body
    await bob.post(f"/api/v1/lists/{made['id']}/accounts", {"account_ids": [alice.person.actor.id]})
    async with listening(alpha, bob.person, "user", {"stream": "list", "list": made["id"]}) as ear:
        first = await alice.write("To all")
        assert {(await ear.next()).stream for _ in range(2)} == {("user",), ("list", made["id"])}
        await bob.call("PUT", f"/api/v1/lists/{made['id']}", json={"title": "close", "exclusive": True})
        await bob.post(f"/api/v1/statuses/{first['id']}/reblog")
        assert (await ear.next()).stream == ("user",), "one's own boost"
        await alice.write("On the list only")
        assert (await ear.next()).stream == ("list", made["id"])


async def test_what_somebody_does_not_want_to_hear_is_not_said_to_them(
    alpha: LiveNode, alice: Client, bob: Client
) -> None:
    assert alice.person
    assert bob.person
    carol = Client(node=alpha, person=await alpha.add_person("carol"))
    for reader in (bob, carol):
        await reader.follow(alice.person)
    me = bob.person.actor.id
    db, author = alpha.node.db, alice.person.actor
    async with (
        listening(alpha, bob.person, "user", "public") as ear,
        listening(alpha, carol.person, "user") as other,
    ):
        await db.write(lambda tx: ai_filters.choose(tx, me, "all"))
        await alice.write("By a model", ai_disclosure="ai-assisted")
        # Who hears it is decided when it is said: what follows must not come before that.
        await ids(other, 1)
        await db.write(lambda tx: ai_filters.choose(tx, me, "off"))
        await bob.do(f"/api/v1/accounts/{author.id}/mute")
        await alice.write("Muted")
        await ids(other, 1)
        await bob.do(f"/api/v1/accounts/{author.id}/unmute")
        heard = await alice.write("Heard")
        assert await ids(ear, 2) == [heard["id"]] * 2
        assert await ids(other, 1) == [heard["id"]]


async def test_filters_are_named_for_each_and_their_change_is_said(
    alpha: LiveNode, alice: Client, bob: Client
) -> None:
    assert alice.person
    carol = Client(node=alpha, person=await alpha.add_person("carol"))
    for reader in (bob, carol):
        await reader.follow(alice.person)
    async with listening(alpha, bob.person, "user") as his, listening(alpha, carol.person, "user") as hers:
        made = await bob.post(
            "/api/v2/filters",
            {"title": "plot", "context": ["home"], "keywords_attributes": [{"keyword": "spoiler"}]},
        )
        assert await his.raw() == {"stream": ["user"], "event": "filters_changed"}
        await alice.write("A spoiler: they win")
        said, unfiltered = await his.next(), await hers.next()
        assert [each["filter"]["title"] for each in said.payload["filtered"]] == ["plot"]
        assert unfiltered.payload["filtered"] == []
        word = made.body["keywords"][0]["id"]
        for method, path in (("PUT", f"keywords/{word}"), ("DELETE", f"keywords/{word}")):
            await bob.call(method, f"/api/v2/filters/{path}", json={"keyword": "other"})
            assert (await his.next()).event == "filters_changed"


async def test_notifications_are_heard_with_the_scope_for_them_only(
    alpha: LiveNode, alice: Client, bob: Client
) -> None:
    assert alice.person
    narrow = await _with_scopes(alpha, alice, "read:statuses")
    written = await alice.write("Like this")
    async with (
        listening(alpha, alice.person, "user", "user:notification") as ear,
        listening(alpha, narrow, "user") as other,
    ):
        await bob.do(f"/api/v1/statuses/{written['id']}/favourite")
        said = [await ear.next() for _ in range(2)]
        assert {each.stream for each in said} == {("user",), ("user:notification",)}
        assert {each.event for each in said} == {"notification"}
        assert said[0].payload == (await alice.ok("/api/v1/notifications"))[0]
        await alice.write("A post, which needs no more")
        assert (await other.next()).event == "update", "OAU-13"


async def test_conversations_are_heard_on_the_stream_for_them(
    alpha: LiveNode, alice: Client, bob: Client
) -> None:
    async with listening(alpha, bob.person, "direct") as his, listening(alpha, None, "public") as open_ear:
        await alice.write("Not for bob")
        await open_ear.next()
        written = await alice.write("@bob for you alone", visibility="direct")
        said = await his.next()
        assert (said.stream, said.event) == (("direct",), "conversation")
        assert said.payload["last_status"]["id"] == written["id"]
        assert said.payload == (await bob.ok("/api/v1/conversations"))[0]
        await alice.write("For all")
        assert (await open_ear.next()).payload["content"] == "<p>For all</p>"


async def test_what_the_operator_announces_is_said_to_all_people(alpha: LiveNode, alice: Client) -> None:
    def announce(tx: Tx) -> int:
        made = Announcement(
            id=tx.new_id(),
            text="We move",
            content_html="<p>We move</p>",
            starts_at=None,
            ends_at=None,
            all_day=False,
            published_at=tx.now,
        )
        announcements.add(tx, made)
        return made.id

    async with listening(alpha, alice.person, "user") as ear:
        id_ = await alpha.node.db.write(announce)
        said = await ear.next()
        assert (said.event, said.payload["id"]) == ("announcement", str(id_))
        path = f"/api/v1/announcements/{id_}/reactions/%F0%9F%8E%89"
        for method, count in (("PUT", 1), ("DELETE", 0)):
            assert (await alice.call(method, path)).status == 200
            said = await ear.next()
            assert said.event == "announcement.reaction"
            assert said.payload == {"name": "\U0001f389", "count": count, "announcement_id": str(id_)}
        await alpha.node.db.write(lambda tx: announcements.remove(tx, id_))
        assert await ear.next() == Said(("user",), "announcement.delete", str(id_))


async def _with_scopes(alpha: LiveNode, client: Client, scopes: str) -> Any:
    assert client.person
    issue = partial(tokens.issue, scopes=scopes, app_name="narrow")
    account = client.person.account
    return client.person._replace(token=await alpha.node.db.write(lambda tx: issue(tx, account.id)))


def faults(route: str, payload: Any) -> list[str]:
    """What is wrong with an entity, by Mastodon's description of the route that gives the same."""
    known = description()
    method, _, path = route.partition(" ")
    return known.faults(method, path, 200, json.dumps(payload).encode()) if known is not None else []
