"""Fedify again: quotes with consent (FEP-044f) and emoji reactions (FEP-c0e0), both ways."""

from __future__ import annotations

from urllib.parse import quote

import aiohttp
import pytest

from tests.fixtures.apps import App, JsonDict
from tests.peers.fedify_people import FedifyPerson, new_person
from tests.peers.processes import PeerProcess

FEDIFY = "@fedify/fedify"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@pytest.fixture
async def fay(fedify: PeerProcess, http: aiohttp.ClientSession) -> FedifyPerson:
    """Somebody on Fedify."""
    return await new_person(http, fedify.said["rfc9421"])


@pytest.mark.peers(FEDIFY, "quote")
async def test_a_quote_of_ours_is_asked_for_granted_there_and_shown(fay: FedifyPerson, alice: App) -> None:
    await alice.follow(fay)
    await fay.do("follow", target=alice.uri)
    sent = await fay.do("write", text="<p>Worth quoting</p>")
    theirs = await alice.reads(sent["object"])
    ours = await alice.write("Look at this", quoted_status_id=theirs["id"])
    asked = await fay.gets("QuoteRequest", actor=alice.uri)
    assert (asked["objects"], asked["instrument"]) == ([sent["object"]], ours["uri"])

    async def granted() -> JsonDict | None:
        shown = (await alice.call("GET", f"v1/statuses/{ours['id']}"))["quote"]
        return shown if shown["state"] == "accepted" else None

    shown = await alice.sees("their yes", granted)
    assert shown["quoted_status"]["uri"] == sent["object"]
    update = await fay.gets("Update", actor=alice.uri, id=ours["uri"])
    assert update["object"]["quote"] == sent["object"]
    assert (await fay.knows(update["object"]["quoteAuthorization"]))["interactingObject"] == ours["uri"]


@pytest.mark.peers(FEDIFY, "quote")
async def test_a_quote_of_theirs_is_granted_here_shown_and_taken_back(fay: FedifyPerson, alice: App) -> None:
    await alice.follow(fay)
    post = await alice.write("Worth quoting")
    assert (await fay.knows(post["uri"]))["canQuote"] == [PUBLIC]
    asked = await fay.do("quote", text="<p>Look at this</p>", target=post["uri"], author=alice.uri)
    accept = await fay.gets("Accept", actor=alice.uri, type="QuoteRequest")
    yes = await fay.knows(accept["result"])
    assert (yes["type"], yes["attributedTo"]) == ("QuoteAuthorization", alice.uri)
    assert (yes["interactingObject"], yes["interactionTarget"]) == (asked["note"], post["uri"])

    await fay.do("publish", object=asked["note"], authorization=accept["result"])
    theirs = await alice.reads(asked["note"])
    assert theirs["quote"]["state"] == "accepted"
    assert theirs["quote"]["quoted_status"]["id"] == post["id"]

    await alice.call("POST", f"v1/statuses/{post['id']}/quotes/{theirs['id']}/revoke")
    delete = await fay.gets("Delete", actor=alice.uri, id=accept["result"])
    assert delete["to"] == [fay.uri]
    assert (await alice.call("GET", f"v1/statuses/{theirs['id']}"))["quote"]["state"] == "revoked"


@pytest.mark.peers(FEDIFY, "emoji reaction")
async def test_emoji_of_theirs_are_shown_under_our_post_and_taken_back(fay: FedifyPerson, alice: App) -> None:
    post = await alice.write("Tell me what you think")
    party = {"kind": "emoji", "object": post["uri"], "author": alice.uri, "emoji": "🎉"}
    sent = await fay.do("react", **party)
    own = {**party, "emoji": ":blob:", "picture": f"{fay.origin}/blob.png"}
    await fay.do("react", **own)
    await shows(alice, post, {"🎉", f"blob@{fay.handle.rpartition('@')[2]}"})
    await fay.do("undo", id=sent["id"], author=alice.uri)
    await shows(alice, post, {f"blob@{fay.handle.rpartition('@')[2]}"})


@pytest.mark.peers(FEDIFY, "emoji reaction")
async def test_emoji_of_ours_reach_them_and_are_taken_back(fay: FedifyPerson, alice: App) -> None:
    await alice.follow(fay)
    sent = await fay.do("write", text="<p>Tell me what you think</p>")
    status = await alice.reads(sent["object"])
    reaction = f"v1/pleroma/statuses/{status['id']}/reactions/{quote('🎉')}"
    await alice.call("PUT", reaction)
    like = await fay.gets("Like", actor=alice.uri)
    assert (like["objects"], like["content"]) == ([sent["object"]], "🎉")
    await alice.call("DELETE", reaction)
    undo = await fay.gets("Undo", actor=alice.uri)
    assert undo["object"]["id"] == like["id"]


async def shows(alice: App, post: JsonDict, emoji: set[str]) -> None:
    """Wait until these emoji, and no others, are under our post."""

    async def look() -> bool:
        listed = await alice.call("GET", f"v1/pleroma/statuses/{post['id']}/reactions")
        return {each["name"] for each in listed} == emoji

    await alice.sees(f"{emoji} under the post", look)
