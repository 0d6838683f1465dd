"""A node of ours with alice on it, and another server with bob and carol: who meets at an inbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from fediverse_node.actors import queries as actors
from fediverse_node.actors.model import Actor
from fediverse_node.deliveries import tables as deliveries
from fediverse_node.federation.inbox.catching_up import CatchUpWorker
from fediverse_node.federation.inbox.process import InboxWorker
from fediverse_node.follows import queries as follows
from fediverse_node.follows.model import Follow
from fediverse_node.notifications import queries as notifications
from fediverse_node.posts import queries as posts
from fediverse_node.posts.model import Post, Visibility
from fediverse_node.storage.base import metadata
from fediverse_node.storage.paging import Page
from fediverse_node.storage.tx import Tx
from fediverse_node.timelines import home
from tests.fakes.remote_server import RemoteActor, RemoteServer
from tests.fixtures.nodes import LiveNode, Person, running_node

T = TypeVar("T")

#: In one statement: tables are many, and so are the tests that ask.
_HOW_MANY = sa.select(
    sa.union_all(
        *(
            sa.select(sa.literal(table.name).label("name"), sa.func.count().label("rows")).select_from(table)
            for table in metadata.sorted_tables
        )
    ).subquery()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """The node, its neighbour, and what a test wants to know of them.

    Attributes:
        alice: lives here.
        bob, carol: live there.
    """

    node: LiveNode
    there: RemoteServer
    alice: Person
    bob: RemoteActor
    carol: RemoteActor
    worker: InboxWorker
    catching_up: CatchUpWorker

    @property
    def inbox(self) -> str:
        return self.node.addresses.inbox("alice")

    @property
    def shared(self) -> str:
        return self.node.addresses.shared_inbox

    async def read(self, unit: Callable[[Tx], T]) -> T:
        return await self.node.node.db.read(unit)

    async def write(self, unit: Callable[[Tx], T]) -> T:
        return await self.node.node.db.write(unit)

    async def rows(self) -> dict[str, int]:
        """How many rows there are, by table."""
        counts = await self.read(lambda tx: tx.all(_HOW_MANY))
        return {str(table): int(count) for table, count in counts}

    async def actor(self, remote: RemoteActor) -> Actor | None:
        return await self.read(lambda tx: actors.by_uri(tx, remote.uri))

    async def meet(self, remote: RemoteActor) -> Actor:
        """Let *remote* become known here, as by any signed activity."""
        assert await remote.send(self.inbox, remote.follow(self.alice.actor.uri)) == 202
        known = await self.actor(remote)
        assert known is not None
        return known

    async def befriend(self, remote: RemoteActor, *, state: str = "accepted") -> Actor:
        """Let alice follow *remote*."""
        known = await self.actor(remote) or await self.meet(remote)

        def unit(tx: Tx) -> None:
            follow = Follow(
                id=tx.new_id(),
                follower_id=self.alice.actor.id,
                target_id=known.id,
                uri=self.node.addresses.activity(tx.new_id()),
                state="pending" if state == "pending" else "accepted",
                created_at=tx.now,
            )
            assert follows.add(tx, follow)

        await self.write(unit)
        return known

    async def follow_of(self, remote: RemoteActor) -> Follow | None:
        """Alice's follow of *remote*."""
        known = await self.actor(remote)
        assert known is not None
        return await self.read(lambda tx: follows.find(tx, self.alice.actor.id, known.id))

    async def follower(self, remote: RemoteActor) -> Follow | None:
        """*remote*'s follow of alice."""
        known = await self.actor(remote)
        if known is None:
            return None
        return await self.read(lambda tx: follows.find(tx, known.id, self.alice.actor.id))

    async def write_post(self, *, visibility: Visibility = "public", text: str = "<p>Ours</p>") -> Post:
        """A post of alice's."""

        def unit(tx: Tx) -> Post:
            id_ = tx.new_id()
            post = Post(
                id=id_,
                uri=self.node.addresses.post("alice", id_),
                actor_id=self.alice.actor.id,
                local=True,
                visibility=visibility,
                content_html=text,
                published_at=tx.now,
                created_at=tx.now,
            )
            assert posts.add(tx, post) is not None
            return post

        return await self.write(unit)

    async def post(self, uri: str) -> Post | None:
        return await self.read(lambda tx: posts.by_uri(tx, uri))

    async def home(self) -> list[str]:
        """What alice sees at home, by id, newest first."""
        found = await self.read(lambda tx: home.page(tx, self.alice.actor.id, Page()))
        return [post.uri for post in found]

    async def told(self) -> list[str]:
        """What alice was told of, newest first."""
        found = await self.read(lambda tx: notifications.page(tx, self.alice.actor.id, Page()))
        return [each.type for each in found]

    async def answers(self) -> list[str]:
        """Types of the activities that stand ready to be sent."""
        table = deliveries.activities
        rows = await self.read(lambda tx: tx.all(sa.select(table.c.type).order_by(table.c.id)))
        return [row[0] for row in rows]

    async def work(self) -> int:
        """Let the inbox worker do whatever is due."""
        return await self.worker.run_once()

    async def catch_up(self) -> int:
        """Let the worker that catches up do whatever is due."""
        return await self.catching_up.run_once()


@pytest.fixture
async def street(database_url: str) -> AsyncIterator[Street]:
    async with running_node(database_url) as node, RemoteServer() as there:
        yield Street(
            node=node,
            there=there,
            alice=await node.add_person("alice"),
            bob=there.add_actor("bob"),
            carol=there.add_actor("carol"),
            worker=InboxWorker(node.node),
            catching_up=CatchUpWorker(node.node),
        )


def changed(document: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """*document* with other *parts*; those that are None are left out."""
    return {name: value for name, value in {**document, **parts}.items() if value is not None}
