"""activitypub-bot, a framework for bots: what it can do, both ways, seen from both sides."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from fediverse_node.actors.local import generate_keys
from fediverse_node.federation.outbox.rotate import rotate
from fediverse_node.moderation import reports
from fediverse_node.moderation.model import Report
from fediverse_node.storage.paging import Page
from tests.fixtures.apps import App, JsonDict
from tests.fixtures.waiting import wait_until
from tests.peers.bot_people import Bot, new_bot
from tests.peers.processes import PeerProcess

BOTS = "@evanp/activitypub-bot"


@pytest.fixture
def bea(bots: PeerProcess, http: aiohttp.ClientSession) -> Bot:
    """A bot that does as it is told."""
    return new_bot(http, bots)


async def befriend(bea: Bot, alice: App) -> None:
    """Each follows the other."""
    await alice.follow(bea)
    await bea.do("follow", actor=alice.uri)
    await bea.lists("following", alice.uri)


@pytest.mark.peers(BOTS, "discover", "follow", "accept", "unfollow")
async def test_a_follow_of_ours_is_accepted_there_and_taken_back(bea: Bot, alice: App) -> None:
    await alice.follow(bea)
    await bea.lists("followers", alice.uri)
    await alice.call("POST", f"v1/accounts/{await alice.find(bea.handle)}/unfollow")
    await bea.drops("followers", alice.uri)


@pytest.mark.peers(BOTS, "discover", "follow", "accept", "unfollow")
async def test_a_follow_of_theirs_is_accepted_here_and_taken_back(bea: Bot, alice: App) -> None:
    assert (await bea.reads(alice.uri) or {})["preferredUsername"] == "alice"
    await bea.do("follow", actor=alice.uri)
    await bea.lists("following", alice.uri)
    assert (await alice.relationship(bea))["followed_by"]
    await bea.do("unfollow", actor=alice.uri)

    async def gone() -> bool:
        return not (await alice.relationship(bea))["followed_by"]

    await alice.sees("that it left", gone)


@pytest.mark.peers(BOTS, "note", "reply", "mention")
async def test_their_note_arrives_and_our_answer_stands_among_its_replies(bea: Bot, alice: App) -> None:
    await alice.follow(bea)
    note = await bea.sends("write", text="Good morning")
    status = await alice.reads(note)
    assert ("Good morning" in status["content"], status["visibility"]) == (True, "public")
    handle = f"@{status['account']['acct']}"
    answer = await alice.write(f"{handle} and to you", in_reply_to_id=status["id"])
    await bea.lists("replies", answer["uri"], of=note)
    await bea.hears_of("Mention", answer["uri"])


@pytest.mark.peers(BOTS, "note", "reply")
async def test_our_note_is_read_there_and_answered(bea: Bot, alice: App) -> None:
    post = await alice.write("Who is there?")
    assert "Who is there?" in (await bea.reads(post["uri"]) or {})["content"]
    answer = await bea.sends("answer", to=post["uri"], text="Me")

    async def answered() -> JsonDict | None:
        thread = await alice.call("GET", f"v1/statuses/{post['id']}/context")
        return next((each for each in thread["descendants"] if each["uri"] == answer), None)

    reply = await alice.sees("the answer", answered)
    assert (reply["in_reply_to_id"], "Me" in reply["content"]) == (post["id"], True)


@pytest.mark.peers(BOTS, "edit", "delete")
async def test_their_edit_and_deletion_arrive(bea: Bot, alice: App) -> None:
    await alice.follow(bea)
    note = await bea.sends("write", text="Tyop")
    await alice.reads(note)
    await bea.do("edit", object=note, text="Typo")

    async def edited() -> bool:
        return "Typo" in (await alice.home())[note]["content"]

    await alice.sees("the edit", edited)
    await bea.do("remove", object=note)

    async def gone() -> bool:
        return not await alice.shows(note)

    await alice.sees("that it is gone", gone)


@pytest.mark.peers(BOTS, "edit", "delete")
async def test_our_edit_and_deletion_arrive(bea: Bot, alice: App) -> None:
    await bea.do("follow", actor=alice.uri)
    await bea.lists("following", alice.uri)
    post = await alice.write("Tyop")

    async def shown() -> str:
        return str((await bea.reads(post["uri"]) or {}).get("content"))

    async def edited() -> bool:
        return "Typo" in await shown()

    async def gone() -> bool:
        return await bea.reads(post["uri"]) is None

    # What came in a Create it keeps for minutes, unless it is told to forget it.
    await bea.hears_of("Create", post["uri"])
    assert "Tyop" in await shown()
    await alice.call("PUT", f"v1/statuses/{post['id']}", status="Typo")
    await bea.hears_of("Update", post["uri"])
    await wait_until("the bot to have the edit", edited)
    await alice.call("DELETE", f"v1/statuses/{post['id']}")
    await bea.hears_of("Delete", post["uri"])
    await wait_until("the note to be gone there", gone)


@pytest.mark.peers(BOTS, "like", "undo like", "boost", "undo boost")
async def test_their_like_and_boost_are_counted_and_taken_back(bea: Bot, alice: App) -> None:
    post = await alice.write("Likeable")
    await bea.do("like", object=post["uri"])
    await bea.do("boost", object=post["uri"])
    await counts(alice, post, favourites_count=1, reblogs_count=1)
    assert len(await alice.told("favourite")) == len(await alice.told("reblog")) == 1
    await bea.do("unlike", object=post["uri"])
    await bea.do("unboost", object=post["uri"])
    await counts(alice, post, favourites_count=0, reblogs_count=0)


@pytest.mark.peers(BOTS, "like", "undo like", "boost", "undo boost")
async def test_our_like_and_boost_stand_in_their_collections_and_are_taken_back(bea: Bot, alice: App) -> None:
    await alice.follow(bea)
    note = await bea.sends("write", text="Likeable")
    status = (await alice.reads(note))["id"]
    for verb, undo, collection in (
        ("favourite", "unfavourite", "likes"),
        ("reblog", "unreblog", "shares"),
    ):
        await alice.call("POST", f"v1/statuses/{status}/{verb}")

        async def listed(collection: str = collection) -> str | None:
            return next(iter(await bea.members(collection, of=note)), None)

        activity = await wait_until(f"our {verb} among the {collection}", listed)
        assert activity.startswith(alice.node.base_url)
        await alice.call("POST", f"v1/statuses/{status}/{undo}")
        await bea.drops(collection, activity, of=note)


@pytest.mark.peers(BOTS, "block")
async def test_our_block_ends_both_follows_there(bea: Bot, alice: App) -> None:
    await befriend(bea, alice)
    await alice.call("POST", f"v1/accounts/{await alice.find(bea.handle)}/block")
    await bea.drops("followers", alice.uri)
    await bea.drops("following", alice.uri)


@pytest.mark.peers(BOTS, "report")
async def test_a_report_of_ours_reaches_them(bea: Bot, alice: App) -> None:
    there = await alice.find(bea.handle)
    await alice.call("POST", "v1/reports", account_id=there, comment="Spam", forward=True)
    await bea.hears_of("Flag", bea.uri)


@pytest.mark.peers(BOTS, "report")
async def test_their_report_is_kept_for_the_operator(bea: Bot, alice: App) -> None:
    post = await alice.write("Buy pills")
    await bea.do("report", objects=[alice.uri, post["uri"]], text="Spam", to=alice.uri)

    async def kept() -> Report | None:
        return next(iter(await alice.node.node.db.read(lambda tx: reports.listing(tx, Page()))), None)

    report = await alice.sees("the report", kept)
    assert (report.comment, report.post_uris) == ("Spam", (post["uri"],))


@pytest.mark.peers(BOTS, "profile update")
async def test_our_new_profile_is_read_there(bea: Bot, alice: App) -> None:
    await bea.do("follow", actor=alice.uri)
    await bea.lists("following", alice.uri)
    await alice.call("PATCH", "v1/accounts/update_credentials", display_name="Alice Liddell")
    await bea.hears_of("Update", alice.uri)

    async def renamed() -> bool:
        return bool((await bea.reads(alice.uri) or {})["name"] == "Alice Liddell")

    await wait_until("the new name to arrive", renamed)


@pytest.mark.peers(BOTS, "key rotation")
async def test_our_new_keys_are_believed_there(bea: Bot, alice: App) -> None:
    await alice.follow(bea)
    note = await bea.sends("write", text="Sign this")
    status = await alice.reads(note)
    fresh = await asyncio.to_thread(generate_keys)
    await rotate(alice.node.desk, alice.person.actor.id, fresh, blind=True)
    answer = await alice.write("With new keys", in_reply_to_id=status["id"])
    await bea.lists("replies", answer["uri"], of=note)


async def counts(alice: App, post: JsonDict, **expected: int) -> None:
    """Wait until our post has so many likes and boosts."""

    async def look() -> bool:
        status = await alice.call("GET", f"v1/statuses/{post['id']}")
        return bool(expected.items() <= status.items())

    await alice.sees(f"{expected}", look)
