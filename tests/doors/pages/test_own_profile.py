"""What people say of themselves on the page for it, without an app and without a script."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from tests.fixtures.forms import form_in
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.pictures import opened, sent
from tests.fixtures.sign_in import Browser, Shown, signed_in_browser

PATH = "/settings/profile"
TICKS = ("locked", "discoverable", "indexable", "hide_follows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """alice, signed in in a browser."""

    node: LiveNode
    alice: Person
    browser: Browser

    async def form(self) -> dict[str, str]:
        return form_in((await self.browser.get(PATH)).text, PATH)

    async def send(self, fields: dict[str, str], **files: bytes) -> Shown:
        data = aiohttp.FormData(default_to_multipart=True)
        for name, value in fields.items():
            if name not in {"avatar", "header"}:
                data.add_field(name, value)
        for name in ("avatar", "header"):
            content = files.get(name, b"")
            data.add_field(name, io.BytesIO(content), filename="a.png" if content else "")
        return await self.browser.post_form(PATH, data)

    async def actor(self) -> Actor:
        found = await self.node.node.db.read(lambda tx: actors.by_id(tx, self.alice.actor.id))
        assert found is not None
        return found


@pytest.fixture
async def mirror(database_url: str, tmp_path: Path) -> AsyncIterator[Mirror]:
    settings = {
        "FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads"),
        "FEDIVERSE_NODE_DATABASE__LEAST_FREE_MIB": "0",
    }
    async with running_node(database_url, settings=settings) as node:
        alice = await node.add_person("alice")
        yield Mirror(node=node, alice=alice, browser=await signed_in_browser(node, alice))


async def test_a_profile_is_changed_with_pictures_and_fields(mirror: Mirror) -> None:
    assert PATH in (await mirror.browser.get("/settings")).text
    fields = {**await mirror.form(), "name": "Alice", "about": "Hello\r\nyou", "field_1": "Web"}
    fields |= {"value_1": "https://alice.example", "avatar_alt": "A wren", "locked": "yes"}
    answer = await mirror.send(fields, avatar=sent("JPEG", size=(500, 500)))
    assert (answer.status, answer.location) == (303, f"{PATH}?done=saved"), answer.text
    actor = await mirror.actor()
    assert (actor.name, actor.summary_source, actor.manually_approves) == ("Alice", "Hello\nyou", True)
    assert [name for name, _ in actor.fields] == ["Web"]
    assert actor.details.icon_description == "A wren"
    assert actor.icon is not None
    async with mirror.node.http.get(actor.icon.url) as picture:
        assert opened(await picture.read()).size == (400, 400)
    # What is there stays when the form is sent again, and goes when that is ticked.
    again = await mirror.form()
    assert (again["value_1"], again["about"], again["locked"]) == (
        "https://alice.example", "Hello\nyou", "yes",
    )  # fmt: skip
    assert (await mirror.send(again)).status == 303
    assert (await mirror.actor()).icon == actor.icon
    assert (await mirror.send({**again, "drop_avatar": "yes", "field_1": ""})).status == 303
    assert ((await mirror.actor()).icon, (await mirror.actor()).fields) == (None, ())


async def test_what_cannot_be_taken_is_refused_and_what_was_typed_stays(mirror: Mirror) -> None:
    refused = await mirror.send({**await mirror.form(), "name": "Alice"}, avatar=b"<svg/>")
    assert (refused.status, "no picture" in refused.text) == (422, True)
    assert form_in(refused.text, PATH)["name"] == "Alice"
    assert (await mirror.actor()).name == ""


async def test_a_form_of_another_page_changes_nothing(mirror: Mirror) -> None:
    # WEB-23 (its twin stands above)
    forged = {**await mirror.form(), "name": "Mallory", "form_token": "other"}
    assert (await mirror.send(forged, avatar=sent())).status == 403
    assert ((await mirror.actor()).name, (await mirror.actor()).icon) == ("", None)


async def test_who_is_not_signed_in_is_sent_to_do_so(mirror: Mirror) -> None:
    for method in ("GET", "POST"):
        async with mirror.node.http.request(method, PATH, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"].partition("?")[0]) == (303, "/login")
