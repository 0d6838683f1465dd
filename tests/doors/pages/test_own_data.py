"""`/settings/data`: taking everything along, and bringing along what one has elsewhere."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import aiohttp
import pytest

from fediverse_node.archive.arrive import arrive
from fediverse_node.archive.worker import WishWorker
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.follows import queries as follows
from fediverse_node.imports import wishes
from fediverse_node.posts import lists
from fediverse_node.posts.model import Post
from fediverse_node.storage.paging import Page
from fediverse_node.web import uploading
from fediverse_node.web.pages import own_data
from tests.fakes.outboxes import actor_json, create, outbox
from tests.fakes.remote_server import RemoteServer
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.pictures import sent as picture_sent
from tests.fixtures.sign_in import FIREFOX, Browser, signed_in_browser

PATH = "/settings/data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """alice is signed in in a browser."""

    node: LiveNode
    alice: Person
    browser: Browser

    async def send(
        self, path: str, data: Any, *, secret: str | None = None, origin: str | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        headers = {
            "Origin": origin or self.node.addresses.origin,
            "Accept": "text/html",
            "User-Agent": FIREFOX,
            "Cookie": f"session={secret or self.browser.secret}",
        }
        async with self.node.http.post(path, data=data, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.read(), dict(answer.headers)

    async def bring(
        self, name: str, data: bytes, *, do: str = "bring", token: str | None = None, **fields: str
    ) -> tuple[int, str]:
        """Send the form for a file."""
        form = aiohttp.FormData()
        form.add_field("form_token", token or await self.browser.form_token())
        for key, value in fields.items():
            form.add_field(key, value)
        if name:
            form.add_field("file", io.BytesIO(data), filename=name, content_type="application/octet-stream")
        form.add_field("do", do)
        status, body, _ = await self.send(f"{PATH}/import", form)
        return status, body.decode()

    async def archive(self) -> dict[str, bytes]:
        """What is in the file that the button gives."""
        token = await self.browser.form_token()
        status, body, headers = await self.send(f"{PATH}/archive", {"form_token": token})
        assert status == 200
        assert headers["Content-Type"] == "application/zip"
        assert headers["Content-Disposition"].startswith('attachment; filename="archive-alice-')
        assert headers["Cache-Control"] == "no-store"
        with zipfile.ZipFile(io.BytesIO(body)) as found:
            assert found.testzip() is None
            return {each: found.read(each) for each in found.namelist()}

    async def posts(self) -> list[Post]:
        who = self.alice.actor.id
        every = ("public", "unlisted", "private", "direct")
        return await self.node.node.db.read(lambda tx: lists.by_actor(tx, who, Page(), visibilities=every))

    async def waiting(self) -> dict[str, int]:
        who = self.alice.actor.id
        return await self.node.node.db.read(lambda tx: wishes.waiting(tx, who))


@pytest.fixture
async def stage(database_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    settings = {
        "FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads"),
        "FEDIVERSE_NODE_DATABASE__LEAST_FREE_MIB": "0",
    }
    async with running_node(database_url, settings=settings) as node:
        alice = await node.add_person("alice")
        yield Stage(node=node, alice=alice, browser=await signed_in_browser(node, alice))


def box(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in files.items():
            made.writestr(name.replace("_json", ".json"), data)
    return out.getvalue()


async def test_everything_can_be_downloaded_by_whom_it_belongs_to(stage: Stage) -> None:
    bob = await stage.node.add_person("bob")
    await publish(stage.node.desk, stage.alice.actor, Draft(text="Mine alone", visibility="direct"))
    await publish(stage.node.desk, bob.actor, Draft(text="Words of bob", visibility="private"))
    files = await stage.archive()
    [item] = json.loads(files["outbox.json"])["orderedItems"]
    assert "Mine alone" in item["object"]["content"]
    assert b"Words of bob" not in b"".join(files.values())


async def test_only_ones_own_form_gives_an_archive(stage: Stage) -> None:
    token = await stage.browser.form_token()
    bob = await signed_in_browser(stage.node, await stage.node.add_person("bob"))
    good = {"form_token": token}
    assert (await stage.send(f"{PATH}/archive", good))[0] == 200
    for sent, other in (({}, {}), (good, {"secret": bob.secret}), (good, {"origin": "https://evil.example"})):
        assert (await stage.send(f"{PATH}/archive", sent, **other))[0] == 403
    status, _, headers = await stage.send(f"{PATH}/archive", good, secret="x" * 43)
    assert (status, headers["Location"]) == (303, "/login")
    assert (await stage.browser.get(f"{PATH}/archive")).status == 405


async def test_a_list_is_tried_first_and_then_brought(stage: Stage) -> None:
    data = b"Account address,Show boosts\nbob@there.example,true\nnonsense here\n"
    status, page = await stage.bring("following_accounts.csv", data, do="try")
    assert status == 200
    assert "Nothing was changed" in page
    assert "@bob@there.example" in page
    assert "nonsense here" in page
    assert await stage.waiting() == {}
    status, page = await stage.bring("following_accounts.csv", data)
    assert (status, await stage.waiting()) == (200, {"follow": 1})
    assert "1 to follow" in (await stage.browser.get(PATH)).text


async def test_whoever_is_on_the_list_is_followed_in_the_end(stage: Stage) -> None:
    async with RemoteServer() as there:
        bob = there.add_actor("bob")
        lines = f"{bob.handle.removeprefix('@')}\nnobody@{there.domain}\n".encode()
        await stage.bring("list.csv", lines, kind="follows")
        db, who = stage.node.node.db, stage.alice.actor.id
        worker = WishWorker(stage.node.desk)
        await worker.run_once()
        rows = await db.read(lambda tx: follows.wanted_page(tx, who, Page()))
        assert len(rows) == 1


async def test_a_list_that_does_not_say_what_it_is_asks(stage: Stage) -> None:
    status, page = await stage.bring("list.csv", b"bob@there.example\n")
    assert status == 422
    assert "Say which list this is" in page
    assert (await stage.bring("list.csv", b"bob@there.example\n", kind="blocks"))[0] == 200
    assert await stage.waiting() == {"block": 1}


async def test_an_archive_is_taken_over_and_nobody_hears_of_it(stage: Stage) -> None:
    data = box(actor_json=actor_json(), outbox_json=outbox(create(1), create(2, to=[])))
    status, page = await stage.bring("archive.zip", data, do="try")
    assert (status, await stage.posts()) == (200, [])
    status, page = await stage.bring("archive.zip", data)
    assert status == 200
    assert sorted(post.visibility for post in await stage.posts()) == ["private", "public"]
    assert "2 new" in page
    [public] = [post for post in await stage.posts() if post.visibility == "public"]
    async with stage.node.http.get(public.uri, headers={"Accept": "application/activity+json"}) as answer:
        document = await answer.json()
    assert document["published"] == "2020-06-01T12:00:00Z"
    assert document["contentUsage"] == "train-ai=n"
    status, page = await stage.bring("archive.zip", data)
    assert "2 there already" in page
    assert len(await stage.posts()) == 2


@pytest.mark.parametrize(
    ("name", "data", "fields", "status"),
    [
        ("", b"", {}, 422),
        ("archive.zip", b"PK\x03\x04 broken", {}, 422),
        ("archive.zip", box(other=b"1"), {}, 422),
        ("archive.zip", box(outbox_json=outbox(create(1))), {"replace": "yes"}, 422),
        ("outbox.json", b'{"orderedItems": 7}', {}, 422),
        ("blocked_accounts.csv", b"\xff\xff", {}, 422),
    ],
    ids=["no file", "broken", "nothing in it", "replaced", "no outbox", "no text"],
)
async def test_a_file_that_is_not_understood_is_refused_in_words(
    stage: Stage, name: str, data: bytes, fields: dict[str, str], status: int
) -> None:
    found, page = await stage.bring(name, data, **fields)
    assert found == status
    assert 'role="alert"' in page
    assert await stage.posts() == []


async def test_a_file_has_a_bound(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_data, "MAX_FILE", 1 << 20)
    status, page = await stage.bring("blocked_domains.csv", b"a" * ((1 << 20) + 1))
    assert status == 413
    assert "larger than 1 MiB" in page
    assert (await stage.bring("blocked_domains.csv", b"a.example\n" * 1000))[0] == 200


# DOS-14: each may take some hundred megabytes of memory
async def test_one_file_of_a_person_is_taken_in_at_a_time(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(*given: Any, **named: Any) -> Any:
        begun.set()
        await go_on.wait()
        return await arrive(*given, **named)

    monkeypatch.setattr("fediverse_node.web.pages.own_data.arrive", slow)
    data = b"bob@there.example\n"
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        first = group.create_task(stage.bring("blocked_accounts.csv", data))
        await begun.wait()
        status, page = await stage.bring("muted_accounts.csv", data)
        go_on.set()
    assert status == 503
    assert "Another file of yours" in page
    assert first.result()[0] == 200
    assert await stage.waiting() == {"block": 1}
    assert (await stage.bring("muted_accounts.csv", data))[0] == 200


async def test_a_full_disk_is_said_in_words(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path | None) -> IO[bytes]:
        return cast("IO[bytes]", Path("/dev/full").open("wb", buffering=0))

    monkeypatch.setattr(uploading, "_spool", full)
    status, page = await stage.bring("blocked_accounts.csv", b"bob@there.example\n")
    assert status == 503
    assert "no room for this file" in page


async def test_only_ones_own_form_brings_anything(stage: Stage) -> None:
    data = b"bob@there.example\n"
    assert (await stage.bring("blocked_accounts.csv", data, token="0" * 64))[0] == 403
    assert await stage.waiting() == {}
    assert (await stage.bring("blocked_accounts.csv", data))[0] == 200
    stranger, _, headers = await stage.send(f"{PATH}/import", {"a": "b"}, secret="x" * 43)
    assert (stranger, headers["Location"]) == (303, "/login")
    assert (await stage.send(f"{PATH}/import", {"form_token": "x"}))[0] == 422


async def test_what_could_not_be_done_is_shown(stage: Stage) -> None:
    await stage.bring("following_accounts.csv", b"nobody\n")
    await WishWorker(stage.node.desk).run_once()
    assert "There is no account @nobody here." in (await stage.browser.get(PATH)).text


async def test_the_page_speaks_arabic_and_is_for_those_who_signed_in(stage: Stage) -> None:
    shown = await stage.browser.get(PATH, Accept_Language="ar")
    assert 'dir="rtl"' in shown.text
    assert "نزّل بياناتك" in shown.text
    answer = await Browser(node=stage.node).get(PATH)
    assert answer.location.startswith("/login?next=")
    assert PATH in (await stage.browser.get("/settings")).text


async def test_pictures_come_along_and_nobody_may_train_with_them(stage: Stage) -> None:
    post = create(
        1,
        content=" ",
        attachment=[
            {
                "type": "Document",
                "mediaType": "image/png",
                "url": "/media_attachments/files/1/a.png",
                "name": "Red and blue",
            },
            {"type": "Document", "mediaType": "image/png", "url": "/media_attachments/files/1/missing.png"},
            {"type": "Document", "mediaType": "image/png", "url": "/outbox.json"},
        ],
    )
    data = box(actor_json=actor_json(), outbox_json=outbox(post))
    _, page = await stage.bring("archive.zip", data)
    assert "its pictures did not come along" in page
    assert await stage.posts() == []
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as made:
        made.writestr("media_attachments/files/1/a.png", picture_sent())
    _, page = await stage.bring("archive.zip", out.getvalue())
    assert "2 pictures and files that did not come along" in page
    [stored] = await stage.posts()
    [picture] = stored.attachments
    assert picture.name == "Red and blue"
    async with stage.node.http.get(picture.url) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Usage"] == "train-ai=n"
        whole = await answer.read()
    files = await stage.archive()
    [item] = json.loads(files["outbox.json"])["orderedItems"]
    [attached] = item["object"]["attachment"]
    assert files[attached["url"]] == whole
