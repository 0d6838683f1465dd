"""kill -9 loses nothing that was acknowledged, and a stop ends well. The scripts do it in any size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.seeds import seed
from tests.reliability import kill_receiver, kill_sender
from tests.reliability.stores import Store

# Half a minute on a machine that has nothing else to do; no machine may fail for being slow.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


async def test_a_sender_that_is_killed_fifty_times_loses_nothing(
    database_url: str, tmp_path: Path
) -> None:  # R1
    report = await kill_sender.run(
        store=Store(database_url), folder=tmp_path, ends=50, deliveries=5_000, seed=seed()
    )
    assert report.broken == [], report
    assert report.arrivals >= report.expected == 5_000


async def test_a_sender_that_is_stopped_twenty_times_ends_well_and_sends_nothing_twice(
    database_url: str, tmp_path: Path
) -> None:  # R4
    report = await kill_sender.run(
        store=Store(database_url), folder=tmp_path, ends=20, deliveries=1_000, how="stop", seed=seed()
    )
    assert report.broken == [], report
    assert (report.arrivals, len(report.stops)) == (1_000, 21)


async def test_what_a_receiver_acknowledged_took_effect_exactly_once_though_it_was_killed_fifty_times(
    database_url: str, tmp_path: Path
) -> None:  # R2
    report = await kill_receiver.run(
        store=Store(database_url), folder=tmp_path, ends=50, count=2_500, seed=seed()
    )
    assert report.broken == [], report
    assert report.acknowledged == 2_500
    assert report.attempts > 2_500, "no kill fell into the load"


async def test_a_receiver_that_is_stopped_under_load_ends_well_and_keeps_its_word(
    database_url: str, tmp_path: Path
) -> None:  # R4
    report = await kill_receiver.run(
        store=Store(database_url), folder=tmp_path, ends=5, count=200, how="stop", seed=seed()
    )
    assert report.broken == [], report
    assert report.acknowledged == 200
