"""A node that publishes its dataset, alice on it, and whoever wants the data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from fediverse_node.consent.notary import Notary
from fediverse_node.datasets import making, queries, users
from fediverse_node.datasets.herald import Herald
from fediverse_node.datasets.librarian import Librarian
from fediverse_node.datasets.making import Made
from fediverse_node.datasets.model import Release, Settings, User
from fediverse_node.federation.outbox.edit import set_training_use
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.posts.model import Post
from tests.fixtures.nodes import LiveNode, Person, running_node


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """An answer, read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]


@dataclass(slots=True)
class Turning:
    """A clock that a test turns."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The node, and what a test does at it."""

    node: LiveNode
    alice: Person
    clock: Turning
    folder: Path

    async def allowed(self, text: str = "Use this.") -> Post:
        return await publish(self.node.desk, self.alice.actor, Draft(text=text, training_use=True))

    async def says(self, post: Post, *, allow: bool) -> None:
        await set_training_use(self.node.desk, self.alice.actor, post.id, allow=allow, method="page")

    async def deletes(self, post: Post) -> None:
        await retract(self.node.desk, self.alice.actor, post.id)

    async def releases(self, settings: Settings | None = None) -> Made:
        return await making.make(self.node.node.db, self.node.node.config, settings or Settings())

    async def current(self) -> Release | None:
        return await self.node.node.db.read(queries.current)

    async def librarian(self) -> None:
        """Let the librarian do whatever is due."""
        await Librarian(self.node.node.db, self.node.node.config).run_once()

    def herald(self) -> Herald:
        node = self.node.node
        return Herald(node.db, node.outbound, self.node.addresses, chance=lambda: 0.5)

    async def notary(self) -> None:
        await Notary(self.node.node.db).run_once()

    async def user(self, webhook: str | None = None) -> tuple[User, dict[str, str]]:
        """A user of the dataset, and the header that says who they are."""
        user, key = await self.node.node.db.write(
            lambda tx: users.add(tx, name="Lab", contact="data@lab.example", webhook=webhook)
        )
        return user, {"Authorization": f"Bearer {key}"}

    async def as_it_is(self, user: User) -> User:
        found = await self.node.node.db.read(lambda tx: users.by_id(tx, user.id))
        assert found is not None
        return found

    async def get(self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Got:
        async with self.node.http.request(method, path, headers=headers) as answer:
            return Got(status=answer.status, headers=answer.headers, body=await answer.read())

    async def file(self, release: Release, path: str = "data/train.jsonl", **more: Any) -> Got:
        return await self.get(f"/datasets/{release.sha256}/{path}", **more)


@asynccontextmanager
async def open_shop(
    database_url: str, folder: Path, *, also: Mapping[str, str] | None = None, **settings: str
) -> AsyncIterator[Shop]:
    clock = Turning()
    wanted = {"PUBLISH": "true", "FOLDER": str(folder), "RENEW_AFTER_MINUTES": "0", **settings}
    named = {f"FEDIVERSE_NODE_DATASETS__{name}": value for name, value in wanted.items()} | dict(also or {})
    async with running_node(database_url, settings=named, clock=clock) as node:
        yield Shop(node=node, alice=await node.add_person("alice"), clock=clock, folder=folder)


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(database_url, tmp_path / "datasets") as found:
        yield found


@pytest.fixture
async def keyed(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """A node that asks for a key."""
    async with open_shop(database_url, tmp_path / "datasets", ACCESS="key") as found:
        yield found


@dataclass(slots=True, kw_only=True)
class Listener:
    """Somebody's own server, which is told what was taken back.

    Attributes:
        heard: every letter that came: its headers and its body.
        statuses: what it answers, one after the other; then 204.
    """

    url: str = ""
    heard: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for _, body in self.heard for line in body.splitlines()]

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((request.headers.copy(), await request.read()))
        self.came.set()
        await self.hold.wait()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 204)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    made = Listener()
    made.hold.set()
    application = web.Application()
    application.router.add_post("/told", made.hear)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    made.url = f"http://127.0.0.1:{port}/told"
    try:
        yield made
    finally:
        await runner.cleanup()
