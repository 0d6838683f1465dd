"""Pictures from the command line, past the terminal: what the control door does."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.kernel.errors import NotValid
from fediverse_node.posts import queries as posts
from fediverse_node.web.control.routes import OPERATIONS
from tests.fixtures.nodes import LiveNode, running_node
from tests.fixtures.pictures import sent


@pytest.fixture
async def alpha(database_url: str, tmp_path: Path) -> AsyncIterator[LiveNode]:
    settings = {
        "FEDIVERSE_NODE_MEDIA__UPLOADS_FOLDER": str(tmp_path / "uploads"),
        "FEDIVERSE_NODE_DATABASE__LEAST_FREE_MIB": "0",
    }
    async with running_node(database_url, settings=settings) as node:
        yield node


async def do(alpha: LiveNode, operation: str, **arguments: Any) -> Any:
    return await OPERATIONS[operation](alpha.node, arguments, lambda _: None)


async def test_a_picture_is_uploaded_and_posted(alpha: LiveNode) -> None:
    await alpha.add_person("alice")
    picture = base64.b64encode(sent()).decode()
    made = await do(alpha, "picture.add", name="alice", picture=picture, alt="A heron")
    post = await do(alpha, "post", name="alice", text="Look", pictures=[made["id"]])
    stored = await alpha.node.db.read(lambda tx: posts.by_id(tx, int(post["id"])))
    assert stored is not None
    assert [(each.name, each.url) for each in stored.attachments] == [("A heron", made["url"])]


@pytest.mark.parametrize("picture", ["no base64", base64.b64encode(b"<svg/>").decode()])
async def test_what_is_no_picture_is_refused(alpha: LiveNode, picture: str) -> None:
    await alpha.add_person("alice")
    with pytest.raises(NotValid):
        await do(alpha, "picture.add", name="alice", picture=picture)
