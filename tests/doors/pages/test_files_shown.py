"""Files of others on pages: shown from here with their descriptions, linked where they are."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.posts.model import Attachment, Post
from fediverse_node.storage.tx import Tx
from tests.fixtures import rooms
from tests.fixtures.nodes import LiveNode, running_node

FAR = "https://there.example"
HTML = {"Accept": "text/html"}
FILES = (
    Attachment(
        type="Image", media_type="image/avif", url=f"{FAR}/a.avif", name='A "heron"', width=4, height=3
    ),
    Attachment(type="Video", media_type=None, url=f"{FAR}/b.mp4", name="It flies"),
    Attachment(type="Document", media_type="audio/ogg", url=f"{FAR}/c.ogg"),
    Attachment(type="Document", media_type="application/pdf", url=f"{FAR}/d.pdf", name="A paper"),
)


async def page_with_files(node: LiveNode, *, language: str = "en") -> str:
    alice = await node.add_person("alice")

    def unit(tx: Tx) -> Post:
        first = rooms.note(tx, alice.actor)
        bob = rooms.stranger(tx, "bob", emojis=((":cat:", f"{FAR}/cat.png"),))
        actors.change(tx, bob.id, {"name": "Bob :cat:"})
        rooms.note(tx, bob, in_reply_to_uri=first.uri, attachments=FILES, sensitive=False)
        return first

    post = await node.node.db.write(unit)
    headers = {**HTML, "Accept-Language": language}
    async with node.http.get(node.addresses.post_page("alice", post.id), headers=headers) as answer:
        assert answer.status == 200
        return await answer.text()


@pytest.fixture
async def without(database_url: str) -> AsyncIterator[LiveNode]:
    settings = {"FEDIVERSE_NODE_MEDIA__PROXY": "false"}
    async with running_node(database_url, settings=settings) as node:
        yield node


@pytest.mark.parametrize(
    ("language", "undescribed"), [("en", "no description"), ("ar", "بلا وصف")], ids=["en", "ar"]
)
async def test_files_are_shown_from_here_and_described(
    alpha: LiveNode, language: str, undescribed: str
) -> None:
    source = await page_with_files(alpha, language=language)
    ours = f'src="{alpha.base_url}/media/proxy/'
    assert source.count(ours) == 4
    assert f'src="{FAR}' not in source
    assert 'alt="A &#34;heron&#34;" loading="lazy" width="4" height="3"' in source
    assert "<video controls" in source
    assert "It flies" in source
    assert '<audio controls preload="none"' in source
    assert undescribed in source
    assert f'<a class="file" href="{FAR}/d.pdf"' in source
    for name in ("a.avif", "b.mp4", "c.ogg"):
        assert f'<a href="{FAR}/{name}" rel="nofollow noopener noreferrer">' in source


async def test_without_copies_files_are_links_and_nothing_else(without: LiveNode) -> None:
    source = await page_with_files(without)
    assert "/media/proxy/" not in source
    assert f'src="{FAR}' not in source
    for name in ("a.avif", "b.mp4", "c.ogg", "d.pdf"):
        assert f'<a class="file" href="{FAR}/{name}" rel="nofollow noopener noreferrer">' in source


async def test_pages_may_load_from_the_media_origin_and_from_nowhere_else(database_url: str) -> None:
    settings = {"FEDIVERSE_NODE_MEDIA__ORIGIN": "http://media.example"}
    async with running_node(database_url, settings=settings) as node:
        async with node.http.get("/", headers=HTML) as answer:
            policy = dict(
                part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
            )
        assert policy["img-src"] == "'self' blob: http://media.example"
        assert policy["media-src"] == "'self' http://media.example"
        assert 'src="http://media.example/media/proxy/' in await page_with_files(node)
