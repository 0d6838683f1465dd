"""The reliability goals in the size of a release: what the tests do, again and again, with other seeds.

scripts/reliability-full                     every goal, some hours on two cores
scripts/reliability-full --only R1,R2        these
scripts/reliability-full --rounds 1          one round of each, some minutes

A round is a run of the tests in the size they always have (R16, the busy database, is a minute of writing
instead of a number of writes); so many rounds make the size of a release. The
goals take turns: whoever interrupts it (Ctrl-C) has a little of everything, and is told how much. What was
found wrong can be looked at again with `FEDIVERSE_NODE_TEST_SEED=… pytest …`, as printed.
The engine is that of the tests: SQLite, or what `FEDIVERSE_NODE_TEST_DATABASE` names.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
_DEATH = "tests/reliability/test_sudden_death.py::test_"
_MALFORMED = "tests/doors/test_malformed_input.py::test_"
_PARSING = "tests/unit/federation/inbox/test_authenticate_parse_equality.py::test_"
_ORDER = "tests/reliability/test_interleavings.py::test_"
#: What pytest says when every test was left out: on PostgreSQL those that need no database.
_NO_TESTS = 5


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal.

    Attributes:
        rounds: how many make the size of a release.
        size: what one round does.
        tests: what runs in a round.
        settings: of the environment, where a round is more than what the tests do each time.
    """

    rounds: int
    size: str
    tests: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)


GOALS = {
    "R1": Goal(
        20, "50 kills, 5,000 deliveries", (f"{_DEATH}a_sender_that_is_killed_fifty_times_loses_nothing",)
    ),
    "R2": Goal(
        20,
        "50 kills, 2,500 activities",
        (f"{_DEATH}what_a_receiver_acknowledged_took_effect_exactly_once_though_it_was_killed_fifty_times",),
    ),
    "R4": Goal(
        25,
        "20 stops while sending, 5 while receiving",
        (
            f"{_DEATH}a_sender_that_is_stopped_twenty_times_ends_well_and_sends_nothing_twice",
            f"{_DEATH}a_receiver_that_is_stopped_under_load_ends_well_and_keeps_its_word",
        ),
    ),
    "R5": Goal(
        50,
        "20,000 bodies, 2,000 raw requests",
        (
            f"{_MALFORMED}malformed_activities_that_are_rightly_signed_cause_no_failure",
            f"{_MALFORMED}malformed_activities_and_signatures_of_anybody_cause_no_failure",
            f"{_MALFORMED}malformed_requests_to_every_route_cause_no_failure",
            f"{_MALFORMED}broken_http_is_answered_or_hung_up_on",
        ),
    ),
    "R6": Goal(
        50,
        "20,000 mutations",
        ("tests/unit/signatures/test_mutations.py::test_no_single_change_to_a_signed_request_is_accepted",),
    ),
    "R7": Goal(
        100,
        "10,000 documents",
        (f"{_PARSING}ten_thousand_documents_mean_the_same_to_the_checks_and_to_the_handlers",),
    ),
    "R11": Goal(
        50,
        "2,000 interleavings",
        (f"{_ORDER}what_is_so_in_the_end_does_not_depend_on_the_order_of_arrival",),
    ),
    "R16": Goal(
        60,
        "8 writers for a minute",
        ("tests/doors/test_floods.py::test_writers_at_once_all_get_through",),
        {"FEDIVERSE_NODE_TEST_SECONDS": "60"},
    ),
}


def say(text: str) -> None:
    """One line, at once."""
    print(text, flush=True)  # noqa: T201 this is a command


def settings(goal: Goal, seed: int) -> str:
    """What to say before `pytest` for one round."""
    return " ".join(
        [f"FEDIVERSE_NODE_TEST_SEED={seed}", *(f"{name}={value}" for name, value in goal.settings.items())]
    )


def run_round(goal: Goal, seed: int) -> tuple[str, str]:
    """One round; how it ended (`ok`, `none`, `FAILED`) and what was printed."""
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", *goal.tests],
        cwd=ROOT,
        env={**os.environ, "FEDIVERSE_NODE_TEST_SEED": str(seed), **goal.settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # Ctrl-C is for us; the tests are told once, and take their nodes away
    ) as process:
        try:
            output, _ = process.communicate()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            process.communicate()
            raise
    return {0: "ok", _NO_TESTS: "none"}.get(process.returncode, "FAILED"), output


def run_all(names: list[str], *, most: int | None, first_seed: int) -> int:
    """All rounds of *names*, in turns. Exit code 0, 1 when a round failed, 130 when interrupted."""
    wanted = {name: min(GOALS[name].rounds, most or GOALS[name].rounds) for name in names}
    kept: Counter[str] = Counter()
    failed: list[str] = []
    interrupted = False
    try:
        for number in range(max(wanted.values())):
            for name in [name for name in names if number < wanted[name]]:
                begun, seed = time.monotonic(), first_seed + number
                ended, output = run_round(GOALS[name], seed)
                seconds = time.monotonic() - begun
                say(f"{name:<4} {number + 1:>3}/{wanted[name]}  seed {seed}  {ended}  {seconds:.0f} s")
                if ended == "FAILED":
                    failed.append(f"{settings(GOALS[name], seed)} pytest {' '.join(GOALS[name].tests)}")
                    say(output)
                kept[name] += ended == "ok"
    except KeyboardInterrupt:
        interrupted = True
    say("\nKept" + (", until it was interrupted:" if interrupted else ":"))
    for name in names:
        goal = GOALS[name]
        say(f"{name:<4} {kept[name]:>3} of {goal.rounds} rounds of a release, each {goal.size}")
    for command in failed:
        say(f"not kept: {command}")
    return 1 if failed else 130 if interrupted else 0


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(GOALS), help="goals, such as R1,R11")
    parser.add_argument("--rounds", type=int, help="at most so many of each")
    parser.add_argument("--seed", type=int, default=2, help="that of the first round; the tests alone use 1")
    given = parser.parse_args()
    names = given.only.split(",")
    if unknown := [name for name in names if name not in GOALS]:
        parser.error(f"no such goal: {', '.join(unknown)}; there are {', '.join(GOALS)}")
    return run_all(names, most=given.rounds, first_seed=given.seed)


if __name__ == "__main__":
    sys.exit(main())
