"""Fedify, the library under Ghost and Hollo: every scenario both ways, seen from both sides."""

from __future__ import annotations

import aiohttp
import pytest

from tests.fixtures.apps import App, JsonDict
from tests.peers.fedify_people import FedifyPerson, new_person
from tests.peers.processes import PeerProcess

FEDIFY = "@fedify/fedify"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@pytest.fixture
async def fay(fedify: PeerProcess, http: aiohttp.ClientSession) -> FedifyPerson:
    """Somebody on Fedify, which tries RFC 9421 first, as Ghost does."""
    return await new_person(http, fedify.said["rfc9421"])


@pytest.fixture(params=["rfc9421", "cavage"])
async def either(
    request: pytest.FixtureRequest, fedify: PeerProcess, http: aiohttp.ClientSession
) -> FedifyPerson:
    """Somebody on Fedify, which tries one of the two signatures first."""
    return await new_person(http, fedify.said[request.param])


async def befriend(fay: FedifyPerson, alice: App) -> None:
    """Each follows the other."""
    await fay.do("follow", target=alice.uri)
    await fay.gets("Accept", actor=alice.uri)
    await alice.follow(fay)


async def local_id(alice: App, uri: str, **like: object) -> str:
    """The id that a post has on our node, once it is at home."""
    return str((await alice.reads(uri, **like))["id"])


@pytest.mark.peers(FEDIFY, "discover")
async def test_each_finds_the_other_by_address(fay: FedifyPerson, alice: App) -> None:
    seen = await fay.knows(alice.uri)
    assert seen["type"] == "Person"
    assert (seen["preferredUsername"], seen["name"]) == ("alice", "Alice")
    assert [key["owner"] for key in seen["keys"]] == [alice.uri]
    assert {key["algorithm"] for key in seen["multikeys"]} == {"Ed25519"}
    assert (await fay.knows(f"{alice.node.base_url}/@alice"))["id"] == alice.uri

    found = await alice.call("GET", f"v1/accounts/{await alice.find(fay.handle)}")
    assert found["acct"] == fay.handle[1:]
    assert found["uri"] == fay.uri


@pytest.mark.peers(FEDIFY, "follow", "accept")
async def test_a_follow_of_ours_is_accepted_there(either: FedifyPerson, alice: App) -> None:
    await alice.follow(either)
    assert await either.followers() == [alice.uri]
    follow = await either.gets("Follow", actor=alice.uri)
    held = await either.signatures(follow["id"])
    assert held["key"] == f"{alice.uri}#main-key"


@pytest.mark.peers(FEDIFY, "follow", "accept", "note")
async def test_a_follow_of_theirs_is_accepted_here_and_brings_our_posts(
    either: FedifyPerson, alice: App
) -> None:
    sent = await either.do("follow", target=alice.uri)
    accept = await either.gets("Accept", actor=alice.uri)
    assert accept["object"]["id"] == sent["id"]
    assert await either.following() == [alice.uri]
    assert [each["account"]["acct"] for each in await alice.told("follow")] == [either.handle[1:]]

    post = await alice.write("Good morning, *Fedify* #news", content_type="text/markdown")
    create = await either.gets("Create", actor=alice.uri, id=post["uri"])
    note = create["object"]
    assert note["attributedTo"] == alice.uri
    assert note["to"] == [PUBLIC]
    assert note["hashtags"] == ["#news"]
    assert "Good morning" in note["content"]
    # Fedify needs one of the two; both hold.
    held = await either.signatures(create["id"])
    assert (held["key"], held["proof"]) == (f"{alice.uri}#main-key", True)


@pytest.mark.peers(FEDIFY, "unfollow")
async def test_an_unfollow_of_ours_is_understood(fay: FedifyPerson, alice: App) -> None:
    await alice.follow(fay)
    await alice.call("POST", f"v1/accounts/{await alice.find(fay.handle)}/unfollow")
    undo = await fay.gets("Undo", actor=alice.uri)
    assert undo["object"]["type"] == "Follow"
    assert await fay.followers() == []


@pytest.mark.peers(FEDIFY, "unfollow")
async def test_an_unfollow_of_theirs_is_understood(fay: FedifyPerson, alice: App) -> None:
    sent = await fay.do("follow", target=alice.uri)
    assert (await alice.relationship(fay))["followed_by"]
    await fay.do("undo", id=sent["id"], author=alice.uri)

    async def forgotten() -> bool:
        return not (await alice.relationship(fay))["followed_by"]

    await alice.sees("that they left", forgotten)


@pytest.mark.peers(FEDIFY, "note", "mention", "reply")
async def test_their_posts_arrive_and_are_answered(either: FedifyPerson, alice: App) -> None:
    await alice.follow(either)
    sent = await either.do("write", text="<p>Hello from Fedify</p>", hashtags=["news"])
    status = await alice.reads(sent["object"])
    assert "Hello from Fedify" in status["content"]
    assert status["visibility"] == "public"
    assert [tag["name"] for tag in status["tags"]] == ["news"]
    assert status["account"]["acct"] == either.handle[1:]

    answer = await alice.write(f"{either.handle} welcome", in_reply_to_id=status["id"])
    create = await either.gets("Create", actor=alice.uri, id=answer["uri"])
    assert create["object"]["inReplyTo"] == sent["object"]
    assert [each["href"] for each in create["object"]["mentions"]] == [either.uri]
    assert either.uri in create["cc"]


@pytest.mark.peers(FEDIFY, "mention", "reply")
async def test_their_answer_to_our_post_arrives_with_a_notification(fay: FedifyPerson, alice: App) -> None:
    await fay.do("follow", target=alice.uri)
    post = await alice.write("Who is there?")
    await fay.gets("Create", actor=alice.uri, id=post["uri"])
    mention = {"href": alice.uri, "name": alice.handle}
    sent = await fay.do(
        "write", text="<p>Me</p>", replyTo=post["uri"], mentions=[mention], recipients=[alice.uri]
    )

    async def told() -> JsonDict | None:
        return next((each["status"] for each in await alice.told("mention")), None)

    reply = await alice.sees("the answer", told)
    assert (reply["uri"], reply["in_reply_to_id"]) == (sent["object"], post["id"])
    assert [each["url"] for each in reply["mentions"]] == [f"{alice.node.base_url}/@alice"]


@pytest.mark.peers(FEDIFY, "note")
async def test_what_is_for_followers_only_is_believed_by_its_http_signature(
    fay: FedifyPerson, alice: App
) -> None:
    await befriend(fay, alice)
    post = await alice.write("For friends", visibility="private")
    create = await fay.gets("Create", actor=alice.uri, id=post["uri"])
    assert create["object"]["to"] == [f"{alice.uri}/followers"]
    held = await fay.signatures(create["id"])
    assert (held["key"], held["proof"]) == (f"{alice.uri}#main-key", None)

    sent = await fay.do("write", text="<p>For mine</p>", visibility="private")
    assert (await alice.reads(sent["object"]))["visibility"] == "private"


@pytest.mark.peers(FEDIFY, "edit")
async def test_edits_go_both_ways(fay: FedifyPerson, alice: App) -> None:
    await befriend(fay, alice)
    post = await alice.write("Frist")
    await fay.gets("Create", actor=alice.uri, id=post["uri"])
    await alice.call("PUT", f"v1/statuses/{post['id']}", status="First")
    update = await fay.gets("Update", actor=alice.uri, id=post["uri"])
    assert "First" in update["object"]["content"]
    assert update["object"]["updated"] is not None
    assert "First" in (await fay.knows(post["uri"]))["content"]

    sent = await fay.do("write", text="<p>Tyop</p>")
    await alice.reads(sent["object"])
    await fay.do("edit", object=sent["object"], text="<p>Typo</p>")

    async def edited() -> JsonDict | None:
        status = (await alice.home())[sent["object"]]
        return status if status["edited_at"] else None

    assert "Typo" in (await alice.sees("the edit", edited))["content"]


@pytest.mark.peers(FEDIFY, "delete")
async def test_deletions_go_both_ways(fay: FedifyPerson, alice: App) -> None:
    await befriend(fay, alice)
    post = await alice.write("Gone in a moment")
    await fay.gets("Create", actor=alice.uri, id=post["uri"])
    await alice.call("DELETE", f"v1/statuses/{post['id']}")
    delete = await fay.gets("Delete", actor=alice.uri, id=post["uri"])
    assert delete["object"]["type"] == "Tombstone"

    sent = await fay.do("write", text="<p>Soon gone</p>")
    await alice.reads(sent["object"])
    await fay.do("remove", object=sent["object"])

    async def gone() -> bool:
        return sent["object"] not in await alice.home()

    await alice.sees("that it is gone", gone)
    assert not await alice.shows(sent["object"])


@pytest.mark.peers(FEDIFY, "like", "undo like")
async def test_likes_and_their_undoing_reach_them(fay: FedifyPerson, alice: App) -> None:
    await alice.follow(fay)
    sent = await fay.do("write", text="<p>Likeable</p>")
    status = await local_id(alice, sent["object"])
    await alice.call("POST", f"v1/statuses/{status}/favourite")
    like = await fay.gets("Like", actor=alice.uri)
    assert like["objects"] == [sent["object"]]
    await alice.call("POST", f"v1/statuses/{status}/unfavourite")
    assert (await fay.gets("Undo", actor=alice.uri, type="Like"))["object"]["id"] == like["id"]


@pytest.mark.peers(FEDIFY, "like", "undo like")
async def test_likes_and_their_undoing_reach_us(fay: FedifyPerson, alice: App) -> None:
    post = await alice.write("Likeable")
    sent = await fay.do("react", kind="like", object=post["uri"], author=alice.uri)
    await counts(alice, post, favourites_count=1)
    assert [each["account"]["acct"] for each in await alice.told("favourite")] == [fay.handle[1:]]
    await fay.do("undo", id=sent["id"], author=alice.uri)
    await counts(alice, post, favourites_count=0)


@pytest.mark.peers(FEDIFY, "boost", "undo boost")
async def test_boosts_and_their_undoing_reach_them(fay: FedifyPerson, alice: App) -> None:
    await alice.follow(fay)
    sent = await fay.do("write", text="<p>Worth passing on</p>")
    status = await local_id(alice, sent["object"])
    await alice.call("POST", f"v1/statuses/{status}/reblog")
    announce = await fay.gets("Announce", actor=alice.uri)
    assert (announce["objects"], announce["to"]) == ([sent["object"]], [PUBLIC])
    await alice.call("POST", f"v1/statuses/{status}/unreblog")
    assert (await fay.gets("Undo", actor=alice.uri, type="Announce"))["object"]["id"] == announce["id"]


@pytest.mark.peers(FEDIFY, "boost", "undo boost")
async def test_boosts_and_their_undoing_reach_us(fay: FedifyPerson, alice: App) -> None:
    post = await alice.write("Worth passing on")
    sent = await fay.do("react", kind="boost", object=post["uri"], author=alice.uri)
    await counts(alice, post, reblogs_count=1)
    assert [each["account"]["acct"] for each in await alice.told("reblog")] == [fay.handle[1:]]
    await fay.do("undo", id=sent["id"], author=alice.uri)
    await counts(alice, post, reblogs_count=0)


@pytest.mark.peers(FEDIFY, "profile update")
async def test_profile_updates_go_both_ways(fay: FedifyPerson, alice: App) -> None:
    await befriend(fay, alice)
    await alice.call("PATCH", "v1/accounts/update_credentials", display_name="Alice Liddell", note="Curious")
    update = await fay.gets("Update", actor=alice.uri, id=alice.uri)
    assert update["object"]["name"] == "Alice Liddell"
    assert "Curious" in update["object"]["summary"]

    await fay.do("profile", name="Fay Wray", summary="<p>Films</p>")

    async def renamed() -> bool:
        found = await alice.call("GET", f"v1/accounts/{await alice.find(fay.handle)}")
        return bool(found["display_name"] == "Fay Wray" and "Films" in found["note"])

    await alice.sees("the new name", renamed)


@pytest.mark.peers(FEDIFY, "key rotation")
async def test_their_new_keys_are_fetched_when_the_old_ones_no_longer_fit(
    either: FedifyPerson, alice: App
) -> None:
    await alice.follow(either)
    first = await either.do("write", text="<p>With the old keys</p>")
    await alice.reads(first["object"])
    await either.do("rotate")
    second = await either.do("write", text="<p>With new keys</p>")
    await alice.reads(second["object"])


@pytest.mark.peers(FEDIFY, "article")
async def test_their_article_becomes_a_post_with_its_title(fay: FedifyPerson, alice: App) -> None:
    await alice.follow(fay)
    sent = await fay.do("write", title="On hearts", text="<p>They beat.</p>")
    status = await alice.reads(sent["object"])
    assert "On hearts" in status["content"] + status["spoiler_text"]


async def counts(alice: App, post: JsonDict, **expected: int) -> None:
    """Wait until our post has so many likes or boosts."""

    async def look() -> bool:
        status = await alice.call("GET", f"v1/statuses/{post['id']}")
        return bool(expected.items() <= status.items())

    await alice.sees(f"{expected}", look)
