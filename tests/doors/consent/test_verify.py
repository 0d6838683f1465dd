"""`verify` as somebody uses it who does not trust the node: what was tampered with is named."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fediverse_node.cli.main import main
from fediverse_node.outbound.client import Outbound, Response
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.receipts.status import encoded
from fediverse_node.verify.findings import Report
from fediverse_node.verify.log import Known, check_log
from fediverse_node.verify.reading import Reader
from tests.doors.consent.conftest import Ledger
from tests.fixtures.nodes import running_node

Files = dict[str, bytes]


@dataclass
class Mirror:
    """The files of a log as they were fetched, and as somebody may have changed them."""

    log: str
    files: Files = field(default_factory=dict)

    async def check(self, known: Known | None = None) -> tuple[Report, Known | None]:
        report = Report()
        reader = Reader(outbound=_Static(self.files), log=self.log)
        seen = await check_log(reader, report, known=known, now=datetime.now(UTC))
        return report, seen


class _Static(Outbound):
    """Serves files instead of asking anybody."""

    def __init__(self, files: Files) -> None:
        super().__init__(AddressPolicy(), user_agent="tests")
        self._files = files

    async def get(self, url: str, **_: Any) -> Response:
        body = self._files.get(url)
        return Response(status=404 if body is None else 200, url=url, headers={}, body=body or b"")


async def mirror_of(ledger: Ledger, size: int) -> Mirror:
    log = ledger.node.addresses.consent_log
    names = ("key", "checkpoint", "receipts.jsonl", "revocations.jsonl", "status/0")
    mirror = Mirror(log)
    for name in (*names, f"tile/entries/000.p/{size}"):
        mirror.files[f"{log}/{name}"] = (await ledger.get(f"/consent/{name}")).body
    return mirror


async def three_lines(ledger: Ledger) -> Mirror:
    """Two posts were allowed, and one of them taken back."""
    post, _ = await ledger.allowed("One"), await ledger.allowed("Two")
    await ledger.says(post, allow=False)
    await ledger.notary()
    return await mirror_of(ledger, 3)


def _receipt(change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    def apply(body: bytes) -> bytes:
        lines = [json.loads(line) for line in body.splitlines()]
        change(lines[1])
        return b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    return apply


def _object(line: dict[str, Any]) -> None:
    line["receipt"]["object"] += "0"


def _salt(line: dict[str, Any]) -> None:
    line["salt"] = "00" * 32


def _gone(line: dict[str, Any]) -> None:
    line["seq"] = 7


def _another_list(body: bytes) -> bytes:
    document = json.loads(body)
    document["credentialSubject"]["encodedList"] = encoded([0, 1])
    return json.dumps(document).encode()


TAMPERED: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a line": ("tile/entries/000.p/3", lambda body: body.replace(b"withdraw", b"withdrew"), "the root"),
    "a checkpoint": ("checkpoint", lambda body: body.replace(b"\n3\n", b"\n2\n"), "checkpoint"),
    "a receipt": ("receipts.jsonl", _receipt(_object), "their lines: 1"),
    "a salt": ("receipts.jsonl", _receipt(_salt), "their lines: 1"),
    "a receipt that is missing": ("receipts.jsonl", _receipt(_gone), "without a receipt: 1"),
    "a withdrawal kept secret": ("revocations.jsonl", lambda body: b"", "not in the feed: 2"),
    "a bit": ("status/0", _another_list, "bits says otherwise than the feed about lines 1"),
}


@pytest.mark.parametrize("what", TAMPERED)
async def test_what_was_tampered_with_is_named(ledger: Ledger, what: str) -> None:
    mirror = await three_lines(ledger)
    name, change, words = TAMPERED[what]
    whole, _ = await mirror.check()
    assert whole.exit_code == 0, whole

    url = f"{mirror.log}/{name}"
    changed = change(mirror.files[url])
    assert changed != mirror.files[url]
    mirror.files[url] = changed

    report, _ = await mirror.check()
    assert words in " ".join(each.text for each in report.findings if each.verdict == "broken"), report


async def test_a_log_that_was_rewritten_is_caught_by_whoever_remembers_it(
    ledger: Ledger, new_database: Callable[[], str]
) -> None:
    mirror = await three_lines(ledger)
    _, known = await mirror.check()
    assert known is not None
    await ledger.says(await ledger.allowed("Three"), allow=False)
    await ledger.notary()
    grown = await mirror_of(ledger, 5)
    assert (await grown.check(known))[0].exit_code == 0

    # Another log with the same name: what a node shows that wants to hide something.
    async with running_node(new_database(), origin=ledger.node.base_url) as other:
        elsewhere = Ledger(node=other, alice=await other.add_person("alice"))
        forged = await three_lines(elsewhere)
    report, _ = await forged.check(known)

    assert report.exit_code == 1
    assert "another key" in report.findings[0].text


async def test_a_rewritten_beginning_under_the_same_key_is_caught(ledger: Ledger) -> None:
    mirror = await three_lines(ledger)
    _, known = await mirror.check()
    assert known is not None
    # The same length, and another root: as if a line had been exchanged after the checkpoint was given out.
    before = await mirror_of(ledger, 3)
    before.files[f"{mirror.log}/tile/entries/000.p/3"] = mirror.files[
        f"{mirror.log}/tile/entries/000.p/3"
    ].replace(b"grant", b"erase", 1)

    report, _ = await before.check(known)

    assert any("rewritten" in each.text for each in report.findings if each.verdict == "broken")


async def command(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, ["verify", "--lab", *words])


async def test_the_command_says_in_words_what_held_and_remembers_the_log(
    ledger: Ledger, tmp_path: Path
) -> None:
    await three_lines(ledger)
    known = tmp_path / "log.json"

    first = await command(ledger.node.base_url, "--known", str(known))
    second = await command(ledger.node.base_url, "--known", str(known))

    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert first.output.endswith("Everything held.\n")
    assert "still begins with the 3 lines" in second.output


async def test_a_receipt_that_somebody_kept_is_checked_from_its_file(ledger: Ledger, tmp_path: Path) -> None:
    post = await ledger.allowed()
    await ledger.notary()
    [line] = (await ledger.get("/consent/receipts.jsonl")).lines
    path = line["id"].removeprefix(ledger.node.base_url)
    file = tmp_path / "mine.json"
    file.write_bytes((await ledger.get(path)).body)
    file.with_suffix(".tlog-proof").write_bytes((await ledger.get(f"{path}.tlog-proof")).body)
    key = (await ledger.get("/consent/key")).body.decode().strip()

    kept = await command(str(tmp_path))
    assert kept.exit_code == 0, kept.output
    # With the key at hand all but the present is checked without asking anybody.
    offline = await command(str(file), "--key", key, "--offline")
    assert offline.exit_code == 2, offline.output
    assert "NO " not in offline.output
    await ledger.says(post, allow=False)
    over = await command(str(file), "--json")
    assert over.exit_code == 1
    assert [each["text"] for each in json.loads(over.output)["findings"] if each["verdict"] == "broken"] == [
        "The yes is over (withdrawn): what it allowed must not be used any more."
    ]
    file.write_bytes(file.read_bytes().replace(b"train-ai", b"train-xx"))
    assert (await command(str(file))).exit_code == 1


@pytest.mark.parametrize("target", ["/nowhere/at/all.json", "http://127.0.0.1:9", "https://127.0.0.1"])
async def test_what_cannot_be_checked_is_said_with_exit_code_2(target: str) -> None:
    done = await command(target)

    assert done.exit_code == 2
    assert done.output.splitlines()[-1] == "Something could not be checked."


async def test_private_addresses_are_not_asked_outside_a_lab(ledger: Ledger) -> None:
    await three_lines(ledger)
    done = await asyncio.to_thread(CliRunner().invoke, main, ["verify", ledger.node.base_url])

    assert done.exit_code == 2


async def test_a_receipt_that_no_checkpoint_covers_yet_is_checked_as_far_as_it_goes(ledger: Ledger) -> None:
    await ledger.allowed("One")
    await ledger.notary()
    await ledger.allowed("Two")
    [first, second] = (await ledger.get("/consent/receipts.jsonl")).lines

    covered = await ledger.verify(first["id"].removeprefix(ledger.node.base_url))
    fresh = await ledger.verify(second["id"].removeprefix(ledger.node.base_url))

    assert (covered.exit_code, fresh.exit_code) == (0, 2), fresh
    [doubt] = [each.text for each in fresh.findings if each.verdict != "held"]
    assert "Ask again in an hour" in doubt
    assert "The yes stands today." in [each.text for each in fresh.findings]


async def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = await command(str(tmp_path / "mine.json"))

    assert done.output.splitlines()[0] == f"?    There is no {tmp_path / 'mine.json'} here."
