"""Files on the disk. Every function here blocks: call it in a thread.

A file is written beside the others, made durable, and renamed: what has its name is whole. Names are
random and ours; nothing that comes from outside is ever part of a path (WEB-18).
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

#: Below this many free bytes no file is taken in: the database needs the room.
FREE_AT_LEAST = 500 << 20
#: Seconds after which a file that nobody noted belongs to nobody. Nothing takes that long to come in.
STRAY_AFTER = 600.0

_NAME = re.compile(r"[0-9a-f]{32}", re.ASCII)
_NEW = "new"


class Folder:
    """A folder of files.

    Args:
        root: made when the first file arrives.
        free_at_least: bytes that are left to others on this disk.
    """

    def __init__(self, root: Path, *, free_at_least: int = FREE_AT_LEAST) -> None:
        self.root = root
        self._free_at_least = free_at_least

    def path(self, name: str) -> Path:
        """Where the file *name* is, or would be."""
        return self.root / name[:2] / name

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        return self.path(name).is_file()

    def has_room(self) -> bool:
        """Whether the disk may take another file."""
        place = next(each for each in (self.root, *self.root.absolute().parents) if each.exists())
        return shutil.disk_usage(place).free >= self._free_at_least

    def begin(self) -> tuple[str, BinaryIO]:
        """A new, empty file that has no place yet."""
        name = secrets.token_hex(16)
        (self.root / _NEW).mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.root / _NEW / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        return name, os.fdopen(descriptor, "wb", buffering=0)

    def keep(self, name: str, file: BinaryIO) -> None:
        """Give a file that is whole its place, for good."""
        os.fsync(file.fileno())
        file.close()
        place = self.path(name)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        (self.root / _NEW / name).rename(place)
        descriptor = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def abandon(self, name: str, file: BinaryIO) -> None:
        """Let go of a file that did not become whole."""
        file.close()
        (self.root / _NEW / name).unlink(missing_ok=True)

    def delete(self, names: Iterable[str]) -> None:
        """Delete files. Whoever is reading one reads it to its end."""
        for name in names:
            with contextlib.suppress(OSError):  # the next round finds what could not be deleted
                self.path(name).unlink(missing_ok=True)

    def strays(self) -> Iterator[Path]:
        """Files older than `STRAY_AFTER`, for finding those that nobody noted; unfinished ones among them."""
        old = time.time() - STRAY_AFTER
        for path in self.root.glob("*/*"):
            with contextlib.suppress(FileNotFoundError):
                if _NAME.fullmatch(path.name) and path.lstat().st_mtime < old:
                    yield path

    def is_unfinished(self, path: Path) -> bool:
        """Whether a file is still without a place."""
        return path.parent.name == _NEW
