"""Emoji under posts through the API, emoji of this server, and posts that stay here."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from fediverse_node.posts import custom_emojis
from fediverse_node.web.client_api.entities_reaction import TOLD_AS
from tests.doors.client_api.conftest import Client

STATUSES = "/api/v1/statuses"
PNG = b"\x89PNG\r\n\x1a\n and so on"
AS2 = {"Accept": "application/activity+json"}


def reactions(post: Any, emoji: str = "") -> str:
    path = f"/api/v1/pleroma/statuses/{post['id']}/reactions"
    return f"{path}/{quote(emoji)}" if emoji else path


def shown(status: Any) -> list[tuple[str, int, bool]]:
    return [(each["name"], each["count"], each["me"]) for each in status["pleroma"]["emoji_reactions"]]


async def add_emoji(client: Client, code: str = "blob", picture: bytes = PNG) -> str:
    made = await client.node.node.db.write(lambda tx: custom_emojis.save(tx, code, picture))
    return client.node.addresses.emoji_picture(made.digest, made.media_type)


async def test_an_emoji_is_put_under_a_post_and_taken_back(alice: Client, bob: Client) -> None:
    post = await alice.write("Look")
    heard = await bob.call("PUT", reactions(post, "🎉"))
    assert heard.status == 200
    assert shown(heard.body) == [("🎉", 1, True)]
    assert heard.body["favourites_count"] == 0
    await bob.call("PUT", reactions(post, "🎉"))
    seen = await alice.ok(f"{STATUSES}/{post['id']}")
    assert shown(seen) == [("🎉", 1, False)]
    listed = await alice.ok(reactions(post))
    assert [(each["name"], each["accounts"][0]["acct"]) for each in listed] == [("🎉", "bob")]
    heard = await bob.call("DELETE", reactions(post, "🎉"))
    assert shown(heard.body) == []


async def test_only_apps_that_ask_hear_of_reactions_by_name(alice: Client, bob: Client) -> None:
    post = await alice.write("Look")
    await bob.call("PUT", reactions(post, "🎉"))
    plain = await alice.ok("/api/v1/notifications")
    assert [each["type"] for each in plain] == ["favourite"]
    named = await alice.ok("/api/v1/notifications", **{"types[]": TOLD_AS})
    assert [(each["type"], each["emoji"]) for each in named] == [(TOLD_AS, "🎉")]
    await bob.call("DELETE", reactions(post, "🎉"))
    assert await alice.ok("/api/v1/notifications") == []
    await bob.post(f"{STATUSES}/{post['id']}/favourite")
    assert await alice.ok("/api/v1/notifications", **{"types[]": TOLD_AS}) == []


@pytest.mark.parametrize("emoji", ["nothing", "a", "🎉🎉", "blob@elsewhere.example"])
async def test_what_is_no_known_emoji_is_refused(alice: Client, bob: Client, emoji: str) -> None:
    post = await alice.write("Look")
    assert (await bob.call("PUT", reactions(post, emoji))).status == 422
    assert (await bob.call("PUT", reactions(post, "👍"))).status == 200


async def test_who_may_not_see_a_post_puts_nothing_under_it(alice: Client, bob: Client) -> None:
    post = await alice.write("Mine", visibility="direct")
    assert (await bob.call("PUT", reactions(post, "🎉"))).status == 404
    assert (await bob.get(reactions(post))).status == 404
    assert (await alice.call("PUT", reactions(post, "🎉"))).status == 200


async def test_emoji_of_this_server_are_listed_used_and_served(alice: Client, anybody: Client) -> None:
    url = await add_emoji(alice)
    listed = await anybody.ok("/api/v1/custom_emojis")
    assert [(each["shortcode"], each["url"]) for each in listed] == [("blob", url)]
    post = await alice.write("Hi :blob: and :unknown:")
    assert [(each["shortcode"], each["url"]) for each in post["emojis"]] == [("blob", url)]
    async with alice.node.http.get(url) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", PNG)
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    note = await alice.node.http.get(post["uri"], headers=AS2)
    tag = next(each for each in (await note.json(content_type=None))["tag"] if each["type"] == "Emoji")
    assert (tag["name"], tag["icon"]) == (":blob:", {"type": "Image", "mediaType": "image/png", "url": url})
    looked_up = await alice.node.http.get(tag["id"], headers=AS2)
    found = await looked_up.json(content_type=None)
    assert (found["id"], found["icon"], "updated" in found) == (tag["id"], tag["icon"], True)


async def test_an_emoji_of_this_server_is_put_under_a_post(alice: Client, bob: Client) -> None:
    url = await add_emoji(alice)
    post = await alice.write("Look")
    heard = await bob.call("PUT", reactions(post, "blob"))
    assert heard.body["pleroma"]["emoji_reactions"] == [
        {"name": "blob", "count": 1, "me": True, "url": url, "static_url": url}
    ]


async def test_a_picture_of_another_kind_is_not_there(alice: Client) -> None:
    url = await add_emoji(alice)
    for address in (url.replace(".png", ".gif"), url.replace("/emoji/files/", "/emoji/files/0")):
        async with alice.node.http.get(address) as answer:
            assert answer.status == 404


# Posts that stay here


async def test_a_post_for_this_server_is_seen_by_people_here_alone(
    alice: Client, bob: Client, anybody: Client
) -> None:
    here = await alice.write("Between us", local_only=True)
    everywhere = await alice.write("For all")
    assert here["fediverse_node"]["local_only"] is True
    for post, status in ((here, 404), (everywhere, 200)):
        assert (await bob.get(f"{STATUSES}/{post['id']}")).status == 200
        assert (await anybody.get(f"{STATUSES}/{post['id']}")).status == status
        async with alice.node.http.get(post["uri"], headers=AS2) as answer:
            assert answer.status == status
        async with alice.node.http.get(post["url"], headers={"Accept": "text/html"}) as answer:
            assert answer.status == status
    listed = await anybody.ok(f"/api/v1/accounts/{here['account']['id']}/statuses")
    assert [each["id"] for each in listed] == [everywhere["id"]]
    async with alice.node.http.get(alice.node.addresses.outbox("alice"), headers=AS2) as answer:
        assert (await answer.json(content_type=None))["totalItems"] == 1


async def test_what_answers_or_boosts_it_stays_here_too(alice: Client, bob: Client, anybody: Client) -> None:
    here = await alice.write("Between us", local_only=True)
    answer = await bob.write("Yes", in_reply_to_id=here["id"])
    boost = await bob.post(f"{STATUSES}/{here['id']}/reblog")
    assert boost.status == 200
    for post in (answer, boost.body):
        assert (await alice.get(f"{STATUSES}/{post['id']}")).status == 200
        assert (await anybody.get(f"{STATUSES}/{post['id']}")).status == 404
    async with alice.node.http.get(alice.node.addresses.outbox("bob"), headers=AS2) as heard:
        assert (await heard.json(content_type=None))["totalItems"] == 0


async def test_it_is_not_for_training_and_not_a_direct_post(alice: Client) -> None:
    for more in ({"training_use": "yes"}, {"visibility": "direct"}):
        heard = await alice.post(STATUSES, {"status": "Hi", "local_only": True, **more})
        assert heard.status == 422
    assert (await alice.post(STATUSES, {"status": "Hi", "training_use": "yes"})).status == 200
