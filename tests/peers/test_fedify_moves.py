"""Fedify again: blocks, moves, polls, reports and our own new keys, both ways where Fedify can."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from fediverse_node.actors.local import generate_keys
from fediverse_node.federation.outbox.move import add_alias, move
from fediverse_node.federation.outbox.rotate import rotate
from fediverse_node.moderation import reports
from fediverse_node.moderation.model import Report
from fediverse_node.storage.paging import Page
from tests.fixtures.apps import App, JsonDict
from tests.peers.fedify_people import FedifyPerson, new_person
from tests.peers.processes import PeerProcess

FEDIFY = "@fedify/fedify"


@pytest.fixture
async def fay(fedify: PeerProcess, http: aiohttp.ClientSession) -> FedifyPerson:
    """Somebody on Fedify."""
    return await new_person(http, fedify.said["rfc9421"])


@pytest.fixture
async def gus(fedify: PeerProcess, http: aiohttp.ClientSession) -> FedifyPerson:
    """Somebody else there."""
    return await new_person(http, fedify.said["rfc9421"])


@pytest.mark.peers(FEDIFY, "block")
async def test_a_block_of_ours_reaches_them_and_ends_their_follow(fay: FedifyPerson, alice: App) -> None:
    await fay.do("follow", target=alice.uri)
    there = await alice.find(fay.handle)
    await alice.call("POST", f"v1/accounts/{there}/block")
    block = await fay.gets("Block", actor=alice.uri)
    assert block["objects"] == [fay.uri]
    relation = await alice.relationship(fay)
    assert (relation["blocking"], relation["followed_by"]) == (True, False)
    await alice.call("POST", f"v1/accounts/{there}/unblock")
    assert (await fay.gets("Undo", actor=alice.uri, type="Block"))["object"]["id"] == block["id"]


@pytest.mark.peers(FEDIFY, "block")
async def test_a_block_of_theirs_ends_our_follow(fay: FedifyPerson, alice: App) -> None:
    await alice.follow(fay)
    await fay.do("block", target=alice.uri)

    async def ended() -> bool:
        relation = await alice.relationship(fay)
        return not relation["following"]

    await alice.sees("that they blocked", ended)
    assert await fay.followers() == []


@pytest.mark.peers(FEDIFY, "move")
async def test_our_follow_goes_along_when_they_move(fay: FedifyPerson, gus: FedifyPerson, alice: App) -> None:
    await alice.follow(fay)
    await gus.do("profile", aliases=[fay.uri])
    await fay.do("move", target=gus.uri)

    async def there() -> bool:
        return await gus.followers() == [alice.uri]

    await alice.sees("the new account's followers", there)
    await alice.sees("that the new account accepted", alice.follows(gus))


@pytest.mark.peers(FEDIFY, "move")
async def test_they_are_told_when_one_of_us_moves_there(
    fay: FedifyPerson, gus: FedifyPerson, alice: App
) -> None:
    await fay.do("follow", target=alice.uri)
    await fay.gets("Accept", actor=alice.uri)
    await gus.do("profile", aliases=[alice.uri])
    await move(alice.node.desk, alice.person.actor, gus.uri)
    told = await fay.gets("Move", actor=alice.uri)
    assert (told["objects"], told["target"]) == ([alice.uri], gus.uri)
    assert (await fay.knows(alice.uri))["successor"] == gus.uri


@pytest.mark.peers(FEDIFY, "move")
async def test_our_other_names_are_shown_to_them(fay: FedifyPerson, alice: App) -> None:
    await add_alias(alice.node.desk, alice.person.actor, fay.uri)
    assert (await fay.knows(alice.uri))["aliases"] == [fay.uri]


@pytest.mark.peers(FEDIFY, "poll")
async def test_a_poll_of_theirs_is_voted_in_here(fay: FedifyPerson, alice: App) -> None:
    await alice.follow(fay)
    poll = {"choices": ["Tea", "Coffee"], "seconds": 600}
    sent = await fay.do("write", text="<p>What now?</p>", poll=poll)
    status = await alice.reads(sent["object"])
    assert [each["title"] for each in status["poll"]["options"]] == ["Tea", "Coffee"]

    await alice.call("POST", f"v1/polls/{status['poll']['id']}/votes", choices=[1])
    vote = await fay.gets("Create", actor=alice.uri, name="Coffee")
    assert vote["object"]["inReplyTo"] == sent["object"]
    assert vote["object"]["content"] is None

    await fay.do("edit", object=sent["object"], poll=poll, counts={"Tea": 2, "Coffee": 5})

    async def counted() -> bool:
        shown = (await alice.home())[sent["object"]]["poll"]
        return [each["votes_count"] for each in shown["options"]] == [2, 5]

    await alice.sees("the counts", counted)


@pytest.mark.peers(FEDIFY, "poll")
async def test_a_poll_of_ours_is_voted_in_there(fay: FedifyPerson, alice: App) -> None:
    await fay.do("follow", target=alice.uri)
    asked = {"options": ["Tea", "Coffee"], "expires_in": 600}
    post = await alice.write("What now?", poll=asked)
    create = await fay.gets("Create", actor=alice.uri, id=post["uri"])
    assert create["object"]["type"] == "Question"
    assert create["object"]["exclusive"] == [["Tea", 0], ["Coffee", 0]]
    assert create["object"]["endTime"] is not None

    await fay.do(
        "write",
        vote="Tea",
        replyTo=post["uri"],
        mentions=[{"href": alice.uri, "name": alice.handle}],
        visibility="direct",
        recipients=[alice.uri],
    )

    async def counted() -> JsonDict | None:
        shown = (await alice.call("GET", f"v1/statuses/{post['id']}"))["poll"]
        return shown if shown["votes_count"] == 1 else None

    shown = await alice.sees("the vote", counted)
    assert [each["votes_count"] for each in shown["options"]] == [1, 0]


@pytest.mark.peers(FEDIFY, "key rotation")
@pytest.mark.parametrize("blind", [False, True], ids=["told", "blind"])
async def test_our_new_keys_are_believed_there(fay: FedifyPerson, alice: App, *, blind: bool) -> None:
    await fay.do("follow", target=alice.uri)
    before = await alice.write("With the old keys", visibility="private")
    await fay.gets("Create", actor=alice.uri, id=before["uri"])
    fresh = await asyncio.to_thread(generate_keys)
    await rotate(alice.node.desk, alice.person.actor.id, fresh, blind=blind)
    after = await alice.write("With new keys", visibility="private")
    await fay.gets("Create", actor=alice.uri, id=after["uri"])
    shown = await alice.write("In public, too")
    await fay.gets("Create", actor=alice.uri, id=shown["uri"])


@pytest.mark.peers(FEDIFY, "report")
async def test_a_report_of_ours_reaches_them(fay: FedifyPerson, alice: App) -> None:
    await alice.follow(fay)
    sent = await fay.do("write", text="<p>Buy pills</p>")
    status = await alice.reads(sent["object"])
    await alice.call(
        "POST",
        "v1/reports",
        account_id=status["account"]["id"],
        status_ids=[status["id"]],
        comment="Spam",
        forward=True,
    )
    reporter = f"{alice.node.base_url}/actor"
    flag = await fay.gets("Flag", actor=reporter)
    assert set(flag["objects"]) == {fay.uri, sent["object"]}
    assert flag["content"] == "Spam"


@pytest.mark.peers(FEDIFY, "report")
async def test_a_report_of_theirs_is_kept_for_the_operator(fay: FedifyPerson, alice: App) -> None:
    post = await alice.write("Buy pills")
    await fay.do("report", target=alice.uri, objects=[post["uri"]], text="Spam")

    async def kept() -> Report | None:
        return next(iter(await alice.node.node.db.read(lambda tx: reports.listing(tx, Page()))), None)

    report = await alice.sees("the report", kept)
    assert (report.comment, report.post_uris) == ("Spam", (post["uri"],))
