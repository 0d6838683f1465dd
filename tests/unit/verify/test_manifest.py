"""Every file of an export is the one that its signed list names."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.verify.conftest import Download


def _forged(folder: Path) -> None:
    """A text is changed, and the list with it: only the signature can show it."""
    readme, manifest = folder / "README.md", folder / "MANIFEST.sha256"
    before = hashlib.sha256(readme.read_bytes()).hexdigest()
    readme.write_text("Other")
    after = hashlib.sha256(b"Other").hexdigest()
    manifest.write_text(manifest.read_text().replace(before, after))


def _linked(folder: Path) -> None:
    kept = (folder / "README.md").rename(folder.parent / "README.md")
    (folder / "README.md").symlink_to(kept)


def _leading_out(folder: Path) -> None:
    manifest = folder / "MANIFEST.sha256"
    manifest.write_text(manifest.read_text().replace("README.md", "../README.md"))


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed": (lambda folder: (folder / "README.md").write_text("Other"), "The file README.md was changed."),
    "missing": (lambda folder: (folder / "README.md").unlink(), "The file README.md is missing."),
    "added": (lambda folder: (folder / "data/more.jsonl").touch(), "data/more.jsonl is not in the manifest."),
    "a link": (_linked, "The file README.md was changed."),
    "forged": (_forged, "The manifest is not the one that was signed."),
    "leading out": (_leading_out, "A line of the manifest cannot be read."),
    "signature missing": (
        lambda folder: (folder / "MANIFEST.sha256.sig").unlink(),
        "The signature of the manifest does not hold",
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_file_that_is_not_the_one_that_was_signed_is_named(download: Download, what: str) -> None:
    assert download.broken() == ""
    change, words = CHANGES[what]
    change(download.folder)
    assert words in download.broken()


def test_the_signed_list_is_the_plain_one_that_other_tools_read(download: Download) -> None:
    plain = (download.folder / "MANIFEST.sha256").read_text()
    assert (download.folder / "MANIFEST.sha256.sig").read_text().startswith(f"{plain}\n\u2014 ")
    for line in plain.splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((download.folder / name).read_bytes()).hexdigest() == digest
