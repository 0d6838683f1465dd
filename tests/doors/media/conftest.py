"""A node, another server with pictures, and somebody there who shows them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor, Picture
from fediverse_node.media import queries
from fediverse_node.media.copies import Copies
from fediverse_node.media.model import owner_of_post
from fediverse_node.posts.model import Attachment, Post
from fediverse_node.storage.folder import Folder
from fediverse_node.storage.tx import Tx
from fediverse_node.uploads.model import Upload
from fediverse_node.uploads.place import folder_of
from fediverse_node.web.media.tidying import Tidier
from tests.fakes.remote_server import Answer, RemoteServer
from tests.fixtures import rooms
from tests.fixtures.nodes import LiveNode, Person, running_node
from tests.fixtures.pictures import form, kept

PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000)
JPEG = b"\xff\xd8\xff\xe0" + bytes(2000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a browser is given."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """The node, and the server whose pictures it shows.

    Attributes:
        bob: lives there, and has a picture at `/bob.png`.
        copies: of the node, seen from beside it.
    """

    node: LiveNode
    there: RemoteServer
    bob: Actor
    folder: Path
    copies: Copies

    def offer(self, path: str, body: bytes = PNG, content_type: str = "image/png", **how: Any) -> str:
        """Let the other server have a file; gives its address."""
        self.there.answers[path] = Answer(body=body, content_type=content_type, **how)
        return f"{self.there.origin}{path}"

    async def show(self, url: str, *, media_type: str = "image/png", **changes: Any) -> Post:
        """Let bob post a file."""
        attachment = Attachment(type="Document", media_type=media_type, url=url, name="A heron")
        return await self.node.node.db.write(
            lambda tx: rooms.note(tx, self.bob, attachments=(attachment,), **changes)
        )

    def address(self, owner: str, url: str) -> str:
        """The address that we sign for a file."""
        return self.copies.signer.path(owner, url)

    async def posted(self, path: str, body: bytes = PNG, content_type: str = "image/png") -> str:
        """The address here of a file that bob posted just now."""
        url = self.offer(path, body, content_type)
        post = await self.show(url, media_type=content_type)
        return self.address(owner_of_post(post.id), url)

    async def look(self, address: str, method: str = "GET", **headers: str) -> Seen:
        """What a browser gets at an address of ours."""
        async with self.node.http.request(method, address, headers=headers) as answer:
            return Seen(status=answer.status, headers=answer.headers.copy(), body=await answer.read())

    def files(self) -> list[Path]:
        """Everything on the disk."""
        return [path for path in self.folder.rglob("*") if path.is_file()]

    async def stored(self) -> int:
        """Bytes that the node believes to have."""
        return await self.node.node.db.read(queries.size)

    async def tidy(self, *, thorough: bool = False) -> int:
        return await Tidier(self.copies).run_once(thorough=thorough)


@asynccontextmanager
async def opened(
    database_url: str,
    folder: Path,
    *,
    port: int = 0,
    limited: bool = False,
    networks: str = "127.0.0.0/8",
    **settings: str,
) -> AsyncIterator[Gallery]:
    """A gallery.

    Args:
        port: of a node that ran before.
        limited: whether clients are counted.
        networks: private networks that may be connected to.
        settings: of the media section.
    """
    chosen = {f"FEDIVERSE_NODE_MEDIA__{name.upper()}": value for name, value in settings.items()}
    chosen["FEDIVERSE_NODE_FEDERATION__ALLOW_PRIVATE_NETWORKS"] = networks
    chosen["FEDIVERSE_NODE_LIMITS__RATE_LIMITS"] = str(limited).lower()
    chosen["FEDIVERSE_NODE_MEDIA__FOLDER"] = str(folder)
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(RemoteServer())
        node = await stack.enter_async_context(running_node(database_url, settings=chosen, port=port))
        there.answers["/bob.png"] = Answer(body=PNG, content_type="image/png")

        def settle(tx: Tx) -> Actor:
            picture = Picture(url=f"{there.origin}/bob.png", media_type="image/png")
            return rooms.stranger(tx, "bob", domain=there.domain, icon=picture)

        bob = await node.node.db.write(settle)
        copies = Copies(node.node.db, node.node.outbound, root=folder, budget=1 << 30)
        await copies.open()
        yield Gallery(node=node, there=there, bob=bob, folder=folder, copies=copies)


@pytest.fixture
async def gallery(database_url: str, tmp_path: Path) -> AsyncIterator[Gallery]:
    async with opened(database_url, tmp_path / "media") as made:
        yield made


async def change_bob(gallery: Gallery, **columns: Any) -> None:
    await gallery.node.node.db.write(lambda tx: actors.change(tx, gallery.bob.id, columns))


#: Small, so that what is beyond them is soon made.
LIMITS = {
    "FEDIVERSE_NODE_MEDIA__UPLOAD_MEGABYTES": "1",
    "FEDIVERSE_NODE_MEDIA__ACCOUNT_MEGABYTES": "1",
    "FEDIVERSE_NODE_MEDIA__UPLOAD_MEGAPIXELS": "1",
    "FEDIVERSE_NODE_DATABASE__LEAST_FREE_MIB": "0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """A node, two people, and the files of its people."""

    node: LiveNode
    alice: Person
    bob: Person
    folder: Folder

    async def call(
        self, method: str, path: str, who: Person | None = None, **options: Any
    ) -> tuple[int, Any]:
        headers = {**((who or self.alice).bearer), **options.pop("headers", {})}
        async with self.node.http.request(method, path, headers=headers, **options) as answer:
            return answer.status, await answer.json()

    async def upload(self, data: bytes, *, version: str = "v2", **fields: str) -> tuple[int, Any]:
        return await self.call("POST", f"/api/{version}/media", data=form(data, **fields))

    async def picture(self, who: Person | None = None, **changes: Any) -> Upload:
        """One that waits for a post."""
        owner = (who or self.alice).account.id
        return await self.node.node.db.write(lambda tx: kept(tx, self.folder, owner, **changes))

    async def post(self, *pictures: Upload, **fields: Any) -> Any:
        body = {"status": "Look", "media_ids": [str(each.id) for each in pictures], **fields}
        status, found = await self.call("POST", "/api/v1/statuses", json=body)
        assert status == 200, found
        return found

    async def look(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        async with self.node.http.get(path, headers=headers) as answer:
            return answer.status, dict(answer.headers), await answer.read()

    def files(self) -> list[Path]:
        return [path for path in self.folder.root.rglob("*") if path.is_file()]


@pytest.fixture
async def studio(database_url: str, tmp_path: Path) -> AsyncIterator[Studio]:
    settings = {**LIMITS, "FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads")}
    async with running_node(database_url, settings=settings) as node:
        yield Studio(
            node=node,
            alice=await node.add_person("alice"),
            bob=await node.add_person("bob"),
            folder=Folder(folder_of(node.node.config), free_at_least=0),
        )
