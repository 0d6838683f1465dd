from __future__ import annotations

from tests.doors.client_api.conftest import Client
from tests.fixtures.nodes import LiveNode


def id_of(client: Client) -> int:
    assert client.person is not None
    return client.person.actor.id


async def test_people_are_found_by_handle_here_and_with_our_host(alice: Client, anybody: Client) -> None:
    for acct in ("alice", "@alice", "ALICE", f"alice@{alice.node.domain}", f"acct:alice@{alice.node.domain}"):
        found = await anybody.ok("/api/v1/accounts/lookup", acct=acct)
        assert found["id"] == str(id_of(alice)), acct
    for acct in ("nobody", "alice@elsewhere.example", "", "a b", "@"):
        heard = await anybody.get("/api/v1/accounts/lookup", acct=acct)
        assert (heard.status, heard.body) == (404, {"error": "There is no such account."}), acct


async def test_following_somebody_shows_on_both_sides(alice: Client, bob: Client, anybody: Client) -> None:
    assert alice.person is not None
    there = await bob.follow(alice.person)
    assert (there["following"], there["requested"]) == (True, False)
    (seen,) = await alice.ok("/api/v1/accounts/relationships", **{"id[]": id_of(bob)})
    assert (seen["following"], seen["followed_by"]) == (False, True)
    account = await anybody.ok(f"/api/v1/accounts/{id_of(alice)}")
    assert account["followers_count"] == 1
    followers = await anybody.ok(f"/api/v1/accounts/{id_of(alice)}/followers")
    following = await anybody.ok(f"/api/v1/accounts/{id_of(bob)}/following")
    assert [each["acct"] for each in (*followers, *following)] == ["bob", "alice"]
    gone = await bob.do(f"/api/v1/accounts/{id_of(alice)}/unfollow")
    assert gone["following"] is False
    assert await anybody.ok(f"/api/v1/accounts/{id_of(alice)}/followers") == []


async def test_whoever_approves_by_hand_is_asked_first(alpha: LiveNode, bob: Client) -> None:
    carol = Client(node=alpha, person=await alpha.add_person("carol", manually_approves=True))
    eve = Client(node=alpha, person=await alpha.add_person("eve"))
    assert carol.person is not None
    for client in (bob, eve):
        asked = await client.follow(carol.person)
        assert (asked["following"], asked["requested"]) == (False, True)
    assert (await carol.ok("/api/v1/accounts/verify_credentials"))["source"]["follow_requests_count"] == 2
    waiting = await carol.ok("/api/v1/follow_requests")
    assert [each["acct"] for each in waiting] == ["eve", "bob"]
    assert [each["type"] for each in await carol.ok("/api/v1/notifications")] == ["follow_request"] * 2
    accepted = await carol.do(f"/api/v1/follow_requests/{id_of(bob)}/authorize")
    assert (accepted["followed_by"], accepted["requested_by"]) == (True, False)
    refused = await carol.do(f"/api/v1/follow_requests/{id_of(eve)}/reject")
    assert (refused["followed_by"], refused["requested_by"]) == (False, False)
    assert await carol.ok("/api/v1/follow_requests") == []
    assert (await carol.post(f"/api/v1/follow_requests/{id_of(eve)}/authorize")).status == 404


async def test_nobody_follows_themselves_or_nobody(alice: Client) -> None:
    assert (await alice.post(f"/api/v1/accounts/{id_of(alice)}/follow")).status == 422
    assert (await alice.post("/api/v1/accounts/17/follow")).status == 404
    assert (await alice.post("/api/v1/accounts/abc/follow")).status == 404


async def test_a_follow_with_what_is_not_offered_is_refused(alice: Client, bob: Client) -> None:
    url = f"/api/v1/accounts/{id_of(alice)}/follow"
    for body in ({"notify": True}, {"reblogs": "false"}, {"languages": ["en"]}):
        assert (await bob.post(url, body)).status == 422
    assert (await bob.post(url, {"reblogs": True, "notify": "0"})).status == 200


async def test_relationships_are_given_for_those_who_exist_in_the_order_asked(
    alice: Client, bob: Client
) -> None:
    url = f"/api/v1/accounts/relationships?id[]=17&id[]={id_of(bob)}&id[]=abc&id[]={id_of(alice)}"
    found = await alice.ok(url)
    assert [each["id"] for each in found] == [str(id_of(bob)), str(id_of(alice))]
    assert await alice.ok("/api/v1/accounts/relationships") == []
    many = "&".join(f"id[]={number}" for number in range(101))
    assert (await alice.get(f"/api/v1/accounts/relationships?{many}")).status == 422


async def test_a_profile_is_filtered_as_asked(alice: Client, bob: Client, anybody: Client) -> None:
    first = await alice.write("first")
    theirs = await bob.write("theirs")
    answer = await alice.write("answer @bob", in_reply_to_id=theirs["id"])
    boost = await alice.do(f"/api/v1/statuses/{theirs['id']}/reblog")
    url = f"/api/v1/accounts/{id_of(alice)}/statuses"

    async def shown(**query: str) -> list[str]:
        return [each["id"] for each in await anybody.ok(url, **query)]

    assert await shown() == [boost["id"], answer["id"], first["id"]]
    assert await shown(exclude_reblogs="true") == [answer["id"], first["id"]]
    assert await shown(exclude_replies="1") == [boost["id"], first["id"]]
    assert await shown(only_media="true") == []
    assert await shown(pinned="true") == []


async def test_the_home_timeline_is_what_one_follows_and_says(alice: Client, bob: Client) -> None:
    assert alice.person is not None
    before = await alice.write("before")
    own = await bob.write("my own")
    await bob.follow(alice.person)
    after = await alice.write("after")
    assert {each["id"] for each in await bob.ok("/api/v1/timelines/home")} == {
        before["id"],
        own["id"],
        after["id"],
    }
    await bob.do(f"/api/v1/accounts/{id_of(alice)}/unfollow")
    assert [each["id"] for each in await bob.ok("/api/v1/timelines/home")] == [own["id"]]


async def test_the_public_timeline_can_be_local_or_remote(alice: Client, anybody: Client) -> None:
    post = await alice.write("hello")
    await alice.write("hush", visibility="unlisted")
    url = "/api/v1/timelines/public"
    assert [each["id"] for each in await anybody.ok(url)] == [post["id"]]
    assert [each["id"] for each in await anybody.ok(url, local="true")] == [post["id"]]
    assert await anybody.ok(url, remote="true") == []
    assert (await anybody.get(url, local="true", remote="true")).status == 422


async def test_notifications_can_be_chosen(alice: Client, bob: Client) -> None:
    assert alice.person is not None
    post = await alice.write("hello")
    await bob.do(f"/api/v1/statuses/{post['id']}/favourite")
    await bob.do(f"/api/v1/statuses/{post['id']}/reblog")
    await bob.follow(alice.person)
    await bob.write("hello @alice")
    url = "/api/v1/notifications"

    async def kinds(query: str = "") -> list[str]:
        return [each["type"] for each in await alice.ok(url + query)]

    assert await kinds() == ["mention", "follow", "reblog", "favourite"]
    assert await kinds("?types[]=follow&types[]=mention") == ["mention", "follow"]
    assert await kinds("?exclude_types[]=follow&exclude_types[]=mention") == ["reblog", "favourite"]
    assert len(await kinds(f"?account_id={id_of(bob)}")) == 4
    assert await kinds(f"?account_id={id_of(alice)}") == []
    mention = (await alice.ok(url))[0]
    assert mention["status"]["content"].startswith("<p>hello")
    assert mention["group_key"] == f"ungrouped-{mention['id']}"
