"""Apps that speak ActivityPub upload pictures (`uploadMedia`) and put them into posts."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from fediverse_node.storage.folder import Folder
from fediverse_node.uploads.model import Upload
from fediverse_node.uploads.place import folder_of
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.pictures import kept, sent

JSON = {"Content-Type": "application/activity+json"}
EVERYBODY = "https://www.w3.org/ns/activitystreams#Public"


@pytest.fixture
async def node(database_url: str, tmp_path: Path) -> AsyncIterator[LiveNode]:
    settings = {
        "FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads"),
        "FEDIVERSE_NODE_DATABASE__LEAST_FREE_MIB": "0",
    }
    async with running_node(database_url, settings=settings) as made:
        yield made


@pytest.fixture
async def alice(node: LiveNode) -> Person:
    return await node.add_person("alice")


async def endpoint(node: LiveNode, person: Person) -> str:
    async with node.http.get(person.actor.uri, headers={"Accept": JSON["Content-Type"]}) as answer:
        return str((await answer.json(content_type=None))["endpoints"]["uploadMedia"])


def form(data: bytes, shell: Any, *, as_file: bool = False) -> aiohttp.FormData:
    made = aiohttp.FormData()
    made.add_field("file", io.BytesIO(data), filename="a.png")
    made.add_field(
        "object",
        json.dumps(shell),
        content_type="application/activity+json",
        filename="object.json" if as_file else None,
    )
    return made


async def picture_of(node: LiveNode, person: Person) -> Upload:
    folder = Folder(folder_of(node.node.config))
    return await node.node.db.write(lambda tx: kept(tx, folder, person.account.id))


async def say(node: LiveNode, person: Person, **note: Any) -> tuple[int, str]:
    document = {"type": "Note", "to": [EVERYBODY], "attributedTo": person.actor.uri, **note}
    async with node.http.post(
        person.actor.outbox or "", json=document, headers={**JSON, **person.bearer}
    ) as answer:
        return answer.status, answer.headers.get("Location", "")


async def test_a_picture_is_uploaded_and_stands_in_a_note(node: LiveNode, alice: Person) -> None:
    shell = {"type": "Image", "name": "A heron", "focalPoint": [0.5, -0.25]}
    url = await endpoint(node, alice)
    async with node.http.post(url, data=form(sent(), shell, as_file=True), headers=alice.bearer) as answer:
        assert answer.status == 201, await answer.text()
        made = await answer.json(content_type=None)
        assert answer.headers["Location"] == made["url"]
    assert (made["type"], made["mediaType"], made["name"], made["width"]) == (
        "Image",
        "image/png",
        "A heron",
        60,
    )
    status, location = await say(node, alice, attachment=[{"type": "Image", "url": made["url"]}])
    assert status == 201
    async with node.http.get(location, headers=JSON | {"Accept": JSON["Content-Type"]}) as answer:
        note = (await answer.json(content_type=None))["object"]
    [attached] = note["attachment"]
    assert (attached["type"], attached["url"], attached["name"]) == ("Document", made["url"], "A heron")
    assert attached["focalPoint"] == [0.5, -0.25]


async def test_a_note_may_describe_its_pictures(node: LiveNode, alice: Person) -> None:
    picture = await picture_of(node, alice)
    attached = {"type": "Document", "url": f"{node.base_url}{picture.path}", "name": "A heron"}
    status, location = await say(node, alice, content="Look", attachment=[attached])
    assert status == 201
    async with node.http.get(location, headers={"Accept": JSON["Content-Type"]}) as answer:
        note = (await answer.json(content_type=None))["object"]
    assert [each["name"] for each in note["attachment"]] == ["A heron"]


async def test_files_that_are_not_the_authors_own_are_refused(node: LiveNode, alice: Person) -> None:
    # WEB-20 (its twin stands above)
    bob = await node.add_person("bob")
    theirs = await picture_of(node, bob)
    for url in (f"{node.base_url}{theirs.path}", "https://elsewhere.example/a.png", f"{node.base_url}/a.png"):
        status, _ = await say(node, alice, content="Look", attachment={"type": "Image", "url": url})
        assert status in {400, 422}, url


async def test_what_is_no_picture_and_whom_it_does_not_belong_to_is_refused(
    node: LiveNode, alice: Person
) -> None:
    bob, url = await node.add_person("bob"), await endpoint(node, alice)
    reader = await node.add_person("reader", scopes="read write:statuses")
    for who, where, data, status in (
        (alice, url, b"<svg/>", 422),
        (bob, url, sent(), 403),
        (reader, await endpoint(node, reader), sent(), 403),
    ):
        async with node.http.post(where, data=form(data, {"type": "Image"}), headers=who.bearer) as answer:
            assert answer.status == status, await answer.text()
    async with node.http.post(url, data=form(sent(), {})) as answer:
        assert answer.status == 401
    async with node.http.post(url, data=form(sent(), "no object"), headers=alice.bearer) as answer:
        assert answer.status == 400


async def test_an_app_says_how_a_picture_was_made(node: LiveNode, alice: Person) -> None:
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    shell = {
        "type": "Image",
        "name": "A heron",
        "digitalSourceType": source,
        "aiTools": [{"type": "Application", "name": "Brush"}],
    }
    data = form(sent(), shell)
    async with node.http.post(await endpoint(node, alice), data=data, headers=alice.bearer) as answer:
        made = await answer.json(content_type=None)
    assert (answer.status, made["digitalSourceType"]) == (201, source)
    note = {
        "type": "Note",
        "content": "Look",
        "to": [EVERYBODY],
        "attachment": [{"type": "Image", "url": made["url"], "name": "A heron"}],
    }
    outbox = f"{alice.actor.uri}/outbox"
    async with node.http.post(outbox, json=note, headers={**JSON, **alice.bearer}) as answer:
        assert answer.status == 201, await answer.text()
        place = answer.headers["Location"]
    async with node.http.get(place, headers={"Accept": JSON["Content-Type"]}) as answer:
        found = await answer.json(content_type=None)
    shown = found.get("object", found)
    [attached] = shown["attachment"]
    assert (attached["digitalSourceType"], attached["name"]) == (source, "AI-generated picture: A heron")
    assert attached["aiTools"] == [{"type": "Application", "name": "Brush"}]
