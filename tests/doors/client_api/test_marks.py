"""Bookmarks, likes of one's own, who liked or boosted, and threads that are muted."""

from __future__ import annotations

import pytest

from fediverse_node.posts.tables import mentions
from fediverse_node.storage.tx import Tx
from tests.doors.client_api.conftest import Client
from tests.doors.client_api.test_paging import links
from tests.fixtures.nodes import LiveNode


async def test_a_post_is_put_aside_found_again_and_let_go(alice: Client, bob: Client) -> None:
    post = await alice.write("worth keeping")
    path = f"/api/v1/statuses/{post['id']}"
    assert (await bob.do(f"{path}/bookmark"))["bookmarked"] is True
    assert (await bob.do(f"{path}/bookmark"))["bookmarked"] is True
    assert [each["id"] for each in await bob.ok("/api/v1/bookmarks")] == [post["id"]]
    # Nobody else is told, or sees it.
    assert (await alice.ok(path))["bookmarked"] is False
    assert await alice.ok("/api/v1/bookmarks") == []
    assert await alice.ok("/api/v1/notifications") == []
    assert (await bob.do(f"{path}/unbookmark"))["bookmarked"] is False
    assert await bob.ok("/api/v1/bookmarks") == []


async def test_of_a_boost_the_post_is_put_aside(alice: Client, bob: Client) -> None:
    post = await alice.write("worth keeping")
    boost = await alice.do(f"/api/v1/statuses/{post['id']}/reblog")
    shown = await bob.do(f"/api/v1/statuses/{boost['id']}/bookmark")
    assert (shown["id"], shown["bookmarked"]) == (post["id"], True)


@pytest.mark.parametrize(("mark", "listing"), [("bookmark", "bookmarks"), ("favourite", "favourites")])
async def test_pages_turn_by_when_a_post_was_marked(
    alice: Client, bob: Client, mark: str, listing: str
) -> None:
    posts = [await alice.write(f"post {number}") for number in range(3)]
    for number in (1, 0, 2):
        await bob.do(f"/api/v1/statuses/{posts[number]['id']}/{mark}")
    first = await bob.get(f"/api/v1/{listing}?limit=2")
    assert [each["id"] for each in first.body] == [posts[2]["id"], posts[0]["id"]]
    rest = await bob.get(links(first)["next"].removeprefix(bob.node.base_url))
    assert [each["id"] for each in rest.body] == [posts[1]["id"]]


async def test_what_may_no_longer_be_seen_is_in_no_list(alice: Client, bob: Client) -> None:
    assert bob.person is not None
    secret = await alice.write("only for @bob", visibility="direct")
    kept, gone = await alice.write("stays"), await alice.write("goes")
    for post in (secret, kept, gone):
        for mark in ("bookmark", "favourite"):
            await bob.do(f"/api/v1/statuses/{post['id']}/{mark}")
    assert len(await bob.ok("/api/v1/bookmarks")) == 3
    uri = bob.person.actor.uri

    def forget(tx: Tx) -> None:
        tx.execute(mentions.delete().where(mentions.c.actor_uri == uri))

    await bob.node.node.db.write(forget)
    await alice.call("DELETE", f"/api/v1/statuses/{gone['id']}")
    for listing in ("bookmarks", "favourites"):
        assert [each["id"] for each in await bob.ok(f"/api/v1/{listing}")] == [kept["id"]]
    # A block of either side hides the rest.
    await alice.do(f"/api/v1/accounts/{bob.person.actor.id}/block")
    assert await bob.ok("/api/v1/bookmarks") == []


@pytest.mark.parametrize("verb", ["bookmark", "unbookmark", "mute", "unmute"])
async def test_what_may_not_be_seen_cannot_be_marked(alice: Client, bob: Client, verb: str) -> None:
    secret = await alice.write("for myself", visibility="direct")
    assert (await bob.post(f"/api/v1/statuses/{secret['id']}/{verb}")).status == 404
    assert (await alice.post(f"/api/v1/statuses/{secret['id']}/{verb}")).status == 200


async def test_who_liked_and_who_boosted_a_post_is_told_to_whoever_may_see_it(  # PRI-07
    alice: Client, bob: Client, anybody: Client
) -> None:
    assert bob.person is not None
    post, secret = await alice.write("hello"), await alice.write("hush", visibility="private")
    await bob.do(f"/api/v1/statuses/{post['id']}/favourite")
    await bob.do(f"/api/v1/statuses/{post['id']}/reblog")
    for listing in ("favourited_by", "reblogged_by"):
        path = f"/api/v1/statuses/{post['id']}/{listing}"
        assert [each["acct"] for each in await anybody.ok(path)] == ["bob"]
        assert (await anybody.get(f"/api/v1/statuses/{secret['id']}/{listing}")).status == 404
    await alice.do(f"/api/v1/accounts/{bob.person.actor.id}/mute")
    assert await alice.ok(f"/api/v1/statuses/{post['id']}/favourited_by") == []


async def test_of_a_muted_thread_nobody_is_notified(alice: Client, bob: Client) -> None:
    root = await alice.write("a long story")
    answer = await bob.write("@alice well", in_reply_to_id=root["id"])
    assert len(await alice.ok("/api/v1/notifications")) == 1
    # Muted by an answer, the whole thread is quiet, also what is said later.
    assert (await alice.do(f"/api/v1/statuses/{answer['id']}/mute"))["muted"] is True
    later = await bob.write("@alice and so on", in_reply_to_id=answer["id"])
    other = await bob.write("@alice something else")
    assert (await alice.ok(f"/api/v1/statuses/{later['id']}"))["muted"] is True
    assert (await bob.ok(f"/api/v1/statuses/{later['id']}"))["muted"] is False
    heard = await alice.ok("/api/v1/notifications")
    assert [each["status"]["id"] for each in heard] == [other["id"]]
    assert (await alice.ok("/api/v1/notifications/unread_count"))["count"] == 1
    assert (await alice.do(f"/api/v1/statuses/{root['id']}/unmute"))["muted"] is False
    assert len(await alice.ok("/api/v1/notifications")) == 3


async def test_a_tag_timeline_shows_public_posts_with_the_tags_asked_for(
    alpha: LiveNode, alice: Client, anybody: Client
) -> None:
    assert alice.person is not None
    cats, both = await alice.write("#Cats"), await alice.write("#cats #dogs")
    dogs = await alice.write("#dogs")
    await alice.write("#cats in private", visibility="private")
    await alice.write("#cats unlisted", visibility="unlisted")

    async def ids(path: str) -> list[str]:
        return [each["id"] for each in await anybody.ok(path)]

    tag = "/api/v1/timelines/tag"
    assert await ids(f"{tag}/CATS") == [both["id"], cats["id"]]
    assert await ids(f"{tag}/cats?all[]=dogs") == [both["id"]]
    assert await ids(f"{tag}/cats?none[]=dogs") == [cats["id"]]
    assert await ids(f"{tag}/cats?any[]=dogs&local=true") == [dogs["id"], both["id"], cats["id"]]
    assert await ids(f"{tag}/cats?remote=true") == await ids(f"{tag}/cats?only_media=true") == []
    own = f"/api/v1/accounts/{alice.person.actor.id}/statuses?tagged=dogs"
    assert await ids(own) == [dogs["id"], both["id"]]
    assert (await anybody.get(f"{tag}/no%20tag")).status == 404
    assert (await anybody.ok("/api/v1/tags/Cats"))["name"] == "cats"
