"""FEDERATION.md says what was tried with whom in which version; the tests and the lock files say so, too."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.peers.processes import FOLDER, ROOT
from tests.peers.scenarios import BOTS, FEDIFY, NOT_TRIED, PASTURE, SCENARIOS

HEADING = "## Tested with"


@cache
def tried() -> dict[str, set[str]]:
    """By peer, the words that its tests are marked with."""
    found: dict[str, set[str]] = {peer: set() for peer in NOT_TRIED}
    for path in sorted(FOLDER.glob("test_*.py")):
        for peer, *words in marks(ast.parse(path.read_text())):
            found[peer].update(words)
    return found


def marks(tree: ast.Module) -> Iterator[list[str]]:
    """What each `pytest.mark.peers(…)` of a file says; a name in it is a constant of that file."""
    named = {
        ast.unparse(node.targets[0]): str(ast.literal_eval(node.value))
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr == "peers" and ast.unparse(node.func) == "pytest.mark.peers":
            yield [named.get(ast.unparse(word)) or str(ast.literal_eval(word)) for word in node.args]


def rows() -> dict[str, list[str]]:
    """By peer, the other cells of its row in FEDERATION.md."""
    text = (ROOT / "FEDERATION.md").read_text().partition(HEADING)[2]
    table = re.findall(r"^\|(.+)\|$", text, re.MULTILINE)[2:]
    cells = ([cell.strip().strip("`") for cell in line.split("|")] for line in table)
    return {peer: rest for peer, *rest in cells}


def pinned() -> dict[str, str]:
    """By peer, the version that is installed for the tests."""
    found = {}
    for folder, peer in (("fedify", FEDIFY), ("bots", BOTS)):
        lock = json.loads((FOLDER / folder / "package-lock.json").read_text())
        found[peer] = lock["packages"][f"node_modules/{peer}"]["version"]
    wanted = re.search(
        rf"^{PASTURE}==([\d.]+)", (FOLDER / "pasture" / "requirements.txt").read_text(), re.MULTILINE
    )
    assert wanted is not None
    return {**found, PASTURE: wanted[1]}


@pytest.mark.parametrize("peer", NOT_TRIED)
def test_the_table_says_what_is_tried_in_which_version(peer: str) -> None:
    version, scenarios, not_tried = rows()[peer]
    assert version == pinned()[peer]
    assert scenarios.split(", ") == [each for each in SCENARIOS if each in tried()[peer]]
    assert not_tried == NOT_TRIED[peer]


def test_every_scenario_is_tried_with_a_peer_that_nobody_here_wrote() -> None:
    assert set(SCENARIOS) <= set.union(*tried().values())


@pytest.mark.parametrize(
    "lock", sorted(FOLDER.glob("*/package-lock.json")), ids=lambda path: path.parent.name
)
def test_a_lock_file_names_no_registry(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    hosts = {each["resolved"] for each in packages.values() if "://" in each.get("resolved", "")}
    assert hosts == set()
