"""A node to speak HTTP to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.nodes import LiveNode, running_node


@pytest.fixture
async def alpha(database_url: str) -> AsyncIterator[LiveNode]:
    """A node of this test's own, with nobody on it."""
    async with running_node(database_url) as node:
        yield node
