"""A picture: what its Content Credentials say, and whether the bytes are those that were signed.

The library of C2PA reads it, in a process of its own. Nobody is asked, so nothing is said about whether the
signer is who they say they are.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import BinaryIO, Final

from fediverse_node.credentials import process
from fediverse_node.credentials.model import Manifest
from fediverse_node.kernel.kinds import LOOKS_AT, Kind, kind_of
from fediverse_node.verify.findings import Report

#: Bytes of a picture that is fetched.
MAX_PICTURE: Final = 64 << 20
_ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")
_CHANGED: Final = "assertion.dataHash.mismatch"
_PARTS: Final = {
    "made": "It says that a model made it.",
    "edited": "It says that a model changed what a person made.",
}


def is_address(target: str) -> bool:
    """Whether *target* is the address of a picture, by its ending."""
    return target.partition("?")[0].lower().endswith(_ENDINGS)


def kind_in(file: BinaryIO) -> Kind | None:
    """What picture is in *file*; None when it is none."""
    file.seek(0)
    kind = kind_of(file.read(LOOKS_AT))
    return kind if kind is not None and kind.family == "image" else None


def checked(path: Path, report: Report) -> bool:
    """Look at the picture in the file *path*; False where there is none."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        if kind_in(file) is None:
            return False
        check_picture(file, report)
    return True


def check_bytes(data: bytes, report: Report) -> None:
    """Look at a picture that was fetched."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        check_picture(file, report)


def check_picture(file: BinaryIO, report: Report) -> None:
    """Look at the picture in *file*."""
    kind = kind_in(file)
    if kind is None:
        report.open("There is no picture there.")
        return
    if not process.is_installed():
        report.open(
            "Content Credentials were not looked for: that needs the extra “credentials”, which is not "
            "installed here."
        )
        return
    found = process.read(file, kind.media_type)
    if found is None:
        report.open("There are no Content Credentials in this picture: nothing says where it comes from.")
        return
    _tell(found, report)


def _tell(found: Manifest, report: Report) -> None:
    match found.state:
        case "unreadable":
            report.broken("The Content Credentials in this picture cannot be read: they were damaged.")
            return
        case "whole":
            report.held(f"The picture is the one that was signed as {found.signer or 'nobody'}.")
            report.noted("Nobody was asked whether the signer is who that certificate names.")
        case "broken":
            _name(found, report)
    if found.part in _PARTS:
        report.noted(_PARTS[found.part])
    if found.actions:
        report.noted(f"What was done: {', '.join(found.actions)}.")
    if found.tools:
        report.noted(f"With: {', '.join(found.tools)}.")
    if found.generator:
        report.noted(f"Written down by: {found.generator}.")


def _name(found: Manifest, report: Report) -> None:
    if _CHANGED in found.problems:
        report.broken(f"The picture was changed after {found.signer or 'somebody'} signed it.")
    others = [each for each in found.problems if each != _CHANGED]
    if others or not found.problems:
        report.broken(f"Its Content Credentials do not hold: {', '.join(others) or 'no reason is given'}.")
