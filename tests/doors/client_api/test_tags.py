"""Hashtags that people follow, and those on their profiles."""

from __future__ import annotations

import pytest

from fediverse_node.federation.outbox import exclude
from fediverse_node.moderation.model import DomainBlock
from tests.doors.client_api.conftest import Client
from tests.doors.client_api.test_paging import links
from tests.fakes.remote_server import RemoteServer
from tests.fixtures.nodes import LiveNode


async def home(client: Client) -> list[str]:
    return [each["id"] for each in await client.ok("/api/v1/timelines/home")]


async def test_posts_with_a_followed_hashtag_stand_at_home_from_then_on(alice: Client, bob: Client) -> None:
    await alice.write("#cats of before")
    followed = await bob.do("/api/v1/tags/Cats/follow")
    assert (followed["name"], followed["following"]) == ("cats", True)
    assert [each["name"] for each in await bob.ok("/api/v1/followed_tags")] == ["cats"]
    found = await alice.write("#CATS and #dogs")
    await alice.write("#dogs alone")
    for visibility in ("unlisted", "private", "direct"):
        await alice.write("#cats for fewer", visibility=visibility)
    assert await home(bob) == [found["id"]]
    assert (await bob.ok("/api/v1/tags/cats"))["following"] is True
    assert (await alice.ok("/api/v1/tags/cats"))["following"] is False


async def test_what_somebody_does_not_want_to_hear_does_not_come_by_its_hashtag(
    alice: Client, bob: Client
) -> None:
    assert alice.person is not None
    await bob.do("/api/v1/tags/cats/follow")
    shown = await alice.write("#cats")
    assert await home(bob) == [shown["id"]]
    for verb in ("mute", "block"):
        await bob.do(f"/api/v1/accounts/{alice.person.actor.id}/{verb}")
        await alice.write(f"#cats after the {verb}")
        assert await home(bob) == []
        await bob.do(f"/api/v1/accounts/{alice.person.actor.id}/un{verb}")
    words = {
        "title": "no",
        "context": ["home"],
        "filter_action": "hide",
        "keywords_attributes": [{"keyword": "claws"}],
    }
    await bob.post("/api/v2/filters", words)
    hidden = await alice.write("#cats and their claws")
    heard = await bob.ok("/api/v1/timelines/home")
    assert all(each["filtered"] for each in heard if each["id"] == hidden["id"])


async def test_who_ceases_to_follow_keeps_what_is_there_for_something_else(
    alice: Client, bob: Client
) -> None:
    assert alice.person is not None
    for tag in ("cats", "dogs"):
        await bob.do(f"/api/v1/tags/{tag}/follow")
    cats, both = await alice.write("#cats"), await alice.write("#cats #dogs")
    own = await bob.write("my #cats")
    assert await home(bob) == [own["id"], both["id"], cats["id"]]
    assert (await bob.do("/api/v1/tags/cats/unfollow"))["following"] is False
    assert await home(bob) == [own["id"], both["id"]]
    await bob.do("/api/v1/tags/dogs/unfollow")
    assert await home(bob) == [own["id"]]
    assert await bob.ok("/api/v1/followed_tags") == []


async def test_of_a_silenced_server_nothing_comes_by_its_hashtag(alpha: LiveNode, bob: Client) -> None:
    await bob.do("/api/v1/tags/cats/follow")
    async with RemoteServer() as there:
        carol = there.add_actor("carol")

        async def says(text: str) -> None:
            tag = [{"type": "Hashtag", "name": "#Cats", "href": "https://remote.example/tags/cats"}]
            note = there.publish(carol.note(content=text, tag=tag))
            found = await bob.ok("/api/v2/search", q=note["id"], resolve="true")
            assert found["statuses"], found

        await says("heard")
        assert len(await home(bob)) == 1
        rule = DomainBlock(domain=there.domain, severity="silence")
        await alpha.node.db.write(lambda tx: exclude.decide(tx, rule, own_domain=alpha.domain))
        await says("unheard")
        assert len(await home(bob)) == 1


async def test_followed_hashtags_come_in_pages(bob: Client) -> None:
    for tag in ("one", "two", "three"):
        await bob.do(f"/api/v1/tags/{tag}/follow")
    await bob.do("/api/v1/tags/one/follow")
    first = await bob.get("/api/v1/followed_tags?limit=2")
    assert [each["name"] for each in first.body] == ["three", "two"]
    rest = await bob.get(links(first)["next"].removeprefix(bob.node.base_url))
    assert [each["name"] for each in rest.body] == ["one"]


async def test_a_hashtag_says_how_it_was_used_today(alice: Client, bob: Client, anybody: Client) -> None:
    for client, text in ((alice, "#cats"), (alice, "#cats again"), (bob, "#Cats")):
        await client.write(text)
    await alice.write("#cats in private", visibility="private")
    history = (await anybody.ok("/api/v1/tags/cats"))["history"]
    # The posts may be of the day before, when it is midnight.
    assert sum(int(day["uses"]) for day in history) == 3
    assert "2" in {day["accounts"] for day in history}
    assert len(history) >= 7


async def test_hashtags_are_shown_on_a_profile_and_taken_off(
    alice: Client, bob: Client, anybody: Client
) -> None:
    assert alice.person is not None
    await alice.write("#Cats one")
    await alice.write("#cats two")
    await alice.write("#cats for friends", visibility="private")
    proposed = await alice.ok("/api/v1/featured_tags/suggestions")
    assert [each["name"] for each in proposed] == ["cats"]
    made = (await alice.post("/api/v1/featured_tags", {"name": "#Cats"})).body
    assert (made["name"], made["statuses_count"]) == ("Cats", "2")
    assert made["last_status_at"] is not None
    assert (await alice.do("/api/v1/tags/dogs/feature"))["featuring"] is True
    account = f"/api/v1/accounts/{alice.person.actor.id}/featured_tags"
    assert [each["name"] for each in await anybody.ok(account)] == ["Cats", "dogs"]
    assert await alice.ok("/api/v1/featured_tags/suggestions") == []
    page = await anybody.get("/@alice")
    assert "/tags/cats" in page.body
    collection = await anybody.call(
        "GET", "/users/alice/tags", headers={"Accept": "application/activity+json"}
    )
    assert '"#Cats"' in str(collection.body).replace("'", '"')
    assert (await bob.call("DELETE", f"/api/v1/featured_tags/{made['id']}")).status == 404
    assert (await alice.call("DELETE", f"/api/v1/featured_tags/{made['id']}")).status == 200
    await alice.do("/api/v1/tags/dogs/unfeature")
    assert await anybody.ok(account) == []


@pytest.mark.parametrize("name", ["", "two words", "#", "123"])
async def test_what_is_no_hashtag_is_not_shown_on_a_profile(alice: Client, name: str) -> None:
    assert (await alice.post("/api/v1/featured_tags", {"name": name})).status == 422


async def test_a_profile_shows_ten_hashtags_at_the_most(alice: Client) -> None:
    for number in range(10):
        assert (await alice.post("/api/v1/featured_tags", {"name": f"tag{number}"})).status == 200
    assert (await alice.post("/api/v1/featured_tags", {"name": "tag9"})).status == 200
    assert (await alice.post("/api/v1/featured_tags", {"name": "onemore"})).status == 422
