"""What was tampered with in an export is named; what was not, holds."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fediverse_node.signatures import notes
from fediverse_node.verify.dataset import PROOFS, RECEIPTS, ROWS, is_export
from fediverse_node.verify.targets import Means, check
from tests.unit.verify.conftest import Download

Change = Callable[[Path], None]


def _lines(name: str, change: Callable[[list[Any]], None]) -> Change:
    def apply(folder: Path) -> None:
        lines = [json.loads(line) for line in (folder / name).read_text().splitlines()]
        change(lines)
        (folder / name).write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    return apply


def _set(name: str, **values: object) -> Change:
    return _lines(name, lambda lines: lines[0].update(values))


def _replace(name: str, old: str, new: str) -> Change:
    def apply(folder: Path) -> None:
        before = (folder / name).read_text()
        assert old in before
        (folder / name).write_text(before.replace(old, new, 1))

    return apply


def _duplicated(folder: Path) -> None:
    for name in (ROWS, RECEIPTS, PROOFS):
        _lines(name, lambda lines: lines.append(lines[0]))(folder)


def _another_path(folder: Path) -> None:
    text = json.loads((folder / PROOFS).read_text().splitlines()[0])["proof"]
    head, _, rest = text.partition("\n\n")
    *kept, _ = head.split("\n")
    _set(PROOFS, proof="\n".join([*kept, "A" * 43 + "="]) + f"\n\n{rest}")(folder)


_OTHER = hashlib.sha256(b"Other").hexdigest()
TAMPERED: dict[str, tuple[Change, str]] = {
    "a text": (_set(ROWS, text="Other"), "/1) has another text than its hash is of"),
    "a text and its hash": (_set(ROWS, text="Other", content_sha256=_OTHER), f"The file {ROWS} was changed"),
    "a revision": (_set(ROWS, revision_sha256=_OTHER), "a receipt of another revision"),
    "a use": (_set(ROWS, consent_purposes=["everything"]), "a receipt of another use"),
    "a name": (_set(ROWS, author_name="Mallory"), "a receipt of another word on naming its author"),
    "a place": (_set(ROWS, log_index=1), "a receipt of another place in the log"),
    "a salt": (_set(ROWS, log_salt="00" * 32), "has another salt than its proof"),
    "rows that changed places": (_lines(ROWS, lambda lines: lines.reverse()), "a receipt of another post"),
    "a row too many": (_lines(ROWS, lambda lines: lines.append(lines[0])), "not as many rows as receipts"),
    "a row twice, with everything": (_duplicated, "has the receipt of Row 1"),
    "a row that is no row": (_replace(ROWS, "{", "["), "Row 1 cannot be checked"),
    "a receipt": (_set(RECEIPTS, method="c2s"), "Row 1"),
    "a receipt's signature": (_set(RECEIPTS, proof={}), "a receipt that does not hold"),
    "a receipt that is no yes": (_set(RECEIPTS, event="withdraw"), "a receipt of another decision"),
    "a proof": (_another_path, "not in the tree of the checkpoint"),
    "a proof that is none": (_set(PROOFS, proof="x"), "cannot be checked"),
    "a checkpoint": (_replace("consent/checkpoint", "\n2\n", "\n3\n"), "The checkpoint does not hold"),
    "a missing checkpoint": (lambda folder: (folder / "consent/checkpoint").unlink(), "another checkpoint"),
    "the terms": (_replace("consent/terms/training-3.txt", "you", "we"), "allowed under other terms"),
    "the key": (_replace("consent/key", "+", "x+"), "The dataset names another log"),
}


def test_an_export_that_nobody_touched_holds_in_every_part(download: Download) -> None:
    report = download.check()
    assert report.exit_code == 0, report
    assert any("Each of the 2 rows" in each.text for each in report.findings)


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_tampered_with_is_named(download: Download, what: str) -> None:
    change, words = TAMPERED[what]
    if what == "the key":  # its id must fit, or it is no key at all
        other = notes.key_of("other.example/consent", Ed25519PrivateKey.generate())
        (download.folder / "consent/key").write_text(other.text)
    else:
        # The post's number stands at the end of its address, and is another in each run.
        change(download.folder)
    said = download.broken()
    first = json.loads((download.folder / ROWS).read_text().splitlines()[0]) if "no row" not in what else {}
    assert words.replace("/1)", f"{first.get('id', '')})") in said


def test_another_key_than_the_one_that_was_trusted_is_named(download: Download) -> None:
    other = notes.key_of(download.key.name, Ed25519PrivateKey.generate())
    report = download.check(other)
    texts = " ".join(each.text for each in report.findings if each.verdict == "broken")
    assert "names another log, or another key" in texts
    assert "signature of the manifest does not hold" in texts


def test_many_rows_with_something_wrong_are_counted(download: Download) -> None:
    _lines(ROWS, lambda lines: lines.extend(lines[:1] * 25))(download.folder)
    assert "Rows with something wrong, besides those: 5." in download.broken()


def test_an_export_is_known_also_when_its_manifest_was_taken_away(download: Download, tmp_path: Path) -> None:
    (download.folder / "MANIFEST.sha256").unlink()
    assert is_export(download.folder)
    assert "The manifest cannot be read" in download.broken()
    assert not is_export(tmp_path)


async def test_what_is_no_file_is_a_finding_and_holds_nobody_up(download: Download) -> None:
    for name in ("consent/checkpoint", "MANIFEST.sha256", "consent/key"):
        path = download.folder / name
        path.unlink()
        os.mkfifo(path)
        report = await check(str(download.folder), Means(offline=True))
        assert f"{path.name} is no file." in " ".join(each.text for each in report.findings)
        assert report.exit_code in {1, 2}
