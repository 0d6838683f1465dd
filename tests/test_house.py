"""The rules of the house that no linter knows. CONTRIBUTING.md says why they are there."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "fediverse_node"
MODULES = sorted(PACKAGE.glob("**/*.py"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

#: A function that fits no room has not been understood yet.
FORBIDDEN_NAMES = {"util", "helper", "common", "manager", "service", "misc"}
#: What everything else relies on.
PURE_ROOMS = ("kernel", "activitystreams", "signatures")
#: Tests of a room as a whole may stand beside those that mirror its modules.
WHOLE_ROOM = {"corpus", "golden", "hostile_input", "mutations", "oracle", "properties", "vectors"}
TEXT_SUFFIXES = {".py", ".md", ".toml", ".sh", ".html", ".css", ".js", ".lock", ".example", ""}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in the file, with the last part of the called name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node.func.attr, node
            elif isinstance(node.func, ast.Name):
                yield node.func.id, node


def callers(name: str) -> set[str]:
    return {name_of(path) for path in MODULES for called, _ in calls(path) if called == name}


# Trust is a type


def test_only_authenticate_makes_an_activity_verified() -> None:
    assert callers("Verified") <= {"fediverse_node/federation/inbox/authenticate.py"}


def test_only_the_consent_room_grants() -> None:
    assert {path for path in callers("Granted") if not path.startswith("fediverse_node/consent/")} == set()


# Transactions and the ledger


def test_only_storage_commits() -> None:
    committing = callers("commit") | callers("rollback")
    assert {path for path in committing if not path.startswith("fediverse_node/storage/")} == set()


def changes_rows(path: Path) -> list[int]:
    """The lines with an UPDATE or DELETE, as SQLAlchemy or as text.

    `table.update()` and `sa.update(table)` count; `hash.update(data)` and `dict.update(other)` do not.
    """
    lines = []
    for name, call in calls(path):
        if name in {"update", "delete"}:
            on_sqlalchemy = isinstance(call.func, ast.Name) or (
                isinstance(call.func, ast.Attribute)
                and isinstance(call.func.value, ast.Name)
                and call.func.value.id in {"sa", "sqlalchemy"}
            )
            if on_sqlalchemy or not (call.args or call.keywords):
                lines.append(call.lineno)
        if name == "text" and re.search(r"\b(UPDATE|DELETE|TRUNCATE)\b", ast.unparse(call), re.IGNORECASE):
            lines.append(call.lineno)
    return lines


def test_the_consent_ledger_is_only_ever_added_to() -> None:
    changed = {name_of(path): changes_rows(path) for path in (PACKAGE / "consent").glob("*.py")}
    assert {path: lines for path, lines in changed.items() if lines} == {}
    # Nor does anybody who can see its tables change rows of theirs and, by mistake, of the ledger.
    for path in MODULES:
        if "consent" not in path.parts and re.search(r"consent(\.| import )tables", path.read_text()):
            assert changes_rows(path) == [], name_of(path)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("sa.update(ledger).values(x=1)", True),
        ("delete(ledger)", True),
        ("ledger.delete()", True),
        ("tx.execute(sa.text('delete from ledger'))", True),
        ("digest.update(data)", False),
        ("sa.insert(ledger)", False),
    ],
)
def test_the_check_of_the_ledger_can_fail(tmp_path: Path, line: str, found: bool) -> None:  # noqa: FBT001 a column of the table
    module = tmp_path / "queries.py"
    module.write_text(line)
    assert bool(changes_rows(module)) is found


# The map


def test_no_module_has_a_name_that_gives_up() -> None:
    parts = {(part, name_of(path)) for path in MODULES for part in path.with_suffix("").parts}
    assert {place for part, place in parts if part.strip("_").rstrip("s") in FORBIDDEN_NAMES} == set()


def rooms() -> list[Path]:
    """Every package, but for the front desk and the schema, whose doorways are their entrances."""
    packages = [path for path in MODULES if path.name == "__init__.py" and path.parent != PACKAGE]
    return [path for path in packages if not {"cli", "schema"} & set(path.parts)]


@pytest.mark.parametrize("room", rooms(), ids=lambda path: name_of(path.parent))
def test_each_room_says_what_it_is_for_and_holds_nothing_in_its_doorway(room: Path) -> None:
    module = tree(room)
    assert ast.get_docstring(module)
    assert len(module.body) == 1, "an __init__.py holds its docstring and nothing else"
    if room.parent.parent == PACKAGE:
        words = (ast.get_docstring(module) or "").lower()
        missing = [word for word in ("knows", "enter", "never") if word not in words]
        assert missing == [], "a room says what it knows, who may enter, and what it never does"


def test_the_map_in_contributing_shows_every_room_once() -> None:
    members = {
        path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert members - {"__init__", "__main__"} <= set(rows)


def test_every_handler_is_reachable() -> None:
    folder = PACKAGE / "federation" / "inbox" / "handlers"
    written = {path.stem for path in folder.glob("*.py") if "apply" in top_level_functions(path)}
    registered: set[str] = set()
    for path in folder.parent.glob("**/*.py"):
        if re.search(r"^HANDLERS\b", path.read_text(), re.MULTILINE):
            dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for handler in importlib.import_module(dotted).HANDLERS.values():
                home = (
                    handler
                    if isinstance(handler, ModuleType)
                    else importlib.import_module(handler.__module__)
                )
                registered.add(home.__name__.rpartition(".")[2])
    assert written <= registered


def top_level_functions(path: Path) -> set[str]:
    return {node.name for node in tree(path).body if isinstance(node, FUNCTIONS)}


def test_each_unit_test_mirrors_a_module() -> None:
    unit = ROOT / "tests" / "unit"
    strays = set()
    for test in unit.glob("**/test_*.py"):
        place = PACKAGE / test.relative_to(unit).parent
        module = test.stem.removeprefix("test_")
        # The tests of client.py may be split by aspect: test_client_limits.py, test_client_redirects.py.
        words = module.split("_")
        names = ["_".join(words[:end]) for end in range(1, len(words) + 1)]
        mirrored = any((place / f"{n}.py").exists() or (place / n / "__init__.py").exists() for n in names)
        if not mirrored and not (place.is_dir() and module in WHOLE_ROOM):
            strays.add(name_of(test))
    assert strays == set()


def test_each_pure_module_is_tested_in_its_room() -> None:
    """By the test that mirrors it, or by name in one that spans the room."""
    missing = set()
    for path in MODULES:
        room, *inner = path.relative_to(PACKAGE).with_suffix("").parts
        if room in PURE_ROOMS and inner[-1] != "__init__":
            folder = ROOT / "tests" / "unit" / room
            name = re.compile(rf"import .*\b{inner[-1]}\b|\.{inner[-1]} import")
            mirror = folder.joinpath(*inner[:-1], f"test_{inner[-1]}.py")
            if not mirror.exists() and not any(
                name.search(test.read_text()) for test in folder.rglob("*.py")
            ):
                missing.add(name_of(path))
    assert missing == set()


# Size and finish


def test_files_and_functions_stay_small_enough_to_read_at_once() -> None:
    too_long = []
    for path in MODULES:
        if "versions" in path.parts:  # a migration is a list, and is never changed again
            continue
        functions = [node for node in ast.walk(tree(path)) if isinstance(node, FUNCTIONS)]
        sizes = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
        too_long += [f"{name_of(path)}: {name} has {size} lines" for name, size in sizes.items() if size > 60]
        if (lines := len(path.read_text().splitlines())) > 400:
            too_long.append(f"{name_of(path)}: {lines} lines")
    assert too_long == []


def sources() -> list[Path]:
    """What is in the repository or about to be: everything that .gitignore does not name."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    files = (ROOT / name for name in listed.split("\0") if name)
    return [path for path in files if path.is_file() and path.suffix in TEXT_SUFFIXES]


UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError")
MACHINE = re.compile(
    r"(?<![\w.~])/(?:work|root|Users|home/\w+|tmp/[a-z]+)/|pythonhosted\.org|registry\.npmjs"
)
BARE_IGNORE = re.compile(r"# noqa(?!: [A-Z]+\d+)|# type: ignore(?!\[)")
UNEXPLAINED = re.compile(r"# (?:noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|type: ignore\[[\w, -]+\])\s*$")


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("unfinished work", UNFINISHED),
        ("a path or host of one machine", MACHINE),
        ("an ignore without its code", BARE_IGNORE),
    ],
)
def test_no_file_holds(what: str, pattern: re.Pattern[str]) -> None:
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in sources()
        if path != Path(__file__) and path.name != "LICENSE"
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == [], what


def test_each_exception_from_a_rule_gives_its_reason() -> None:
    """On the same line, or in a comment right above it."""
    found = []
    for path in sources():
        if path.suffix == ".py" and path != Path(__file__):
            lines = ["", *path.read_text().splitlines()]
            found += [
                f"{name_of(path)}:{number}"
                for number, line in enumerate(lines)
                if UNEXPLAINED.search(line) and not lines[number - 1].lstrip().startswith("#")
            ]
    assert found == []


def test_scripts_can_be_run() -> None:
    scripts = [ROOT / ".ci" / "run", *(path for path in (ROOT / "scripts").iterdir() if not path.suffix)]
    assert [name_of(path) for path in scripts if not path.stat().st_mode & 0o100] == []
