"""Room on the disk: below a mark nothing more is written, so that what is there stays readable and whole.

A full disk does not only refuse new rows: SQLite needs room even to delete. So writing stops while there
is some left, with words and a time to come back, and reading goes on. A ballast file keeps a little room
for the worst case, that something else filled the disk to the brim: the next start lets go of it.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fediverse_node.kernel.errors import NotNow

log = logging.getLogger(__name__)

MIB: Final = 1 << 20
#: Bytes that have to be free for anything to be written.
LEAST_FREE: Final = 200 * MIB
BALLAST: Final = 64 * MIB
#: Seconds for which one look is believed. At a thousand small writes a second that is a megabyte or two.
BELIEVED: Final = 1.0
#: Seconds after which whoever was refused may come back.
_COME_BACK: Final = 120.0


def free_bytes(folder: Path) -> int:
    """What an ordinary user may still write in *folder*."""
    return shutil.disk_usage(folder).free


class Space:
    """Says whether there is room to write. Asked by one thread.

    Args:
        folder: where the data is.
        least: bytes that have to be free; 0 to never refuse.
        look: gives the bytes that are free in a folder.
        clock: seconds that only ever grow.
    """

    def __init__(
        self,
        folder: Path,
        *,
        least: int = LEAST_FREE,
        look: Callable[[Path], int] = free_bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._least = least
        self._look = look
        self._clock = clock
        self._looked_at: float | None = None
        self._is_low = False

    def refusal(self) -> NotNow | None:
        """Why nothing can be written now; None when it can."""
        if self._least and self._is_time():
            self._set(low=self._measure())
        if not self._is_low:
            return None
        return NotNow(
            "This server's disk is nearly full, so it takes nothing new at the moment. Nothing was changed. "
            "Try again later.",
            detail=f"less than {self._least // MIB} MiB free in {self._folder}",
            retry_after=_COME_BACK,
        )

    def _is_time(self) -> bool:
        now = self._clock()
        if self._looked_at is not None and now - self._looked_at < BELIEVED:
            return False
        self._looked_at = now
        return True

    def _measure(self) -> bool:
        try:
            return self._look(self._folder) < self._least
        except OSError:
            return self._is_low  # nobody can say; what writes next will find out

    def _set(self, *, low: bool) -> None:
        if low and not self._is_low:
            log.error("storage.disk_low", extra={"folder": str(self._folder), "least_bytes": self._least})
        elif self._is_low and not low:
            log.warning("storage.disk_free_again", extra={"folder": str(self._folder)})
        self._is_low = low


def ballast_path(database: Path) -> Path:
    """Where the ballast of a database file lies."""
    return database.with_name(f"{database.name}.ballast")


def trim(database: Path, *, least: int = LEAST_FREE, look: Callable[[Path], int] = free_bytes) -> None:
    """At a start: let go of the ballast when the disk is full, or lay it in when there is plenty of room.

    Never fails: a start without ballast is better than none.
    """
    path = ballast_path(database)
    try:
        free = look(database.parent)
        if path.exists() and free < BALLAST:
            path.unlink()
            log.error("storage.ballast_released", extra={"path": str(path)})
        elif least and not path.exists() and free >= 2 * least + BALLAST:
            _lay_in(path)
    except OSError as error:
        log.warning("storage.no_ballast", extra={"path": str(path), "error": error.strerror})


def _lay_in(path: Path) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(handle, 0, BALLAST)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
