"""`verify` on a picture: whole, tampered with, without anything to check, and hostile."""

from __future__ import annotations

import random
import re
import struct
from pathlib import Path

import pytest
from click.testing import CliRunner

from fediverse_node.cli.main import main
from fediverse_node.credentials import process
from fediverse_node.verify import credentials
from fediverse_node.verify.findings import Report
from tests.fixtures.credentials import signed_elsewhere
from tests.fixtures.pictures import sent


def verdicts(data: bytes) -> list[tuple[str, str]]:
    report = Report()
    credentials.check_bytes(data, report)
    return [(each.verdict, each.text) for each in report.findings if each.verdict != "noted"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_one_changed_byte_of_the_picture_is_named_and_the_picture_as_it_was_holds(kind: str) -> None:
    data = signed_elsewhere(sent(kind, size=(90, 90)))
    assert verdicts(data) == [("held", "The picture is the one that was signed as elsewhere.example.")]
    changed = bytearray(data)
    changed[data.index(b"VP8 ") + 30 if kind == "WEBP" else -20] ^= 1
    assert verdicts(bytes(changed)) == [
        ("broken", "The picture was changed after elsewhere.example signed it.")
    ]


def test_a_changed_word_of_the_manifest_is_named() -> None:
    data = signed_elsewhere(sent("JPEG"))
    [(verdict, text)] = verdicts(data.replace(b"trainedAlgorithmicMedia", b"digitalCaptureeeeeeeeee"))
    assert (verdict, "assertion.hashedURI.mismatch" in text) == ("broken", True)


def test_a_picture_that_says_nothing_cannot_be_checked() -> None:
    [(verdict, text)] = verdicts(sent("PNG"))
    assert (verdict, "no Content Credentials" in text) == ("open", True)
    assert verdicts(b"<html>")[0] == ("open", "There is no picture there.")


def test_where_the_library_is_missing_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "is_installed", lambda: False)
    [(verdict, text)] = verdicts(signed_elsewhere(sent("PNG")))
    assert (verdict, "extra “credentials”" in text) == ("open", True)


def test_hostile_manifests_are_words_at_most() -> None:
    """A box that says to be larger than it is, a very deep one, and noise in place of a manifest."""
    data = signed_elsewhere(sent("JPEG"))
    place = [found.start() for found in re.finditer(b"jumb", data)][2] - 4
    huge = data[:place] + struct.pack(">I", 0xFFFFFFF0) + data[place + 4 :]
    random.seed(7)
    start = data.index(b"c2pa") + 40
    noise = data[:start] + random.randbytes(3000) + data[start + 3000 :]
    body = (
        b"JP\0\1\0\0\0\1"
        + b"".join(struct.pack(">I", 60_000 - 8 * n) + b"jumb" for n in range(7000))
        + b"c2pa"
    )
    deep = data[:2] + b"\xff\xeb" + struct.pack(">H", len(body) + 2) + body + sent("JPEG")[2:]
    for hostile in (huge, noise, deep):
        found = {verdict for verdict, _ in verdicts(hostile)}
        assert found <= {"broken", "open"}
        assert found


def test_the_command_names_what_is_wrong(tmp_path: Path) -> None:
    data = signed_elsewhere(sent("PNG"))
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    good.write_bytes(data)
    bad.write_bytes(data[:-16] + bytes([data[-16] ^ 1]) + data[-15:])
    held = CliRunner().invoke(main, ["verify", str(good)])
    assert (held.exit_code, "the one that was signed" in held.output, "a model made it" in held.output) == (
        0,
        True,
        True,
    )
    broken = CliRunner().invoke(main, ["verify", str(bad)])
    assert (broken.exit_code, "was changed after" in broken.output) == (1, True)
