"""kill -9 loses nothing that was acknowledged, in a small size. The scripts do it in any size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability import kill_receiver, kill_sender
from tests.reliability.stores import Store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def test_a_sender_that_is_killed_five_times_loses_nothing(database_url: str, tmp_path: Path) -> None:
    report = await kill_sender.run(store=Store(database_url), folder=tmp_path, ends=5, deliveries=500)
    assert report.broken == [], report
    assert report.arrivals >= report.expected == 500


async def test_a_sender_that_is_stopped_under_load_ends_well_and_sends_nothing_twice(
    database_url: str, tmp_path: Path
) -> None:
    report = await kill_sender.run(
        store=Store(database_url), folder=tmp_path, ends=3, deliveries=300, how="stop"
    )
    assert report.broken == [], report
    assert (report.arrivals, len(report.stops)) == (300, 4)


async def test_what_a_receiver_acknowledged_took_effect_exactly_once_though_it_was_killed(
    database_url: str, tmp_path: Path
) -> None:
    report = await kill_receiver.run(store=Store(database_url), folder=tmp_path, ends=5, count=400)
    assert report.broken == [], report
    assert report.acknowledged == 400
    assert report.attempts > 400, "no kill fell into the load"


async def test_a_receiver_that_is_stopped_under_load_ends_well_and_keeps_its_word(
    database_url: str, tmp_path: Path
) -> None:
    report = await kill_receiver.run(
        store=Store(database_url), folder=tmp_path, ends=2, count=200, how="stop"
    )
    assert report.broken == [], report
    assert report.acknowledged == 200
