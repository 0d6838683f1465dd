"""An index that is filled when a test says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from fediverse_node.search.indexing import Indexer
from fediverse_node.storage.database import Database

Fill = Callable[[], Awaitable[int]]


@pytest.fixture
def fill(db: Database) -> Fill:
    """Write down whatever there is."""
    return Indexer(db, lag=timedelta(0)).run_once
