"""Pictures as WebDataset: tar files in which a picture and what is said of it share a name.

The same members give the same bytes: no clock, no owner, and no order but that in which they come.
Sources: the WebDataset format (webdataset/webdataset, README), POSIX ustar.
"""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self

#: Bytes that a file has at most, unless its first member alone has more.
LARGEST: Final = 256 << 20
_BLOCK: Final = 512


class Tars:
    """The files `pictures-NNNNN-of-NNNNN.tar` in *folder*."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: tarfile.TarFile | None = None
        self._written: list[Path] = []
        self._filled = 0

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        for former in self._folder.glob("pictures-*"):  # of an earlier turn, or of a process that was killed
            former.unlink()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_file()

    def add(self, key: str, members: dict[str, bytes]) -> None:
        """The next sample: what it holds, by ending."""
        size = sum(_BLOCK + len(data) + -len(data) % _BLOCK for data in members.values())
        if self._open is None or (self._filled and self._filled + size > LARGEST):
            self._begin_file()
        assert self._open is not None, "a file was just begun"
        for ending, data in members.items():
            # What is not said is nought or empty: the clock, the owner.
            named = tarfile.TarInfo(f"{key}.{ending}")
            named.size = len(data)
            self._open.addfile(named, io.BytesIO(data))
        self._filled += size

    def finish(self) -> list[Path]:
        """Everything is written: the files, under the names they keep. Without members there is none."""
        self._end_file()
        count = len(self._written)
        return [
            path.rename(self._folder / f"pictures-{number:05}-of-{count:05}.tar")
            for number, path in enumerate(self._written)
        ]

    def _begin_file(self) -> None:
        self._end_file()
        path = self._folder / f"pictures-{len(self._written):05}"
        self._written.append(path)
        self._open = tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115 closed by `_end_file`
        self._filled = 0

    def _end_file(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
