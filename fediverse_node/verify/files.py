"""Files that a stranger made: read only where they are files, and no more of each than it may have.

A folder from elsewhere may hold a link to `/dev/zero`, a pipe that nobody writes to, or a line of gigabytes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from fediverse_node.kernel.errors import NotValid
from fediverse_node.verify.reading import MAX_BYTES

MAX_LINE: Final = 8 << 20


def open_file(path: Path) -> BinaryIO:
    """The file at *path*, or where a link there leads to.

    Raises:
        NotValid: what is there is no file but a device or a pipe.
        OSError: nothing is there.
    """
    # Without the flag, to open a pipe is to wait for whoever writes to it.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotValid(f"{path.name} is no file.")
    return os.fdopen(handle, "rb")


def bytes_of(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """What is in it.

    Raises:
        NotValid: more than *limit* bytes, or it is no file.
        OSError: nothing is there.
    """
    with open_file(path) as file:
        found = file.read(limit + 1)
    if len(found) > limit:
        raise NotValid(f"{path.name} is larger than {limit >> 20} MiB.")
    return found


def lines_of(path: Path, *, limit: int = MAX_LINE) -> Iterator[bytes]:
    """Its lines, one after the other.

    Raises:
        NotValid: one of them has more than *limit* bytes, or it is no file.
        OSError: nothing is there.
    """
    with open_file(path) as file:
        while line := file.readline(limit + 1):
            if len(line) > limit:
                raise NotValid(f"A line of {path.name} is larger than {limit >> 20} MiB.")
            yield line
