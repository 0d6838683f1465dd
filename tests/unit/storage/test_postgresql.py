from __future__ import annotations

import pytest

from fediverse_node.storage import postgresql
from fediverse_node.storage.engine import open_database


async def test_the_listener_hears_of_the_end_at_once(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("a SQLite file has no listener")
    # Longer than a test may take: only what it is told can end the waiting.
    monkeypatch.setattr(postgresql, "_LISTEN_TIMEOUT_SECONDS", 3600.0)
    db = open_database(database_url)
    db.bell("deliveries")
    await db.write(lambda tx: tx.ring("deliveries"))
    await db.close()
