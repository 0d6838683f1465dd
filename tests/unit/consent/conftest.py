from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import sqlalchemy as sa

from fediverse_node.kernel.clock import system_clock
from fediverse_node.kernel.ids import IdFactory
from fediverse_node.storage.database import Database
from fediverse_node.storage.engine import open_database
from fediverse_node.storage.tx import Tx


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def tx(db: Database) -> Iterator[Tx]:
    """One open transaction, rolled back at the end."""
    with db.engine.connect() as connection:
        transaction = connection.begin()
        assert isinstance(connection, sa.Connection)
        yield Tx(connection, now=system_clock(), ids=IdFactory())
        transaction.rollback()
