"""The attack catalogue's cases: each has a test that names it.

A test names its cases in a comment or a docstring: `# OBJ-24`, `# SIG-03, 05, 06`, `SSRF-13 to SSRF-16`.
This file counts names, not deeds; it notices a case that was forgotten, or whose test was renamed away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
#: How many cases each group has.
GROUPS = {"SIG": 31, "OBJ": 39, "LD": 17, "SSRF": 27, "DOS": 25, "OAU": 20, "PRI": 18, "EXP": 21}
#: The reliability goals that hold on each change.
GOALS = (1, 2, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17)
#: Cases outside these groups that belong to federation.
ALSO = ("ADM-06", "ADM-12")

_NAME = re.compile(r"\b([A-Z]{2,4})-(\d{2})\b((?:,? (?:and |to )?(?:[A-Z]{2,4}-)?\d{2}\b)*)")
_MORE = re.compile(r"(,? (?:and |to )?)(?:([A-Z]{2,4})-)?(\d{2})\b")


def named_in(text: str) -> set[str]:
    """The cases that *text* names, ranges and lists among them."""
    found = set()
    for group, first, rest in _NAME.findall(text):
        last = group, int(first)
        found.add(_case(*last))
        for joint, other, number in _MORE.findall(rest):
            here = other or last[0], int(number)
            if "to " in joint and here[0] == last[0]:
                found.update(_case(here[0], each) for each in range(last[1], here[1]))
            found.add(_case(*here))
            last = here
    return found


def _case(group: str, number: int) -> str:
    return f"{group}-{number:02}"


def cases() -> Iterator[str]:
    for group, count in GROUPS.items():
        yield from (_case(group, number) for number in range(1, count + 1))
    yield from ALSO


def sources() -> Iterator[Path]:
    return (path for path in TESTS.rglob("test_*.py") if path != Path(__file__))


@pytest.fixture(scope="module")
def named() -> set[str]:
    found: set[str] = set()
    for path in sources():
        found |= named_in(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# OBJ-24", {"OBJ-24"}),
        ("# SIG-03, 05, 06", {"SIG-03", "SIG-05", "SIG-06"}),
        ("# SIG-05, SIG-13", {"SIG-05", "SIG-13"}),
        ("# SSRF-13 to SSRF-16", {"SSRF-13", "SSRF-14", "SSRF-15", "SSRF-16"}),
        ("DOS-01, 02 and LD-03 to 05", {"DOS-01", "DOS-02", "LD-03", "LD-04", "LD-05"}),
        ("OBJ-16 with 20 letters", {"OBJ-16"}),
        ("SHA-256 and FEP-1b12", set()),
    ],
)
def test_names_are_read_as_they_are_written(text: str, expected: set[str]) -> None:
    assert named_in(text) == expected


def test_every_case_has_a_test(named: set[str]) -> None:
    assert sorted(set(cases()) - named) == []


def test_every_reliability_goal_has_a_test() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sources()]
    unnamed = [goal for goal in GOALS if not any(re.search(rf"\bR{goal}\b", text) for text in texts)]
    assert unnamed == []


def test_no_test_names_a_case_that_does_not_exist(named: set[str]) -> None:
    known = set(cases())
    assert sorted(case for case in named if case.partition("-")[0] in GROUPS and case not in known) == []
