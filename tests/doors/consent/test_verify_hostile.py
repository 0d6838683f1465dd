"""`verify` against a node that wants to hurt whoever checks it: it ends, and says what is wrong (DOS-10)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fediverse_node.outbound.client import Outbound, Response
from fediverse_node.outbound.guard import AddressPolicy
from fediverse_node.receipts.status import encoded
from fediverse_node.signatures import merkle, notes
from fediverse_node.signatures.tlog import Checkpoint, pack_entries
from fediverse_node.verify import targets
from fediverse_node.verify.findings import Report
from fediverse_node.verify.targets import Means, check

ORIGIN = "https://hostile.example"
LOG = f"{ORIGIN}/consent"
NAME = "hostile.example/consent"
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
#: Questions after which a test gives up on ever being done.
MOST_QUESTIONS = 100
LINE = b'{"commit":"00","kind":"erase","ts":"2026-01-01T00:00:00Z","v":1}'
LISTED = b'{"seq":0,"status":"erased","id":"x"}'

Files = dict[str, bytes]


class Hostile(Outbound):
    """Answers with *files*; a list in *endless* leads to another page with every page."""

    def __init__(self, files: Files, *, endless: str | None = None, turning: bool = False) -> None:
        super().__init__(AddressPolicy(), user_agent="tests")
        self._files = files
        self._endless = endless
        self._turning = turning
        self.asked = 0

    async def get(self, url: str, *, limit: int = 0, **_others: Any) -> Response:
        self.asked += 1
        assert self.asked <= MOST_QUESTIONS, f"asks without end: {url}"
        name, _, page = url.removeprefix(f"{LOG}/").partition("?")
        body = self._files.get(name)
        following = page if self._turning else self.asked
        headers = {"Link": f'<{LOG}/{name}?{following}>; rel="next"'} if name == self._endless else {}
        assert body is None or len(body) <= limit
        return Response(status=404 if body is None else 200, url=url, headers=headers, body=body or b"")


def log_of(*lines: bytes, size: int | None = None, **changed: bytes) -> Files:
    """A log that holds, of *lines*; but for *size*, and for *changed* lists by their names."""
    root = merkle.root(merkle.nodes_over([merkle.leaf_hash(line) for line in lines]), len(lines))
    checkpoint = Checkpoint(origin=NAME, size=len(lines) if size is None else size, root=root)
    bits = {"credentialSubject": {"encodedList": encoded([])}}
    files = {
        "key": notes.key_of(NAME, PRIVATE).text.encode(),
        "checkpoint": notes.sign(checkpoint.text, NAME, PRIVATE).encode(),
        f"tile/entries/000.p/{len(lines)}": pack_entries(lines),
        "receipts.jsonl": LISTED,
        "revocations.jsonl": b'{"seq":0,"kind":"erase"}',
        "status/0": json.dumps(bits).encode(),
    }
    return files | {f"{name}.jsonl": body for name, body in changed.items()}


Checked = Callable[..., Any]


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Checked:
    async def ask(outbound: Hostile, target: str = ORIGIN) -> Report:
        monkeypatch.setattr(targets, "_outbound", lambda means: outbound)
        return await check(target, Means())

    return ask


async def test_a_small_log_that_holds_is_said_to_hold(checked: Checked) -> None:
    report = await checked(Hostile(log_of(LINE)))
    assert report.exit_code == 0, report


async def test_a_log_said_to_be_longer_than_any_is_not_read(checked: Checked) -> None:
    report = await checked(Hostile(log_of(LINE, size=1 << 53)))
    assert report.exit_code == 2
    assert "are not read" in report.findings[-1].text


async def test_a_place_beyond_any_log_does_not_make_anybody_ask_for_its_bit(checked: Checked) -> None:
    report = await checked(Hostile(log_of(LINE, receipts=b'{"seq":99999999999999999}')))
    assert report.exit_code == 2


@pytest.mark.parametrize(
    ("body", "turning"), [(LISTED, True), (b"", False)], ids=["the same page again", "empty pages"]
)
async def test_a_list_without_end_is_left(checked: Checked, body: bytes, *, turning: bool) -> None:
    hostile = Hostile(log_of(LINE, receipts=body), endless="receipts.jsonl", turning=turning)
    report = await checked(hostile)
    assert report.exit_code == 2
    assert report.findings[-1].text == "A list of this node does not end."


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b'{"commit":"00","kind":"erase","ts":"2026-01-01T00:00:00Z","v":999999999999999999}',
        b'{"commit":"00","kind":["erase"],"ts":"2026-01-01T00:00:00Z","v":1}',
        b'{"commit":"00","kind":"erase","ts":{},"v":1}',
    ],
)
async def test_a_line_of_another_form_is_named(checked: Checked, line: bytes) -> None:
    report = await checked(Hostile(log_of(line)))
    assert "Lines that hold something else: 0." in [each.text for each in report.findings]


def receipt(**changes: Any) -> dict[str, Any]:
    key = {"id": f"{ORIGIN}/alice#key", "controller": f"{ORIGIN}/alice", "publicKeyMultibase": "z"}
    texts = dict.fromkeys(("revisionSha256", "issuedAt", "decidedAt"), "")
    addresses = {"id": f"{LOG}/receipts/1", "dataSubject": f"{ORIGIN}/alice", "object": f"{ORIGIN}/1"}
    usual = {**texts, **addresses, "log": LOG, "event": "grant", "logIndex": 0, "signer": key}
    return {**usual, **changes}


async def test_a_number_that_can_be_written_in_several_ways_is_in_no_receipt(
    checked: Checked, tmp_path: Path
) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt(logIndex=99999999999999999)))
    report = await checked(Hostile({}), str(file))
    assert [each.text for each in report.findings] == ["This receipt has no canonical form."]


async def test_words_of_a_receipt_stay_on_their_line(checked: Checked, tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt(event="grant\n\x1b[2Jyes  Everything held.\u202e")))
    report = await checked(Hostile(log_of(LINE)), str(file))
    assert report.exit_code == 1
    assert "grant\ufffd\ufffd[2Jyes  Everything held.\ufffd" in report.findings[0].text
    assert all(each.text.isprintable() for each in report.findings)
