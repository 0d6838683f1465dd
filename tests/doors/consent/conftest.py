"""A node with alice on it, and a log that grows by what she decides."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from fediverse_node.consent.notary import Notary
from fediverse_node.federation.outbox.edit import Edit, edit, set_training_use
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.federation.outbox.retract import retract
from fediverse_node.posts.model import Post
from fediverse_node.verify.findings import Report
from fediverse_node.verify.targets import Means, check
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The node, and what a test does at it."""

    node: LiveNode
    alice: Person

    async def allowed(self, text: str = "Use this.") -> Post:
        return await publish(self.node.desk, self.alice.actor, Draft(text=text, training_use=True))

    async def says(self, post: Post, *, allow: bool) -> None:
        await set_training_use(self.node.desk, self.alice.actor, post.id, allow=allow, method="page")

    async def edits(self, post: Post, text: str) -> None:
        await edit(self.node.desk, self.alice.actor, post.id, Edit(text=text))

    async def deletes(self, post: Post) -> None:
        await retract(self.node.desk, self.alice.actor, post.id)

    async def notary(self) -> None:
        """Let the notary do whatever is due."""
        await Notary(self.node.node.db).run_once()

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Got:
        async with self.node.http.get(path, headers=headers) as answer:
            return Got(status=answer.status, headers=answer.headers, body=await answer.read())

    async def verify(self, path: str = "", **means: Any) -> Report:
        """What somebody finds who checks the node, or what is at *path*, from outside."""
        return await check(f"{self.node.base_url}{path}", Means(lab=True, **means))


@pytest.fixture
async def ledger(database_url: str) -> AsyncIterator[Ledger]:
    async with running_node(database_url) as node:
        yield Ledger(node=node, alice=await node.add_person("alice"))
