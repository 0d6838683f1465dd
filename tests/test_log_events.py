"""Every event of the log has a stable name and a line in the reference, with its level and its fields."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference" / "log-events.md"
#: `log.exception` writes an error with its traceback.
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}
_LINE = re.compile(r"^\| `([a-z_.]+)` \| (\w+) \| (.*?) \| (.+) \|$", re.MULTILINE)

Event = tuple[str, str, frozenset[str]]


def calls() -> Iterator[tuple[Path, ast.Call]]:
    for path in sorted((ROOT / "fediverse_node").glob("**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "log"
                and node.func.attr in {*LEVELS, "critical", "log", "warn"}
            ):
                yield path, node


def event(call: ast.Call) -> Event:
    assert isinstance(call.func, ast.Attribute)
    [name] = call.args
    assert isinstance(name, ast.Constant), ast.unparse(call)
    extra = next((word.value for word in call.keywords if word.arg == "extra"), ast.Dict([], []))
    assert isinstance(extra, ast.Dict), ast.unparse(call)
    fields = frozenset(key.value for key in extra.keys if isinstance(key, ast.Constant))
    assert len(fields) == len(extra.keys), ast.unparse(call)
    return str(name.value), LEVELS[call.func.attr], frozenset(map(str, fields))


def documented() -> dict[str, tuple[str, frozenset[str]]]:
    lines = _LINE.findall(REFERENCE.read_text())
    assert len({name for name, *_ in lines}) == len(lines), "an event has one line"
    return {name: (level, frozenset(re.findall(r"`(\w+)`", fields))) for name, level, fields, _ in lines}


def test_every_event_is_in_the_reference_with_its_level_and_its_fields() -> None:
    in_code: dict[str, tuple[str, frozenset[str]]] = {}
    for _, call in calls():
        name, level, fields = event(call)
        known = in_code.get(name, (level, frozenset()))
        assert known[0] == level, name
        in_code[name] = (level, known[1] | fields)
    written = documented()
    assert {name: found for name, found in in_code.items() if written.get(name) != found} == {}
    assert set(written) - set(in_code) == set()


def test_names_are_of_the_form_room_and_what_happened() -> None:
    for path, call in calls():
        name, _, fields = event(call)
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", name), (path, name)
        # These would hide what every line has.
        assert not fields & {"at", "level", "event", "logger", "error_", "name", "message"}, (path, name)


def test_no_field_is_named_after_what_must_not_be_logged() -> None:
    forbidden = {
        "body",
        "token",
        "code",
        "password",
        "secret",
        "authorization",
        "signature",
        "prompt",
        "text",
    }
    for path, call in calls():
        assert not event(call)[2] & forbidden, path
