"""Pictures in the composer: sent with the form, kept while it is not published, and described."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from fediverse_node.activitystreams.vocabulary import DIGITAL_SOURCE_TYPE
from fediverse_node.posts import lists
from fediverse_node.posts.model import Post
from fediverse_node.storage.folder import Folder
from fediverse_node.storage.paging import Page
from fediverse_node.uploads.model import Upload
from fediverse_node.uploads.place import folder_of
from tests.fixtures.forms import form_in
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.pictures import kept, sent
from tests.fixtures.sign_in import Browser, Shown, signed_in_browser

COMPOSE = "/compose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """alice, signed in in a browser."""

    node: LiveNode
    alice: Person
    browser: Browser

    async def form(self) -> dict[str, str]:
        return form_in((await self.browser.get(COMPOSE)).text, COMPOSE)

    async def send(self, fields: dict[str, str], **files: bytes) -> Shown:
        """As browsers do: every file field is there, also an empty one."""
        data = aiohttp.FormData(default_to_multipart=True)
        for name, value in fields.items():
            if name.startswith("file_"):
                content = files.get(name, b"")
                data.add_field(name, io.BytesIO(content), filename="a.png" if content else "")
            else:
                data.add_field(name, value)
        return await self.browser.post_form(COMPOSE, data)

    async def written(self) -> list[Post]:
        return await self.node.node.db.read(
            lambda tx: lists.by_actor(tx, self.alice.actor.id, Page(limit=20), visibilities=("public",))
        )

    async def picture(self, owner: Person) -> Upload:
        folder = Folder(folder_of(self.node.node.config))
        return await self.node.node.db.write(lambda tx: kept(tx, folder, owner.account.id))


@pytest.fixture
async def desk(database_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    settings = {
        "FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads"),
        "FEDIVERSE_NODE_DATABASE__LEAST_FREE_MIB": "0",
        "FEDIVERSE_NODE_MEDIA__UPLOAD_MEGABYTES": "1",
    }
    async with running_node(database_url, settings=settings) as node:
        alice = await node.add_person("alice")
        yield Desk(node=node, alice=alice, browser=await signed_in_browser(node, alice))


async def test_a_described_picture_is_published_with_its_words(desk: Desk) -> None:
    fields = {**await desk.form(), "text": "Look", "do": "publish", "alt_1": "A heron"}
    answer = await desk.send(fields, file_1=sent())
    assert answer.status == 303, answer.text
    [post] = await desk.written()
    assert [(each.name, each.width, each.media_type) for each in post.attachments] == [
        ("A heron", 60, "image/png")
    ]
    page = await desk.browser.get(answer.location)
    assert f'src="{post.attachments[0].url}"' in page.text
    assert 'alt="A heron"' in page.text


async def test_a_picture_without_a_description_is_asked_for_one_and_then_published(desk: Desk) -> None:
    fields = {**await desk.form(), "text": "Look", "do": "publish"}
    asked = await desk.send(fields, file_2=sent())
    assert asked.status == 200
    assert "A picture has no description." in asked.text
    assert await desk.written() == []
    again = form_in(asked.text, COMPOSE)
    assert again["text"] == "Look"
    assert (await desk.send({**again, "do": "publish"})).status == 303
    [post] = await desk.written()
    assert [each.name for each in post.attachments] == [None]


async def test_a_refused_form_keeps_what_was_sent_and_what_is_taken_out_is_left_out(desk: Desk) -> None:
    # The second file is none, and there is a good one beside it.
    fields = {**await desk.form(), "do": "publish", "alt_1": "A heron"}
    refused = await desk.send(fields, file_1=sent(), file_2=b"<svg/>")
    assert refused.status == 422
    assert "no picture" in refused.text
    again = form_in(refused.text, COMPOSE)
    assert again["alt_1"] == "A heron"
    assert "picture_1" in again
    shown = await desk.send({**again, "do": "show", "drop_1": "yes", "text": "Without"})
    assert "picture_1" not in form_in(shown.text, COMPOSE)


async def test_pictures_of_others_do_not_come_into_a_form(desk: Desk) -> None:
    # WEB-20
    bob = await desk.node.add_person("bob")
    theirs, mine = await desk.picture(bob), await desk.picture(desk.alice)
    fields = {**await desk.form(), "text": "Look", "picture_1": str(theirs.id), "picture_2": str(mine.id)}
    shown = await desk.send({**fields, "do": "show"})
    assert theirs.name not in shown.text
    assert mine.name in shown.text
    refused = await desk.send({**fields, "do": "publish", "reminded": "yes"})
    assert refused.status == 422
    assert await desk.written() == []


async def test_files_from_a_strange_form_are_not_taken_in(desk: Desk) -> None:
    # WEB-23
    fields = {**await desk.form(), "text": "Look", "do": "publish", "form_token": "0" * 64}
    refused = await desk.send(fields, file_1=sent())
    assert refused.status == 403
    assert "picture_1" not in form_in(refused.text, COMPOSE)
    assert form_in(refused.text, COMPOSE)["text"] == "Look"


async def test_words_come_back_to_whoever_is_signed_out_and_files_are_not_kept(desk: Desk) -> None:
    fields = {**await desk.form(), "text": "Look", "do": "publish"}
    desk.browser.secret = None
    refused = await desk.send(fields, file_1=sent())
    assert refused.status == 403
    assert form_in(refused.text, COMPOSE)["text"] == "Look"
    folder = Folder(folder_of(desk.node.node.config))
    assert not [path for path in folder.root.rglob("*") if path.is_file()]


async def test_a_file_that_is_too_large_is_refused(desk: Desk) -> None:
    answer = await desk.send({**await desk.form(), "text": "Look", "do": "publish"}, file_1=bytes(1 << 21))
    assert answer.status == 413


async def test_what_is_said_of_a_models_part_is_published_and_shown_below_the_picture(desk: Desk) -> None:
    fields = {**await desk.form(), "text": "Look", "do": "show", "alt_1": "A heron", "ai_part_1": "edited"}
    waiting = form_in((await desk.send(fields, file_1=sent())).text, COMPOSE)
    assert waiting["ai_part_1"] == "edited"
    # Nobody has seen it: it may still be said to be less, or more.
    answer = await desk.send({**waiting, "do": "publish", "ai_part_1": "made"})
    assert answer.status == 303, answer.text
    [post] = await desk.written()
    assert post.attachments[0].digital_source_type == f"{DIGITAL_SOURCE_TYPE}trainedAlgorithmicMedia"
    assert post.ai_disclosure == "ai-assisted"
    assert post.url is not None
    page = (await desk.browser.get(post.url.removeprefix(desk.node.base_url))).text
    assert page.count("Made by AI") == 2  # the label, and the panel
    assert "Content Credentials" in page
    headers = {"Accept-Language": "ar"}
    async with desk.node.http.get(post.url, headers=headers) as arabic:
        assert "من إنتاج الذكاء الاصطناعي" in await arabic.text()
