"""The benchmarks run from one end to the other. How fast anything is, no test says."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from benchmarks.reads import PAGES
from benchmarks.simulate_scale import SIZES, Costs, Habits, Load, show, simulate
from benchmarks.table import Figure, as_json, from_json
from benchmarks.table import show as show_figures

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
    "inbound Create, stored",
    "inbound Create, rows",
    "inbound Create on one core",
    "inbound Like",
    "inbound Like, stored",
    "inbound Like, rows",
    "inbound Announce",
    "inbound Follow",
    "inbound Follow, unknown",
    "delivery to a distinct inbox",
    "post to 1,000 inboxes, the last has it",
    "95 % of the healthy inboxes have it, one server in ten hangs",
    "all healthy inboxes have it, one server in ten hangs",
    "memory after all this",
    *(f"app: {name}" for name in PAGES),
}


@pytest.mark.slow
def test_what_listeners_cost_is_measured() -> None:
    size = ["--idle", "20", "--listeners", "5", "--events", "1", "--json"]
    command = [sys.executable, "benchmarks/streaming.py", *size]

    ran = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr
    figures = {each["operation"]: each["value"] for each in json.loads(ran.stdout)}
    assert "5 listeners have an event" in figures
    assert all(value > 0 for name, value in figures.items() if name != "memory of an idle WebSocket")


@pytest.mark.slow
def test_a_quick_run_measures_everything() -> None:
    command = [sys.executable, "benchmarks/run.py", "--quick", "--json"]

    ran = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr
    figures = {each["operation"]: each for each in json.loads(ran.stdout)}
    assert set(figures) == MEASURED
    # SQLite writes whole pages: a few rows may have found room in those that were there.
    may_be_nothing = {"inbound Like, stored", "inbound Create, stored"}
    assert all(each["value"] > 0 for each in figures.values() if each["operation"] not in may_be_nothing)
    assert figures["inbound Create"]["yardstick"] > 0


@pytest.mark.slow
def test_a_quick_run_of_searches_measures_everything() -> None:
    command = [sys.executable, "benchmarks/search.py", "--posts", "60", "--rounds", "2"]

    ran = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr
    for operation in ("writing a post down", "size of the index", "a rare word, p99", "all, p99"):
        assert f"| {operation} " in ran.stdout


def test_a_budget_is_a_ceiling_or_a_floor() -> None:
    figure = Figure(operation="x", value=2.0, budget=1.0)

    assert figure.ratio == 2.0
    assert replace(figure, at_least=True).ratio == 0.5
    assert replace(figure, budget=None).ratio is None


def test_a_run_is_compared_with_another_in_yardsticks_of_its_own() -> None:
    before = Figure(operation="x", value=1.0, yardstick=0.5)
    twice_as_slow_a_machine = replace(before, value=2.0, yardstick=1.0)
    really_slower = replace(before, value=1.5)
    known = from_json(as_json([before]))

    assert "| 1.00" in show_figures([twice_as_slow_a_machine], known)
    assert "| 1.50 !" in show_figures([really_slower], known)
    assert "before" not in show_figures([really_slower])


def test_seconds_of_the_clock_on_the_wall_are_not_held_against_the_yardstick() -> None:
    assert Figure(operation="x", value=1.0, unit="s", yardstick=0.5).in_yardsticks is None


def test_the_document_on_scaling_quotes_what_the_simulation_says() -> None:
    document = (ROOT / "docs" / "explanation" / "scaling.md").read_text(encoding="utf-8")

    assert show([simulate(number) for number in SIZES]) in document


def test_the_document_on_scaling_states_every_assumption() -> None:
    document = (ROOT / "docs" / "explanation" / "scaling.md").read_text(encoding="utf-8")

    habits = Habits()
    for field in fields(Habits):
        assert f"| `{field.name}` | {getattr(habits, field.name):,.10g} |" in document, field.name
    costs = Costs()
    for field in fields(Costs):
        assert f"| `{field.name}` | {getattr(costs, field.name):,.10g} |" in document, field.name


def test_a_larger_node_carries_more_of_everything() -> None:
    small, large = simulate(1_000), simulate(100_000)

    assert all(getattr(small, field.name) < getattr(large, field.name) for field in fields(Load))


def test_nobody_follows_more_strangers_than_there_are() -> None:
    habits = Habits(fediverse=5_000.0)

    assert simulate(1_000, habits).strangers == 5_000.0


def test_the_simulation_takes_its_assumptions_from_the_command_line() -> None:
    command = [sys.executable, "benchmarks/simulate_scale.py", "--accounts", "500", "--servers", "1"]

    ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)

    assert ran.stdout.strip() == show([simulate(500, Habits(servers=1.0))])
