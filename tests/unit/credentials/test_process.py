from __future__ import annotations

import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fediverse_node.credentials import certificates, process, statement
from fediverse_node.credentials.model import Making
from fediverse_node.credentials.process import Sheet
from fediverse_node.kernel.errors import NotNow
from tests.fixtures.pictures import sent


def test_what_cannot_hold_a_manifest_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(process, "_run", never)
    assert process.read(io.BytesIO(sent("PNG")), "image/png") is None


def test_the_word_is_found_across_two_pieces() -> None:
    assert process.may_hold(io.BytesIO(b"x" * ((1 << 20) - 2) + b"c2pa"))
    assert not process.may_hold(io.BytesIO(b"x" * (1 << 20)))


def test_a_process_that_asks_for_more_signatures_than_pictures_gets_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "greedy.py"
    program.write_text('while True:\n    print(\'{"sign": "00"}\', flush=True)\n    input()\n')
    monkeypatch.setattr(process, "_PROGRAM", program)
    made = statement.manifest(Making(), constraint="ask", carries=False, resized=False)
    key = certificates.make("here.example", now=datetime.now(UTC))
    with tempfile.TemporaryFile() as one, tempfile.TemporaryFile() as two:
        sheet = Sheet(media_type="image/png", manifest=made, source=one, target=two)
        with pytest.raises(NotNow):
            process.sign([sheet], key)


def test_a_process_that_talks_nonsense_is_believed_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "mad.py"
    program.write_text('print(\'{"state": "splendid", "portable": true}\')\n')
    monkeypatch.setattr(process, "_PROGRAM", program)
    with tempfile.TemporaryFile() as file:
        file.write(b"c2pa")
        file.flush()
        found = process.read(file, "image/png")
    assert found is not None
    assert (found.state, found.portable) == ("unreadable", False)
