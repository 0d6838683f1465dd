"""Has a file decoded by a process of its own, and believes nothing that it says. Blocks: use a thread."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from fediverse_node.kernel.errors import NotNow, NotValid, TooLarge
from fediverse_node.kernel.kinds import LOOKS_AT, Kind, kind_of
from fediverse_node.storage.folder import Folder
from fediverse_node.uploads import blurhash
from fediverse_node.uploads.model import ACCEPTED, STORED, Decoded, Part, Shape
from fediverse_node.uploads.sent_kinds import HEIF, reads_heif, sent_kind_of

#: Longest edge of what is kept, and of the small picture beside it.
EDGE: Final = 3840
SMALL_EDGE: Final = 640
#: Address space of the decoding process, and seconds: of computing, and on the clock.
MEMORY: Final = 1536 << 20
CPU_SECONDS: Final = 40
SECONDS: Final = 120.0
#: The same of what reads film and sound.
PLAY_MEMORY: Final = 2048 << 20
PLAY_CPU_SECONDS: Final = 1800
_PROGRAM: Final = Path(__file__).with_name("decoder.py")
_MAX_REPORT: Final = 16 * 1024
#: Said when the disk is nearly full.
NO_ROOM: Final = "There is no room for pictures at the moment."
_NO_PICTURE: Final = (
    "This is no picture that can be taken: JPEG, PNG, WebP, GIF and AVIF can, other files cannot."
)
_NO_HEIF: Final = "HEIC and HEIF pictures cannot be read by this server. Send it as JPEG, PNG, WebP or AVIF."
_BROKEN: Final = "This picture is broken, or not what it says it is."


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one picture may be.

    Attributes:
        pixels: of what is sent, width times height.
        size: bytes of what is sent, and of what is made of it.
        play_size: the same of film and sound; 0: these are not taken.
        play_seconds: how long they may be.
        given_up: set when nobody waits for it any more: what is under way then ends.
    """

    pixels: int
    size: int
    memory: int = MEMORY
    cpu_seconds: int = CPU_SECONDS
    seconds: float = SECONDS
    play_size: int = 0
    play_seconds: int = 600
    play_memory: int = PLAY_MEMORY
    play_cpu: int = PLAY_CPU_SECONDS
    given_up: threading.Event = field(default_factory=threading.Event)


class _Report(msgspec.Struct):
    """What the decoder says. It may have been taken over by what it read."""

    error: str = ""
    detail: str = ""
    width: int = 0
    height: int = 0
    tiny: str = ""
    edge: int = 0
    sources: list[str] = []
    moves: bool = False


def decode(source: BinaryIO, folder: Folder, bounds: Bounds, shape: Shape | None = None) -> Decoded:
    """Make a picture of ours out of a file that somebody sent. What is made lies in *folder*, not yet noted.

    Only without a *shape* of its own it gets a small one beside it; one that moves gets a still one.

    Raises:
        NotValid: it is no picture that can be taken, or has too many pixels.
        TooLarge: it has too many bytes.
        NotNow: there is no room, or the decoder had no time.
    """
    kind = _kind(source)
    if os.fstat(source.fileno()).st_size > bounds.size:
        raise TooLarge(f"A picture has at most {bounds.size >> 20} MiB.")
    try:
        if not folder.has_room():
            raise NotNow(NO_ROOM, detail=f"{folder.root} is nearly full")
        whole, small = folder.begin(), folder.begin()
        try:
            report = _run(source, _job(kind, whole[1], small[1], bounds, shape), bounds)
            decoded = _kept(folder, whole, small, report)
        finally:
            for name, file in (whole, small):
                folder.abandon(name, file)
    except OSError as error:
        raise NotNow(NO_ROOM, detail=str(error)) from error
    return decoded


def _kind(source: BinaryIO) -> Kind:
    source.seek(0)
    kind = sent_kind_of(source.read(LOOKS_AT))
    if kind == HEIF:
        if not reads_heif():
            raise NotValid(_NO_HEIF)
        return kind
    if kind not in ACCEPTED:
        raise NotValid(_NO_PICTURE, detail=f"kind of file: {kind.media_type if kind else 'unknown'}")
    return kind


def _job(
    kind: Kind, whole: BinaryIO, small: BinaryIO, bounds: Bounds, shape: Shape | None
) -> dict[str, int | str | bool]:
    room = shape or Shape(width=EDGE, height=EDGE, crop=False)
    return {
        "media_type": kind.media_type,
        "pixels": bounds.pixels,
        "width": room.width,
        "height": room.height,
        "crop": room.crop,
        "moving": room.moving,
        "small_edge": SMALL_EDGE if shape is None else EDGE,
        "bytes": bounds.size,
        "memory": bounds.memory,
        "seconds": bounds.cpu_seconds,
        "whole": whole.fileno(),
        "small": small.fileno(),
    }


def _run(source: BinaryIO, job: Mapping[str, int | str | bool], bounds: Bounds) -> _Report:
    files = int(job["whole"]), int(job["small"])
    with tempfile.TemporaryFile() as answer:
        try:
            done = subprocess.run(  # noqa: S603 our own program, by its full path; the job holds numbers of ours
                [sys.executable, "-I", str(_PROGRAM), msgspec.json.encode(job).decode()],
                stdin=source,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                pass_fds=files,
                env={},
                cwd="/",
                timeout=bounds.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NotValid(_BROKEN, detail="the decoder took too long") from error
        answer.seek(0)
        said = answer.read(_MAX_REPORT)
    try:
        report = msgspec.json.decode(said, type=_Report)
    except msgspec.DecodeError as error:
        raise NotValid(_BROKEN, detail=f"the decoder died: {done.returncode}") from error
    _refuse(report, bounds)
    return report


def _refuse(report: _Report, bounds: Bounds) -> None:
    match report.error:
        case "":
            return
        case "pixels":
            raise NotValid(f"This picture has more than {bounds.pixels // 1_000_000} million pixels.")
        case "bytes":
            raise NotValid("This picture is too large, also when it is made anew.")
        case _:
            raise NotValid(_BROKEN, detail=f"decoder: {report.detail[:100]}")


def _kept(
    folder: Folder, whole: tuple[str, BinaryIO], small: tuple[str, BinaryIO], report: _Report
) -> Decoded:
    """The files at their places, looked at once more from outside."""
    pixels = _pixels(report)
    if not (0 < report.width <= EDGE and 0 < report.height <= EDGE):
        raise NotValid(_BROKEN, detail="the decoder said what cannot be")
    kept: list[str] = []
    try:
        parts: list[Part | None] = []
        for name, file in (whole, small):
            if file is small[1] and file.tell() == 0:
                parts.append(None)
                continue
            folder.keep(name, file)
            kept.append(name)
            parts.append(_part(folder, name))
    except BaseException:
        folder.delete(kept)
        raise
    assert parts[0] is not None
    return Decoded(
        whole=parts[0],
        small=parts[1],
        width=report.width,
        height=report.height,
        blurhash=blurhash.encode(pixels, width=report.edge, height=report.edge),
        sources=tuple(each for each in report.sources[:20] if each.isascii() and each.isalpha()),
        moves=report.moves,
    )


def _part(folder: Folder, name: str) -> Part:
    data = folder.path(name).read_bytes()
    kind = kind_of(data[:LOOKS_AT])
    if kind not in STORED:
        raise NotValid(_BROKEN, detail="the decoder made something else")
    return Part(
        name=name, media_type=kind.media_type, size=len(data), sha256=hashlib.sha256(data).hexdigest()
    )


def _pixels(report: _Report) -> bytes:
    try:
        pixels = bytes.fromhex(report.tiny)
    except ValueError:
        pixels = b""
    if not pixels or len(pixels) != report.edge * report.edge * 3:
        raise NotValid(_BROKEN, detail="the decoder said what cannot be")
    return pixels
