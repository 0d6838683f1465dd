"""Has credentials read and written by a process of its own, and believes nothing that it says. Blocks."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, BinaryIO, Final

import msgspec

from fediverse_node.credentials.model import AiPart, Manifest, State
from fediverse_node.credentials.signer import Signer
from fediverse_node.kernel.errors import NotNow
from fediverse_node.kernel.text import clean_line

#: Address space of the process, and seconds: of computing, and on the clock.
MEMORY: Final = 1536 << 20
CPU_SECONDS: Final = 30
SECONDS: Final = 120.0
#: Bytes of a file that is signed.
MAX_BYTES: Final = 200 << 20
#: Bytes of one line that the process writes.
_MAX_LINE: Final = 1 << 20
#: Signatures that one job may ask for: of a picture and of the small one beside it.
_MAX_SIGNATURES: Final = 2
#: What every manifest holds: the name of the box that it lies in.
_BOX: Final = b"c2pa"
_PROGRAM: Final = Path(__file__).with_name("program.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One file to sign: from *source* into *target*, both open."""

    media_type: str
    manifest: Mapping[str, Any]
    source: BinaryIO
    target: BinaryIO


class _Answer(msgspec.Struct):
    """What the process says. It may have been taken over by what it read."""

    state: str = ""
    detail: str = ""
    sign: str | None = None
    problems: list[str] = []
    signer: str | None = None
    generator: str | None = None
    actions: list[str | None] = []
    tools: list[str] = []
    part: AiPart | None = None
    portable: bool = False


@cache
def is_installed() -> bool:
    """Whether the extra `credentials` is there."""
    return importlib.util.find_spec("c2pa") is not None


def may_hold(file: BinaryIO) -> bool:
    """Whether there could be a manifest in *file*: most have none, and need no process."""
    file.seek(0)
    end = b""
    while piece := file.read(1 << 20):
        if _BOX in end + piece:
            return True
        end = piece[-len(_BOX) :]
    return False


def read(file: BinaryIO, media_type: str) -> Manifest | None:
    """What the manifest in *file* says; None where there is none, or nobody here can read it."""
    if not is_installed() or not may_hold(file):
        return None
    job = {"do": "read", "file": file.fileno(), "media_type": media_type}
    answer = _run(job, [file.fileno()], None)
    if answer.state == "none":
        return None
    state: State = "unreadable"
    if answer.state == "whole":
        state = "whole"
    elif answer.state == "broken":
        state = "broken"
    return Manifest(
        state=state,
        problems=_words(answer.problems),
        signer=_word(answer.signer),
        generator=_word(answer.generator),
        actions=_words(answer.actions),
        tools=_words(answer.tools),
        part=answer.part,
        portable=answer.portable and state == "whole",
    )


def sign(sheets: Sequence[Sheet], signer: Signer, *, parent: tuple[BinaryIO, str] | None = None) -> None:
    """Sign files.

    Args:
        sheets: at most two.
        signer: has the key; the process only asks it.
        parent: the file that they were made of, and its media type, where its manifest goes along.

    Raises:
        NotNow: it could not be done.
    """
    parts = [
        {
            "media_type": sheet.media_type,
            "manifest": sheet.manifest,
            "source": sheet.source.fileno(),
            "target": sheet.target.fileno(),
        }
        for sheet in sheets
    ]
    handles = [file.fileno() for sheet in sheets for file in (sheet.source, sheet.target)]
    job = {
        "do": "sign",
        "parts": parts,
        "alg": signer.algorithm,
        "certificates": signer.certificates,
        "parent": parent[0].fileno() if parent else None,
        "parent_type": parent[1] if parent else None,
    }
    answer = _run(job, handles + ([parent[0].fileno()] if parent else []), signer)
    if answer.state != "signed":
        raise NotNow("This picture could not be signed.", detail=f"credentials: {answer.detail[:300]}")


def _run(job: Mapping[str, Any], handles: Sequence[int], signer: Signer | None) -> _Answer:
    bounds = {"memory": MEMORY, "seconds": CPU_SECONDS, "bytes": MAX_BYTES}
    with subprocess.Popen(  # noqa: S603 our own program, by its full path
        [sys.executable, "-I", str(_PROGRAM), msgspec.json.encode({**job, **bounds}).decode()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=tuple(handles),
        env={},
        cwd="/",
    ) as process:
        clock = threading.Timer(SECONDS, process.kill)
        clock.start()
        try:
            return _heard(process, signer)
        finally:
            clock.cancel()
            process.kill()


def _heard(process: subprocess.Popen[bytes], signer: Signer | None) -> _Answer:
    """What it says in the end, after the signatures that it asks for."""
    assert process.stdin is not None
    assert process.stdout is not None
    for _ in range(_MAX_SIGNATURES + 1):
        answer = _line(process.stdout)
        if answer.sign is None or signer is None:
            return answer
        try:
            process.stdin.write(signer.sign(bytes.fromhex(answer.sign)).hex().encode() + b"\n")
            process.stdin.flush()
        except (BrokenPipeError, ValueError):
            break
    return _Answer(state="failed", detail="it asked for too much")


def _line(stream: IO[bytes]) -> _Answer:
    line = stream.readline(_MAX_LINE)
    try:
        return msgspec.json.decode(line, type=_Answer)
    except msgspec.DecodeError:
        return _Answer(state="failed", detail="the process died")


def _words(texts: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(word for word in map(_word, texts[:40]) if word)


def _word(text: str | None) -> str | None:
    return clean_line(text or "")[:100] or None
