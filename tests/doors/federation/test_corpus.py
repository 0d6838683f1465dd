"""Every document of the corpus comes in by the doors: sent to an inbox, or looked for and fetched.

What each says is asserted where it is parsed (tests/unit/activitystreams/test_corpus.py); here, that a
running node takes it, and that what is for reading can be read. All hosts become folders of one host.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from fediverse_node.activitystreams.values import link
from tests.doors.federation.conftest import Street
from tests.fakes.remote_server import Answer, JsonDict, RemoteActor, rsa_key

CORPUS = Path(__file__).parents[3] / ".." / "shared" / "corpus"
if not CORPUS.is_dir():
    pytest.skip("the corpus is not beside this checkout", allow_module_level=True)

EXPECTATIONS = [json.loads(line) for line in (CORPUS / "expectations.jsonl").read_text("utf-8").splitlines()]

#: What is not taken, with the answer it gets.
REFUSED = {
    "mastodon/undo-announce.json": 403,  # of somebody else's boost
    "mbin/update-actor.json": 403,  # the snapshot has one placeholder for all ids: not the sender's own
}
#: Creates that make no post.
NO_POSTS = {
    "gotosocial/create-iri.json",  # names a post that is not there
    "gotosocial/create-vote.json",
    "lemmy/create-chatmessage.json",  # not shown here
    "mastodon/create-vote.json",
    "mbin/create-chatmessage.json",
}
#: What has an address and is no post that alice may see.
NOT_TO_BE_READ = {
    "fep-044f/quote-authorization.json",
    "gotosocial/like-authorization.json",
    "gotosocial/video-url-array.json",  # without an author
    "lemmy/tombstone.json",
    "lotide/tombstone.json",
    "mastodon/create-note-private.json",  # for followers
    "mastodon/question-multiple.json",  # for nobody: no author, no audience
    "pixelfed/story.json",  # for followers
    "vernissage/note-exif.json",  # for nobody: no audience
}
#: Actors whom nobody can be shown.
NOBODY = {
    "fedify/actor-multikey.json",  # without a name and an inbox
    "gotosocial/actor-stub.json",  # what a stranger gets to see: a key
}


@dataclass
class Voice(RemoteActor):
    """Somebody of the corpus, with a key of ours."""

    at: str = ""

    @property
    def uri(self) -> str:
        return self.at


def moved(value: Any, origin: str) -> Any:
    """A document whose every address is on one host; contexts and the public collection stay."""
    if isinstance(value, dict):
        # A handle (FEP-2c59) names a host that is not here.
        kept = {name: part for name, part in value.items() if name != "webfinger"}
        return {name: part if name == "@context" else moved(part, origin) for name, part in kept.items()}
    if isinstance(value, list):
        return [moved(part, origin) for part in value]
    if not isinstance(value, str) or value.startswith("https://www.w3.org/ns/"):
        return value
    if value == "SCRUBBED_ID":  # as the snapshots of Mbin have it
        return f"{origin}/scrubbed/1"
    return re.sub(r"https?://([^/?#\s\"'<>\\)]+)", rf"{origin}/\1", value)


def rows(*, sent: bool) -> Iterator[JsonDict]:
    """ActivityPub documents that are sent, or that are fetched."""
    for row in EXPECTATIONS:
        if row["kind"] == "ap" and row.get("verdict") != "reject" and bool(row["actor"]) == sent:
            yield row


def document(row: JsonDict, street: Street) -> JsonDict:
    """What a file holds, apart from what other files do with the same addresses."""
    own = f"{street.there.origin}/{EXPECTATIONS.index(row)}"
    found: JsonDict = moved(json.loads((CORPUS / row["file"]).read_text("utf-8")), own)
    return found


def serve(street: Street, where: str, what: JsonDict) -> None:
    street.there.documents[URL(where, encoded=True).raw_path] = what


def voice(street: Street, uri: str) -> Voice:
    """Whoever lives at *uri*."""
    name = re.sub(r"\W+", "", uri.removeprefix(street.there.origin))[-30:]
    found = Voice(street.there, name, rsa_key("remote/bob"), at=uri)
    street.there.actors[name] = found
    serve(street, uri, found.document())
    return found


async def looked_for(street: Street, uri: str, what: str) -> list[str]:
    """What alice finds by an address."""
    params = {"q": uri, "resolve": "true", "type": what}
    async with street.node.http.get("/api/v2/search", params=params, headers=street.alice.bearer) as answer:
        assert answer.status == 200, (uri, await answer.text())
        return [each["uri"] for each in (await answer.json())[what]]


async def test_every_activity_is_taken_and_every_post_in_one_is_kept(street: Street) -> None:
    refused, lost = {}, set()
    for row in rows(sent=True):
        activity = document(row, street)
        sender = voice(street, str(link(activity["actor"])))
        await street.befriend(sender)
        status = await sender.send(street.inbox, activity)
        await street.work()
        if status != 202:
            refused[row["file"]] = status
        if row["type"] == "Create" and await street.post(str(link(activity["object"]))) is None:
            lost.add(row["file"])
    assert refused == REFUSED
    assert lost == NO_POSTS


async def test_every_post_is_found_by_its_address(street: Street) -> None:
    lost = set()
    for row in rows(sent=False):
        if row.get("actor_facts") or row.get("collection") or not row.get("subject_type"):
            continue
        wanted = document(row, street)
        voice(street, str(link(wanted.get("attributedTo")) or f"{street.there.origin}/nobody"))
        serve(street, wanted["id"], wanted)
        if await looked_for(street, wanted["id"], "statuses") != [wanted["id"]]:
            lost.add(row["file"])
    assert lost == NOT_TO_BE_READ


async def test_every_actor_is_found_by_its_address(street: Street) -> None:
    lost = set()
    for row in rows(sent=False):
        if not row.get("actor_facts"):
            continue
        wanted = document(row, street)
        serve(street, wanted["id"], wanted)
        jrd = {
            "subject": f"acct:{wanted.get('preferredUsername')}@{street.there.domain}",
            "links": [{"rel": "self", "type": "application/activity+json", "href": wanted["id"]}],
        }
        street.there.answers["/.well-known/webfinger"] = Answer(
            document=jrd, content_type="application/jrd+json"
        )
        if await looked_for(street, wanted["id"], "accounts") != [wanted["id"]]:
            lost.add(row["file"])
    assert lost == NOBODY
