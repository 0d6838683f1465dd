"""What was tampered with in the pictures of an export is named; what was not, holds."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fediverse_node.export.dataset import export_dataset
from fediverse_node.signatures import notes
from fediverse_node.storage.database import Database
from fediverse_node.storage.tx import Tx
from fediverse_node.verify.dataset import check_copy, open_copy
from fediverse_node.verify.findings import Report
from fediverse_node.verify.pictures import PROOFS, RECEIPTS
from tests.fixtures.albums import PICTURES, Studio, painted
from tests.fixtures.rooms import db, person

__all__ = ["db"]

#: The members of a tar file, by name, in order.
Members = dict[str, bytes]
Change = Callable[[Members], Members]


@pytest.fixture
async def download(db: Database, tmp_path: Path) -> Path:
    """An export with three pictures, two of them of one post."""
    studio = Studio(tmp_path / "uploads")

    def unit(tx: Tx) -> None:
        alice, bob = person(tx, "alice"), person(tx, "bob")
        studio.post(tx, alice, "Two", [painted(0), painted(1)], allowed=[0, 1])
        studio.post(tx, bob, "One", [painted(2)], allowed=[0])

    await db.write(unit)
    await export_dataset(db, studio.config, tmp_path / "out", form=PICTURES)
    return tmp_path / "out"


def check(folder: Path) -> Report:
    report = Report()
    key = notes.read_key((folder / "consent" / "key").read_text())
    check_copy(open_copy(folder), key, report, now=datetime.now(UTC))
    return report


def broken(folder: Path) -> list[str]:
    """What is said of pictures; that the manifest is broken, too, is another test's."""
    found = [each.text for each in check(folder).findings if each.verdict == "broken"]
    return [text for text in found if "icture" in text and not text.startswith("The file")]


def key_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def retold(folder: Path, change: Change) -> None:
    (path,) = (folder / "data").glob("pictures-*.tar")
    members: Members = {}
    with tarfile.open(path) as tar:
        for member in tar:
            file = tar.extractfile(member)
            assert file is not None
            members[member.name] = file.read()
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in change(members).items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def saying(**values: Any) -> Change:
    def change(members: Members) -> Members:
        name = next(name for name in members if name.endswith(".json"))
        return members | {name: json.dumps(json.loads(members[name]) | values).encode()}

    return change


def first(change: Callable[[str, bytes], Members]) -> Change:
    """Change the first picture, and nothing of what is said of it."""

    def apply(members: Members) -> Members:
        (name, data), *others = members.items()
        return {**change(name, data), **dict(others)}

    return apply


TAMPERED: dict[str, tuple[Change, str]] = {
    "nothing": (lambda members: members, ""),
    "a byte": (first(lambda name, data: {name: data[:-1] + b"x"}), "has other bytes than its name is of"),
    "another picture": (first(lambda name, _: {name: painted(9)}), "has other bytes than its name is of"),
    "its kind": (first(lambda name, data: {name.replace("png", "jpg"): data}), "of another kind"),
    "its post": (saying(post="https://here.example/x"), "has a receipt of another post"),
    "its salt": (saying(log_salt="00"), "another salt"),
    "its terms": (saying(terms_sha256="00"), "under other terms"),
    "its author's name": (saying(author_name="Bob"), "word on naming its author"),
    "a picture too many": (lambda members: {**members, "f" * 64 + ".png": painted(9)}, "nothing is said of"),
    "a member too many": (
        lambda members: {**members, "notes.txt": b"x"},
        "notes.txt is no part of a picture",
    ),
    "a way out": (lambda members: {**members, "../x.json": b"{}"}, "no part of a picture"),
    "a picture too few": (lambda members: dict(list(members.items())[2:]), "not as many pictures"),
    "another order": (
        lambda members: dict([*list(members.items())[2:], *list(members.items())[:2]]),
        "place",
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
async def test_what_was_tampered_with_is_named(download: Path, name: str) -> None:
    change, expected = TAMPERED[name]
    retold(download, change)
    found = broken(download)
    assert any(expected in text for text in found) if expected else found == []
    if not expected:
        held = [each.text for each in check(download).findings if each.verdict == "held"]
        assert "Each of the 3 pictures has its author's yes to these very bytes, and is signed." in held


async def test_a_picture_that_its_receipt_does_not_name_is_named(download: Path) -> None:
    """As if the server had put another picture of the author's under a yes that it has."""

    def change(members: Members) -> Members:
        (_, (_, said), *others) = members.items()
        following = others[0][0]
        other = next(data for data in map(painted, range(9, 300)) if key_of(data) < following)
        told = json.dumps({**json.loads(said), "sha256": key_of(other)}).encode()
        return {f"{key_of(other)}.png": other, f"{key_of(other)}.json": told, **dict(others)}

    retold(download, change)
    (found,) = broken(download)
    assert found.endswith("has a receipt that does not name it.")


@pytest.mark.parametrize("missing", [RECEIPTS, PROOFS, "data"])
async def test_what_is_missing_is_named(download: Path, missing: str) -> None:
    if missing == "data":
        (path,) = (download / "data").glob("pictures-*.tar")
        path.unlink()
    else:
        (download / missing).unlink()
    assert any("not as many pictures" in text for text in broken(download))


async def test_what_is_no_tar_file_is_named(download: Path) -> None:
    (path,) = (download / "data").glob("pictures-*.tar")
    path.write_bytes(b"x" * 2000)
    assert any("cannot be read" in text for text in broken(download))


async def test_each_receipt_leads_to_all_its_pictures(download: Path) -> None:
    key = notes.read_key((download / "consent" / "key").read_text())
    found = check_copy(open_copy(download), key, Report(), now=datetime.now(UTC))
    kinds = sorted(sorted(name.split()[0] for name in names) for names in found.values())
    assert kinds == [["Picture", "Picture", "Row"], ["Picture", "Row"]]
