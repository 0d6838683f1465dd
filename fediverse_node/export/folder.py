"""A folder that appears whole or not at all.

Everything is written to a hidden folder beside the target, synced to disk, and renamed. A process that is
killed or interrupted leaves the hidden folder behind; the next export to the same target takes it over, and
goes on with what was collected there.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fediverse_node.kernel.errors import Conflict, NotValid

MANIFEST = "MANIFEST.sha256"
#: What was collected, in the hidden folder.
WORK = "work"


@contextmanager
def hidden_beside(out: Path, *, anew: bool = False) -> Iterator[Path]:
    """A folder beside *out* to write into; gone at the end, unless `appear` has made it *out*.

    Whoever is interrupted (and has not failed) leaves it behind. With *anew*, what was left is thrown away.

    Raises:
        Conflict: *out* exists and is not an empty folder, or is being written by another process.
        NotValid: its parent cannot be written to.
    """
    check_free(out)
    hidden = out.with_name(f".{out.name}.partial")
    try:
        handle = _take(hidden, out, kept=() if anew else (WORK,))
    except OSError as error:
        raise NotValid(f"{out} cannot be written: {error.strerror}.") from error
    finished = True
    try:
        yield hidden
    except Exception:
        raise
    except BaseException:
        finished = False
        raise
    finally:
        if finished and _same(handle, hidden):
            shutil.rmtree(hidden, ignore_errors=True)
        os.close(handle)


def appear(hidden: Path, out: Path) -> None:
    """Make the synced folder *hidden* be *out*, durably.

    Raises:
        Conflict: something else is there by now; it is not touched.
    """
    hidden.chmod(0o755)
    try:
        hidden.rename(out)  # replaces an empty folder, and nothing else
    except OSError as error:
        raise Conflict(f"{out} appeared while the export was running. It was not touched.") from error
    _fsync(out.parent)


def check_free(out: Path) -> None:
    """Raises Conflict unless *out* does not exist or is an empty folder."""
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise Conflict(f"{out} exists already. Choose a folder that does not.")


def write_lines(path: Path, lines: Iterable[bytes]) -> str:
    """Write *lines* to *path*, replacing what was there; gives their SHA-256 in hex."""
    digest = hashlib.sha256()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for line in lines:
            digest.update(line)
            file.write(line)
    return digest.hexdigest()


def sync(folder: Path) -> None:
    """Make every file and folder in *folder* durable, and itself."""
    for path in [*folder.rglob("*"), folder]:
        _fsync(path)


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _take(hidden: Path, out: Path, *, kept: Collection[str]) -> int:
    """Create or take over the hidden folder, and hold it against other processes."""
    hidden.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(hidden, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise Conflict(f"Another export to {out} is running.") from error
    if not _same(handle, hidden):
        os.close(handle)
        raise Conflict(f"Another export to {out} has just ended.")
    for leftover in hidden.iterdir():
        if leftover.name not in kept:
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    return handle


def _same(handle: int, path: Path) -> bool:
    try:
        found = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    held = os.fstat(handle)
    return (found.st_dev, found.st_ino) == (held.st_dev, held.st_ino)
