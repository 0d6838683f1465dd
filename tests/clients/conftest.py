"""A node with two people on it, as apps find it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures import pictures
from tests.fixtures.nodes import LiveNode, Person, running_node


@pytest.fixture
async def alpha(database_url: str, tmp_path: Path) -> AsyncIterator[LiveNode]:
    settings = {
        "FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads"),
        "FEDIVERSE_NODE_DATABASE__LEAST_FREE_MIB": "0",
    }
    async with running_node(database_url, settings=settings) as node:
        yield node


@pytest.fixture
async def alice(alpha: LiveNode) -> Person:
    return await alpha.add_person("alice", name="Alice")


@pytest.fixture
async def bob(alpha: LiveNode) -> Person:
    return await alpha.add_person("bob", name="Bob")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "red.png"
    path.write_bytes(pictures.sent("PNG"))
    return path
