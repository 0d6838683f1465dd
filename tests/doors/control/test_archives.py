"""A person's own copy, out and in, by the operations behind the commands."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from fediverse_node.archive.worker import WishWorker
from fediverse_node.cli import main
from fediverse_node.cli.desk import Desk
from fediverse_node.federation.outbox.publish import Draft, publish
from fediverse_node.kernel.errors import Conflict, NotFound, NotValid
from fediverse_node.web.control.routes import OPERATIONS
from tests.fakes.outboxes import create, outbox
from tests.fixtures.nodes import LiveNode, Person


async def do(node: LiveNode, operation: str, **arguments: Any) -> dict[str, Any]:
    return await OPERATIONS[operation](node.node, arguments, lambda _: None)


@pytest.fixture
async def alice(alpha: LiveNode) -> Person:
    return await alpha.add_person("alice")


def outbox_in(file: Path) -> Any:
    with zipfile.ZipFile(file) as found:
        return json.loads(found.read("outbox.json"))


async def test_an_account_is_written_into_one_file(alpha: LiveNode, alice: Person, tmp_path: Path) -> None:
    await publish(alpha.desk, alice.actor, Draft(text="Mine"))
    to = tmp_path / "alice.zip"
    made = await do(alpha, "archive.write", name="alice", to=str(to))
    assert (made["to"], made["bytes"]) == (str(to), len(to.read_bytes()))
    assert outbox_in(to)["totalItems"] == 1
    with pytest.raises(Conflict):
        await do(alpha, "archive.write", name="alice", to=str(to))
    with pytest.raises(NotFound):
        await do(alpha, "archive.write", name="nobody", to=str(tmp_path / "nobody.zip"))


async def test_a_list_is_taken_in_and_its_progress_is_told(
    alpha: LiveNode, alice: Person, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("nobody\nnot a handle\n")
    tried = await do(alpha, "archive.take_in", name="alice", file=str(file), kind="follows", dry_run=True)
    assert (await do(alpha, "archive.status", name="alice"))["waiting"] == {}
    done = await do(alpha, "archive.take_in", name="alice", file=str(file), kind="follows")
    assert tried == done
    [told] = done["lists"]
    assert (told["kind"], told["new"], told["bad"]) == ("follows", 1, 1)
    assert told["bad_lines"][0]["line"] == 2
    assert (await do(alpha, "archive.status", name="alice"))["waiting"] == {"follow": 1}
    await WishWorker(alpha.desk).run_once()
    assert await do(alpha, "archive.status", name="alice") == {
        "waiting": {},
        "given_up": [
            {
                "kind": "follow",
                "handle": f"@nobody@{alpha.domain}",
                "problem": "There is no account @nobody here.",
            }
        ],
    }


async def test_an_outbox_is_taken_over(alpha: LiveNode, alice: Person, tmp_path: Path) -> None:
    file = tmp_path / "outbox.json"
    file.write_bytes(outbox(create(1), create(2, published="never")))
    done = await do(alpha, "archive.take_in", name="alice", file=str(file))
    assert (done["posts"]["new"], done["posts"]["refused"], done["lists"]) == (1, 1, [])
    assert done["posts"]["refusals"] == [{"entry": 2, "problem": "it says no date, or one that cannot be"}]


async def test_what_cannot_be_read_is_said(alpha: LiveNode, alice: Person, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await do(alpha, "archive.take_in", name="alice", file=str(tmp_path / "nothing.csv"))
    file = tmp_path / "list.csv"
    file.write_text("a.example\n")
    with pytest.raises(NotValid):
        await do(alpha, "archive.take_in", name="alice", file=str(file), kind="friends")
    assert (await do(alpha, "archive.take_in", name="alice", file=str(file), kind="domains"))["lists"]


TAKEN = {
    "posts": {
        "new": 2,
        "there": 1,
        "passed_over": 3,
        "refused": 1,
        "files_left_out": 4,
        "refusals": [{"entry": 7, "problem": "it has neither text nor pictures"}],
    },
    "lists": [
        {
            "kind": "follows",
            "new": 1,
            "there": 0,
            "leaving": 1,
            "bad": 1,
            "new_entries": ["@a@x.example"],
            "leaving_entries": ["@b@x.example"],
            "bad_lines": [{"line": 3, "problem": "no handle"}],
        }
    ],
}


@pytest.mark.parametrize(
    ("words", "answer", "says"),
    [
        (["export", "account", "alice", "--to", "a.zip"], {"to": "/a.zip", "bytes": 7}, ["/a.zip: 7 bytes"]),
        (
            ["import", "alice", "l.csv"],
            TAKEN,
            ["posts: 2 new", "entry 7", "- @b@x.example", "line 3: no handle"],
        ),
        (["import", "alice", "l.csv", "--dry-run"], TAKEN, ["Nothing was changed", "+ @a@x.example"]),
        (["import", "alice"], {"waiting": {}, "given_up": []}, ["Nothing waits."]),
        (
            ["import", "alice"],
            {"waiting": {"mute": 2}, "given_up": [{"kind": "follow", "handle": "@a@x", "problem": "gone"}]},
            ["mute: 2 waiting", "follow @a@x: gone"],
        ),
    ],
    ids=["export", "import", "dry run", "nothing", "status"],
)
def test_the_commands_say_what_happened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str], answer: dict[str, Any], says: list[str]
) -> None:
    monkeypatch.setattr(Desk, "ask", lambda *_, **__: answer)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "l.csv").touch()
    shown = CliRunner().invoke(main, words)
    assert shown.exit_code == 0, shown.output
    for text in says:
        assert text in shown.output


def test_the_dataset_is_still_exported_without_saying_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(_: Desk, operation: str, **__: Any) -> dict[str, Any]:
        asked.append(operation)
        raise click.Abort

    monkeypatch.setattr(Desk, "ask", ask)
    for words in (["export", "--out", "x"], ["export", "dataset", "--out", "x"]):
        CliRunner().invoke(main, words)
    assert asked == ["export", "export"]
