from __future__ import annotations

import io
import tarfile
import zipfile
from datetime import UTC, datetime

import pytest

from fediverse_node.archive.boxes import Form, open_box

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def packed(form: Form) -> bytes:
    box = open_box(form, NOW)
    data = b""
    for name, pieces in {"a.txt": [b"one ", b"two"], "outbox.json": [b"{}"], "empty.csv": []}.items():
        data += box.begin(name) + b"".join(box.add(piece) for piece in pieces) + box.end()
    data += box.close()
    box.discard()
    return data


def test_a_zip_is_what_other_programs_read() -> None:
    with zipfile.ZipFile(io.BytesIO(packed("zip"))) as found:
        assert found.testzip() is None
        assert {name: found.read(name) for name in found.namelist()} == {
            "a.txt": b"one two",
            "outbox.json": b"{}",
            "empty.csv": b"",
        }
        assert {info.external_attr >> 16 & 0o777 for info in found.infolist()} == {0o600}


def test_a_tar_is_what_other_programs_read() -> None:
    with tarfile.open(fileobj=io.BytesIO(packed("tar.gz"))) as found:
        assert [(member.name, member.size, member.mode) for member in found] == [
            ("a.txt", 7, 0o600),
            ("outbox.json", 2, 0o600),
            ("empty.csv", 0, 0o600),
        ]


@pytest.mark.parametrize("form", ["zip", "tar.gz"])
def test_a_box_that_is_not_wanted_any_more_is_let_go(form: Form) -> None:
    box = open_box(form, NOW)
    box.begin("a.txt")
    box.add(b"half")
    box.discard()
