"""What happens between two servers, as people with apps see it: real HTTP, real signatures, real workers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fediverse_node.federation.delivery.queue import BELL
from fediverse_node.federation.delivery.trace import trace
from fediverse_node.federation.outbox.profile import ProfileChanges, change_profile
from fediverse_node.storage.tx import Tx
from fediverse_node.suggestions import queries as suggestions
from fediverse_node.suggestions.model import Suggestion
from tests.fixtures.apps import App
from tests.fixtures.databases import NewDatabase
from tests.fixtures.nodes import running_node
from tests.two_nodes.conftest import MovedClock, World


async def test_a_follow_is_asked_for_accepted_and_taken_back(world: World) -> None:
    await world.bob.follow(world.alice)
    assert [each["account"]["acct"] for each in await world.alice.told("follow")] == [world.bob.handle[1:]]
    assert (await world.alice.relationship(world.bob))["followed_by"]

    alice_there = await world.bob.find(world.alice.handle)
    assert not (await world.bob.call("POST", f"v1/accounts/{alice_there}/unfollow"))["following"]

    async def forgotten() -> bool:
        return not (await world.alice.relationship(world.bob))["followed_by"]

    await world.alice.sees("that bob has left", forgotten)
    post = await world.alice.write("Nobody is listening")
    await world.settled()
    assert not await world.bob.shows(post["uri"])


async def test_whoever_is_asked_by_hand_says_yes_or_no(world: World) -> None:
    for asking in (world.bob, world.carol):
        erin_there = await asking.find(world.erin.handle)
        asked = await asking.call("POST", f"v1/accounts/{erin_there}/follow")
        assert (asked["requested"], asked["following"]) == (True, False)

    async def requests() -> dict[str, str] | None:
        found = await world.erin.call("GET", "v1/follow_requests")
        return {each["username"]: each["id"] for each in found} if len(found) == 2 else None

    waiting = await world.erin.sees("two requests", requests)
    before = await world.erin.write("Before anybody was let in", visibility="private")
    await world.erin.call("POST", f"v1/follow_requests/{waiting['bob']}/authorize")
    await world.erin.call("POST", f"v1/follow_requests/{waiting['carol']}/reject")
    await world.bob.sees("that erin let him in", world.bob.follows(world.erin))

    async def turned_away() -> bool:
        now = await world.carol.relationship(world.erin)
        return not now["requested"] and not now["following"]

    await world.carol.sees("that erin said no", turned_away)
    after = await world.erin.write("Only for those whom I let in", visibility="private")
    await world.bob.reads(after["uri"])
    assert before["uri"] not in await world.bob.home()
    for post in (before, after):
        assert not await world.carol.shows(post["uri"])


async def test_a_post_reaches_whom_it_is_for_and_nobody_else(world: World) -> None:
    await world.bob.follow(world.alice)
    inbox = world.alpha.addresses.inbox("alice")
    assert await world.dave.send(inbox, world.dave.follow(world.alice.uri)) == 202
    await world.elsewhere.receives("Accept")

    told_bob, told_carol = f"only for {world.bob.handle}", f"only for {world.carol.handle}"
    posts = {
        name: await world.alice.write(name, visibility=name) for name in ("public", "unlisted", "private")
    }
    posts["to bob"] = await world.alice.write(told_bob, visibility="direct")
    posts["to carol"] = await world.alice.write(told_carol, visibility="direct")
    posts["to dave"] = await world.alice.write(f"only for {world.dave.handle}", visibility="direct")
    await world.settled()

    uris = {post["uri"]: name for name, post in posts.items()}
    at_home = {uris[uri] for uri in await world.bob.home()}
    assert at_home == {"public", "unlisted", "private", "to bob"}
    shown = {name for name, post in posts.items() if await world.carol.shows(post["uri"])}
    assert shown == {"public", "unlisted", "to carol"}
    told = {
        app.handle: [each["status"]["uri"] for each in await app.told("mention")]
        for app in (world.bob, world.carol)
    }
    assert told == {
        world.bob.handle: [posts["to bob"]["uri"]],
        world.carol.handle: [posts["to carol"]["uri"]],
    }
    elsewhere = {uris[each["object"]["id"]] for each in await world.elsewhere.receives("Create")}
    assert elsewhere == {"public", "unlisted", "private", "to dave"}
    assert {
        visibility: posts[visibility]["visibility"] for visibility in ("public", "unlisted", "private")
    } == {
        name: (await world.bob.home())[posts[name]["uri"]]["visibility"]
        for name in ("public", "unlisted", "private")
    }


async def test_a_mention_brings_a_post_to_a_server_without_followers(world: World) -> None:
    post = await world.alice.write(f"Good morning {world.bob.handle}")
    await world.settled()
    [mention] = await world.bob.told("mention")
    assert mention["status"]["uri"] == post["uri"]
    assert [each["acct"] for each in mention["status"]["mentions"]] == ["bob"]
    assert world.elsewhere.received == []

    answer = await world.bob.write(
        f"And to you {world.alice.handle}", in_reply_to_id=mention["status"]["id"], visibility="unlisted"
    )
    await world.settled()
    [back] = await world.alice.told("mention")
    assert (back["status"]["uri"], back["status"]["in_reply_to_id"]) == (answer["uri"], post["id"])
    thread = await world.alice.call("GET", f"v1/statuses/{post['id']}/context")
    assert [each["uri"] for each in thread["descendants"]] == [answer["uri"]]


async def test_an_edit_and_a_deletion_arrive(world: World) -> None:
    await world.bob.follow(world.alice)
    kept, gone = await world.alice.write("first text"), await world.alice.write("a mistake")
    for post in (kept, gone):
        await world.bob.reads(post["uri"])

    await world.alice.call("PUT", f"v1/statuses/{kept['id']}", status="second text", language="de")
    await world.alice.call("DELETE", f"v1/statuses/{gone['id']}")
    await world.settled()

    home = await world.bob.home()
    assert list(home) == [kept["uri"]]
    assert ("second text" in home[kept["uri"]]["content"], home[kept["uri"]]["language"]) == (True, "de")
    assert home[kept["uri"]]["edited_at"]
    assert not await world.bob.shows(gone["uri"])


async def test_a_like_and_a_boost_are_counted_and_taken_back(world: World) -> None:
    await world.bob.follow(world.alice)
    await world.carol.follow(world.bob)
    post = await world.alice.write("Like this")
    there = (await world.bob.reads(post["uri"]))["id"]

    await world.bob.call("POST", f"v1/statuses/{there}/favourite")
    boost = await world.bob.call("POST", f"v1/statuses/{there}/reblog")
    await world.settled()
    here = await world.alice.call("GET", f"v1/statuses/{post['id']}")
    assert (here["favourites_count"], here["reblogs_count"]) == (1, 1)
    assert len(await world.alice.told("favourite")) == len(await world.alice.told("reblog")) == 1
    assert (await world.carol.home())[boost["uri"]]["reblog"]["uri"] == post["uri"]

    await world.bob.call("POST", f"v1/statuses/{there}/unfavourite")
    await world.bob.call("POST", f"v1/statuses/{there}/unreblog")
    await world.settled()
    here = await world.alice.call("GET", f"v1/statuses/{post['id']}")
    assert (here["favourites_count"], here["reblogs_count"]) == (0, 0)
    assert await world.alice.told("favourite") == await world.alice.told("reblog") == []
    assert await world.carol.home() == {}


async def test_a_new_profile_is_shown_on_the_other_side(world: World) -> None:
    await world.bob.follow(world.alice)
    changes = ProfileChanges(name="Alice of Alpha", summary="I write about gardens.")
    await change_profile(world.alpha.desk, world.alice.person.actor, changes)
    await world.settled()
    seen = await world.bob.call("GET", "v1/accounts/lookup", acct=world.alice.handle)
    assert (seen["display_name"], "gardens" in seen["note"]) == ("Alice of Alpha", True)


async def test_that_a_model_helped_is_said_on_the_other_side(world: World) -> None:
    await world.bob.follow(world.alice)
    by_hand = await world.alice.write("By hand")
    handle = await world.alpha.node.db.write(lambda tx: _suggestion(tx, world.alice))
    helped = await world.alice.write("Helped", suggestion=handle, human_reviewed="true")

    label = (await world.bob.reads(helped["uri"]))["fediverse_node"]
    assert label == helped["fediverse_node"]
    assert label["ai_disclosure"] == "ai-assisted"
    assert label["human_reviewed"] is True
    assert [tool["action"] for tool in label["ai_tools"]] == ["rewrite"]
    label = (await world.bob.reads(by_hand["uri"]))["fediverse_node"]
    assert (label["ai_disclosure"], label["ai_tools"]) == ("human-only", [])


async def test_what_the_author_decided_about_training_travels_with_the_post(world: World) -> None:
    await world.bob.follow(world.alice)
    allowed = await world.alice.write("Take this", training_use="yes")
    silent = await world.alice.write("Nothing said")
    assert await _use(world.bob, allowed["uri"]) == "yes"
    assert await _use(world.bob, silent["uri"]) == "no"

    await world.alice.call("PUT", f"v1/statuses/{allowed['id']}", status="Take this no longer")
    await world.settled()
    assert await _use(world.bob, allowed["uri"]) == "no"
    await world.alice.call("PUT", f"v1/statuses/{silent['id']}", training_use="yes")
    await world.settled()
    assert await _use(world.bob, silent["uri"]) == "yes"


async def test_a_server_that_was_away_gets_everything_in_order_when_it_is_back(
    new_database: NewDatabase,
) -> None:
    clock = MovedClock()
    of_alpha, of_beta = new_database(), new_database()
    async with running_node(of_alpha, name="alpha", workers=True, clock=clock) as alpha:
        alice = App(node=alpha, person=await alpha.add_person("alice"))
        async with running_node(of_beta, name="beta", workers=True, clock=clock) as beta:
            bob = App(node=beta, person=await beta.add_person("bob"))
            await bob.follow(alice)
            port = int(beta.base_url.rpartition(":")[2])

        first = await alice.write("first")
        second = await alice.write("secnd")
        await alice.call("PUT", f"v1/statuses/{second['id']}", status="second, spelled right")
        third = await alice.write("third, a mistake")

        async def failed_once() -> bool:
            rows = await alpha.node.db.read(lambda tx: trace(tx, int(first["id"])))
            return [(row.state, row.attempts > 0) for row in rows] == [("waiting", True)]

        await alice.sees("that nobody answers", failed_once)
        await alice.call("DELETE", f"v1/statuses/{third['id']}")

        async with running_node(of_beta, name="beta", workers=True, clock=clock, port=port) as beta:
            bob = App(node=beta, person=bob.person)
            clock.ahead += timedelta(minutes=3)
            await alpha.node.db.write(lambda tx: tx.ring(BELL))
            await bob.reads(first["uri"])
            seen = await bob.reads(second["uri"], spoiler_text="")

            async def edited() -> bool:
                return "spelled right" in (await bob.home())[second["uri"]]["content"]

            await bob.sees("the edit", edited)
            assert list(await bob.home()) == [second["uri"], first["uri"]], seen
            assert not await bob.shows(third["uri"])


async def _use(app: App, uri: str) -> Any:
    return (await app.reads(uri))["fediverse_node"]["training_use"]


def _suggestion(tx: Tx, app: App) -> str:
    """What a model has answered, ready to be used."""
    suggestion = Suggestion(
        handle=f"suggestion-{tx.new_id()}",
        account_id=app.person.account.id,
        provider="Practice",
        model="tiny-1",
        action="rewrite",
        input_sha256="0" * 64,
        output="Helped",
        created_at=tx.now,
    )
    suggestions.begin(tx, suggestion)
    suggestions.finish(tx, suggestion.handle, suggestion.output)
    return suggestion.handle
