"""A real browser shows pictures of others and speaks with nobody but this server."""

from __future__ import annotations

import struct
import zlib

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.posts.model import Attachment, Post
from fediverse_node.storage.tx import Tx
from tests.browser.conftest import Open
from tests.browser.village import Village
from tests.fakes.remote_server import Answer, RemoteServer
from tests.fixtures import rooms
from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.browser


def png() -> bytes:
    """One red pixel."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


async def test_pictures_of_others_are_seen_and_nobody_else_is_asked(
    village: Village, open_page: Open
) -> None:
    async with RemoteServer() as there:
        for name in ("face", "cat", "heron", "emoji"):
            there.answers[f"/{name}.png"] = Answer(body=png(), content_type="text/html")
        there.answers["/evil.png"] = Answer(body=b"<svg onload=alert(1)>", content_type="image/svg+xml")

        def unit(tx: Tx) -> Post:
            emojis = ((":cat:", f"{there.origin}/emoji.png"),)
            face = {"url": f"{there.origin}/face.png", "media_type": "image/png"}
            bob = rooms.stranger(tx, "bob", domain=there.domain, emojis=emojis)
            actors.change(tx, bob.id, {"icon": face, "name": "Bob :cat:"})
            files = tuple(
                Attachment(type="Image", media_type="image/png", url=f"{there.origin}/{name}.png", name=name)
                for name in ("cat", "heron", "evil")
            )
            rooms.note(tx, bob, in_reply_to_uri=village.thread.uri, attachments=files)
            return village.thread

        await village.node.node.db.write(unit)
        watched = await open_page(village.page(village.thread))
        await watched.page.evaluate("document.querySelectorAll('img').forEach(i => i.loading = 'eager')")

        async def all_are_there() -> bool:
            # Asked from outside: a function that waits inside of the page is what its policy forbids.
            return bool(await watched.page.evaluate("[...document.images].every(i => i.complete)"))

        await wait_until("every picture", all_are_there)
        seen = await watched.page.evaluate(
            "[...document.images].filter(i => i.naturalWidth == 1).map(i => i.alt).sort()"
        )
        assert seen == ["", ":cat:", "cat", "heron"]
        assert watched.elsewhere == []
        assert [text for text in watched.complaints if "Content Security Policy" in text] == []
