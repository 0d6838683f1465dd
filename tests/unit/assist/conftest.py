from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

# Loads the SDK, which may take longer than the second that a slow provider has in these tests.
from fediverse_node.assist import openai_provider as openai_provider  # noqa: PLC0414 for its effect
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from tests.fakes.model_provider import ModelServer
from tests.fakes.people import a_person


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def alice(db: Database) -> int:
    """The id of an account."""
    return (await db.write(lambda tx: a_person(tx, "alice"))).account.id


@pytest.fixture
async def bob(db: Database) -> int:
    """The id of another account."""
    return (await db.write(lambda tx: a_person(tx, "bob"))).account.id
