"""Two web processes and two workers are one node: on PostgreSQL, where several may be."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.engines import Engine
from benchmarks.together import together


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_two_web_processes_and_two_workers_send_everything_once_and_miss_no_wake_up(
    empty_database_url: str, tmp_path: Path
) -> None:
    if sa.make_url(empty_database_url).get_backend_name() != "postgresql":
        pytest.skip("several processes need PostgreSQL")

    # The workers only work when they are woken: a lost wake-up leaves letters lying, and `together` fails.
    outcome = await together(Engine(empty_database_url), tmp_path, count=40, audience=20, posts=6)

    assert len(outcome.arrived) == outcome.expected
    assert set(outcome.arrived.values()) == {1}
