from __future__ import annotations

import json

import pytest

from fediverse_node.cli import desk
from fediverse_node.cli.desk import JsonDict, Refusal, note, show

EVIL = "Lab \x1b]0;owned\x07\x9b2J\u202ebal\nsecond line"
PLAIN = "Lab ]0;owned2Jbal\nsecond line"


def words(found: JsonDict) -> str:
    return str(found["name"])


def test_what_strangers_call_themselves_does_not_act_on_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show({"name": EVIL}, as_json=False, otherwise=words)
    note(EVIL)
    Refusal(EVIL).show()
    said = capsys.readouterr()
    assert said.out == f"{PLAIN}\n"
    assert said.err == f"{PLAIN}\nfediverse-node: {PLAIN}\n"


def test_a_program_gets_what_there_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    show({"name": EVIL}, as_json=True, otherwise=words)
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"name": EVIL}
    assert "\x1b" not in printed


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    assert desk.table([("1", "a")], head=("id", "name")) == "id  name\n1   a"
