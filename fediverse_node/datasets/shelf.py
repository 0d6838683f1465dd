"""Where the files of releases lie. Every function here blocks: call it in a thread.

A release is a folder named by the hash of its manifest; what is in it is looked up in the rows, and no name
that comes from outside is ever part of a path.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from fediverse_node.config.sections import Config
from fediverse_node.datasets.model import File
from fediverse_node.kernel.errors import Conflict, NotValid
from fediverse_node.storage.engine import sqlite_path

_MANIFEST: Final = "MANIFEST.sha256"
_SIGNATURE: Final = "MANIFEST.sha256.sig"
_RECEIPTS: Final = ("consent/receipts.jsonl", "consent/picture-receipts.jsonl")
_LOCK: Final = ".making"
_NEXT: Final = ".next"
_RELEASE: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class _Named(msgspec.Struct):
    """As much of a receipt as its place in the ledger takes."""

    id: str


_named = msgspec.json.Decoder(_Named).decode


def folder_of(config: Config) -> Path:
    """Where releases lie: where the operator says, else beside the database."""
    if config.datasets.folder:
        return Path(config.datasets.folder)
    database = sqlite_path(config.database.url)
    return (database.parent if database is not None else Path("data")) / "datasets"


@contextmanager
def making(root: Path) -> Iterator[Path]:
    """The place for the next release, held against other processes and empty at first.

    Raises:
        Conflict: another release is being made.
        NotValid: the folder cannot be written to.
    """
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(root / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise NotValid(f"{root} cannot be written: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict("Another release is being made.") from error
        place = root / _NEXT
        shutil.rmtree(place, ignore_errors=True)
        yield place
        shutil.rmtree(place, ignore_errors=True)
    finally:
        os.close(handle)


def inventory(folder: Path) -> list[File]:
    """The files of an export, as its manifest says, with the manifest and its signature.

    Raises:
        NotValid: a file of the manifest is not there.
    """
    lines = (folder / _MANIFEST).read_text(encoding="utf-8").splitlines()
    hashes = {path: sha256 for sha256, _, path in (line.partition("  ") for line in lines)}
    hashes |= {name: _sha256(folder / name) for name in (_MANIFEST, _SIGNATURE)}
    try:
        return [
            File(path=path, sha256=hashes[path], size=(folder / path).stat().st_size)
            for path in sorted(hashes)
        ]
    except OSError as error:
        raise NotValid("The export is not whole.", detail=str(error)) from error


def decisions(folder: Path, *, at_once: int) -> Iterator[Sequence[int]]:
    """The numbers, in the ledger, of the decisions that an export rests on, *at_once* together.

    One that rows and pictures rest on may come several times.
    """
    numbers = (int(_named(line).id.rpartition("/")[2]) for line in _receipts(folder))
    while batch := list(islice(numbers, at_once)):
        yield batch


def keep(root: Path, place: Path, sha256: str) -> None:
    """Give an export its place for good, durably; what was there under its name goes."""
    target = root / sha256
    shutil.rmtree(target, ignore_errors=True)
    place.rename(target)
    handle = os.open(root, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def names(root: Path) -> set[str]:
    """The folders that look like a release's."""
    return {path.name for path in root.glob("*") if _RELEASE.fullmatch(path.name)}


def clear(root: Path, sha256: str) -> None:
    """Delete the files of a release. Whoever is reading one reads it to its end."""
    shutil.rmtree(root / sha256, ignore_errors=True)


def _receipts(folder: Path) -> Iterator[bytes]:
    for name in _RECEIPTS:
        if (folder / name).exists():
            with (folder / name).open("rb") as file:
                yield from file


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
