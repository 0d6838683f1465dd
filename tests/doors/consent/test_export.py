"""A dataset in the hands of somebody who does not trust the node: it holds, and says what must go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fediverse_node.cli import main
from fediverse_node.cli.desk import Desk
from fediverse_node.export.dataset import export_dataset
from fediverse_node.kernel.errors import Conflict, NotValid
from fediverse_node.verify.findings import Report
from fediverse_node.verify.targets import Means, check
from fediverse_node.web.control import export as control
from fediverse_node.web.control.routes import OPERATIONS
from tests.doors.consent.conftest import Ledger


async def downloaded(ledger: Ledger, folder: Path) -> Path:
    await export_dataset(ledger.node.node.db, ledger.node.node.config, folder)
    return folder


def column(folder: Path, name: str) -> list[str]:
    return [json.loads(line)[name] for line in (folder / "data/train.jsonl").read_text().splitlines()]


async def checked(folder: Path, **means: object) -> Report:
    return await check(str(folder), Means(lab=True, **means))  # type: ignore[arg-type]  # columns of the test


def broken(report: Report) -> list[str]:
    return [each.text for each in report.findings if each.verdict == "broken"]


async def test_a_row_that_was_taken_back_is_named_once_its_node_is_asked(
    ledger: Ledger, tmp_path: Path
) -> None:
    first, second, third = [await ledger.allowed(text) for text in ("One", "Two", "Three")]
    folder = await downloaded(ledger, tmp_path / "out")

    whole = await checked(folder)
    assert whole.exit_code == 0, whole
    assert column(folder, "text") == ["One", "Two", "Three"]

    await ledger.says(first, allow=False)
    await ledger.deletes(third)
    told = broken(await checked(folder))
    assert [text.partition(" must go")[0] for text in told] == [
        f"Row 1 ({first.uri})",
        f"Row 3 ({third.uri})",
    ]
    # The next one drops them, and holds.
    again = await downloaded(ledger, tmp_path / "again")
    assert column(again, "id") == [second.uri]
    assert (await checked(again)).exit_code == 0


async def test_without_asking_all_but_the_present_is_checked(ledger: Ledger, tmp_path: Path) -> None:
    await ledger.allowed()
    folder = await downloaded(ledger, tmp_path / "out")
    key = (await ledger.get("/consent/key")).body.decode().strip()

    trusted = await checked(folder, key=key, offline=True)
    alone = await checked(folder, offline=True)

    assert (trusted.exit_code, broken(trusted), broken(alone)) == (2, [], [])
    opened = [each.text for each in trusted.findings if each.verdict == "open"]
    assert opened == ["Which rows were taken back since was not checked: nobody was asked."]
    assert [each.text for each in alone.findings if each.verdict == "open"][:-1] == [
        "Whose key it is was not checked: the one beside the data is taken."
    ]


async def test_an_export_of_nothing_holds_too(ledger: Ledger, tmp_path: Path) -> None:
    folder = await downloaded(ledger, tmp_path / "out")
    key = (folder / "consent/key").read_text().strip()
    report = await checked(folder, key=key, offline=True)
    assert broken(report) == []
    assert not (folder / "consent/checkpoint").exists()


async def test_the_checkpoint_of_an_export_is_one_that_the_node_gives_out(
    ledger: Ledger, tmp_path: Path
) -> None:
    """A yes that no checkpoint holds yet is not left out: one is signed for it."""
    await ledger.allowed()
    await ledger.notary()
    await ledger.allowed("Two, within the hour")
    folder = await downloaded(ledger, tmp_path / "out")

    given = (await ledger.get("/consent/checkpoint")).body
    assert given == (folder / "consent/checkpoint").read_bytes()
    assert given.splitlines()[1] == b"2"


async def test_what_the_command_asks_for_is_what_is_written(ledger: Ledger, tmp_path: Path) -> None:
    kept, revoked = (
        await ledger.allowed("A text of some length"),
        await ledger.allowed("Another text like it"),
    )
    await ledger.allowed("Short")
    receipt = (await ledger.get("/consent/receipts.jsonl")).lines[1]["id"]
    asked = {
        "out": str(tmp_path / "out"),
        "filters": {"disclosure": ["human-only"], "min_length": 10, "since": "2020-01-01", "until": None},
        "form": {"format": "both"},
        "ended": [receipt],
    }
    made = await control.write(ledger.node.node, asked, lambda _: None)

    assert made["rows"] == 1
    assert column(tmp_path / "out", "id") == [kept.uri]
    assert revoked.uri not in column(tmp_path / "out", "id")
    assert (tmp_path / "out/data/train-00000-of-00001.parquet").exists()
    assert (await checked(tmp_path / "out")).exit_code == 0


async def test_an_export_by_command_is_written_down_and_only_one_that_was_made(
    ledger: Ledger, tmp_path: Path
) -> None:
    """EXP-20: only the command line begins one, and what it asked for is kept with the count and the hash."""
    node = ledger.node.node
    await ledger.allowed()
    asked = {"out": str(tmp_path / "out"), "filters": {"min_length": 3}, "ended": ["x"]}
    made = await control.write(node, asked, lambda _: None)
    with pytest.raises(Conflict):
        await control.write(node, asked, lambda _: None)
    (noted,) = (await OPERATIONS["dataset.exports"](node, {}, lambda _: None))["exports"]
    assert (noted["rows"], noted["authors"], noted["sha256"]) == (1, 1, made["sha256"])
    assert noted["asked"] == {"filters": {"min_length": 3}, "form": {}, "ended": 1}


@pytest.mark.parametrize(
    "asked", [{"filters": {"since": "soon"}}, {"filters": {"colour": 1}}, {"form": {"format": "csv"}}]
)
async def test_what_cannot_be_asked_for_is_refused_in_words(
    ledger: Ledger, tmp_path: Path, asked: dict[str, object]
) -> None:
    with pytest.raises(NotValid, match="This cannot be asked for"):
        await control.write(ledger.node.node, {"out": str(tmp_path / "out"), **asked}, lambda _: None)
    assert not (tmp_path / "out").exists()


def test_a_kept_list_of_revocations_goes_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def ask(desk: Desk, operation: str, **arguments: Any) -> dict[str, Any]:
        asked.append(arguments)
        return {"out": "x", "rows": 0, "authors": 0}

    monkeypatch.setattr(Desk, "ask", ask)
    kept = tmp_path / "revocations.jsonl"
    kept.write_text('{"kind":"withdraw","revokes":"https://a.example/consent/receipts/1"}\n{"kind":"deny"}\n')
    command = ["export", "--out", "x", "--language", "ar", "--revoked", str(kept)]
    assert CliRunner().invoke(main, command).exit_code == 0
    assert asked[0]["ended"] == ["https://a.example/consent/receipts/1"]
    assert asked[0]["filters"]["languages"] == ("ar",)

    kept.write_text("not a list\n")
    refused = CliRunner().invoke(main, command)
    assert (refused.exit_code, len(asked)) == (1, 1)
    assert "is not a list of revocations" in refused.output
