"""The list of an export's files: is it signed, and is every file the one that it names?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from fediverse_node.kernel.errors import NotValid
from fediverse_node.signatures import notes
from fediverse_node.signatures.notes import NoteKey
from fediverse_node.verify.files import bytes_of
from fediverse_node.verify.findings import Report
from fediverse_node.verify.reading import text_of

MANIFEST: Final = "MANIFEST.sha256"
SIGNED: Final = "MANIFEST.sha256.sig"
_LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f\\]+)")


def check_files(folder: Path, report: Report) -> None:
    """Whether the files below *folder* are those of its manifest, no more, no fewer, and unchanged."""
    try:
        listed = dict(_lines(text_of(bytes_of(folder / MANIFEST))))
    except (NotValid, OSError) as error:
        report.broken(f"The manifest cannot be read: {error}")
        return
    there = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }
    problems = [f"{name} is missing" for name in sorted(listed.keys() - there)]
    problems += [
        f"{name} is not in the manifest" for name in sorted(there - listed.keys() - {MANIFEST, SIGNED})
    ]
    problems += [
        f"{name} was changed"
        for name in sorted(listed.keys() & there)
        if (folder / name).is_symlink() or _sha256(folder / name) != listed[name]
    ]
    for problem in problems:
        report.broken(f"The file {problem}.")
    if not problems:
        report.held(f"The {len(listed)} files are those of the manifest.")


def check_signature(folder: Path, key: NoteKey, report: Report) -> None:
    """Whether the log's *key* signed the manifest."""
    try:
        signed = notes.open_note(text_of(bytes_of(folder / SIGNED)), key)
        plain = text_of(bytes_of(folder / MANIFEST))
    except (NotValid, OSError) as error:
        report.broken(f"The signature of the manifest does not hold: {error}")
        return
    report.check(
        signed == plain,
        held=f"The manifest is signed by the log {key.name}.",
        broken="The manifest is not the one that was signed.",
    )


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        path = PurePosixPath(found[2]) if found else None
        # A manifest from a stranger must not lead out of its folder.
        if found is None or path is None or path.is_absolute() or ".." in path.parts:
            raise NotValid("A line of the manifest cannot be read.")
        yield found[2], found[1]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
