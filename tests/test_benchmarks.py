"""The benchmarks run from one end to the other. How fast anything is, no test says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MEASURED = {
    "yardstick: one RSA-2048 signature",
    "start to first answer",
    "start to first answer, CPU",
    "memory when idle",
    "actor GET, made anew",
    "actor GET",
    "note GET, made anew",
    "note GET",
    "WebFinger",
    "profile page of 20, made anew",
    "profile page of 20",
    "home timeline of 20",
    "inbound Create",
    "inbound Like",
    "inbound Announce",
    "inbound Follow",
    "inbound Follow, unknown",
    "delivery to a distinct inbox",
    "memory after all this",
}


@pytest.mark.slow
def test_a_quick_run_measures_everything() -> None:
    command = [sys.executable, "benchmarks/run.py", "--quick", "--json"]

    ran = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr
    figures = {each["operation"]: each for each in json.loads(ran.stdout)}
    assert set(figures) == MEASURED
    assert all(each["value"] > 0 for each in figures.values())
