"""A file on its way in: looked at with its first bytes, written as it comes, whole or gone in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import BinaryIO

from fediverse_node.kernel.errors import NotNow
from fediverse_node.kernel.kinds import LOOKS_AT, Kind, kind_of
from fediverse_node.media.failures import NotShown
from fediverse_node.storage.folder import Folder

#: Bytes gathered before they are written.
_AT_ONCE = 1 << 20


class Arrival:
    """Takes in one file.

    Args:
        families: what it may be; a file of another kind never touches the disk.
        claim: told how many bytes are about to be written; may refuse by raising.
    """

    def __init__(self, folder: Folder, *, families: frozenset[str], claim: Callable[[int], None]) -> None:
        self._folder = folder
        self._families = families
        self._claim = claim
        self._waiting = bytearray()
        self._file: tuple[str, BinaryIO] | None = None
        self._kind: Kind | None = None
        self.size = 0

    async def take(self, chunk: bytes) -> None:
        """Take in some more of it.

        Raises:
            NotShown: it is nothing that is shown here.
            NotNow: there is no room for it.
        """
        self._waiting += chunk
        self.size += len(chunk)
        self._claim(len(chunk))
        if self._kind is None and len(self._waiting) >= LOOKS_AT:
            self._look()
        if len(self._waiting) >= _AT_ONCE:
            await self._write()

    async def finish(self) -> tuple[str, Kind]:
        """Its name on the disk and what it is, now that it is whole and durable."""
        if self._kind is None:
            self._look()
        await self._write()
        assert self._file is not None
        assert self._kind is not None
        name, file = self._file
        await _on_disk(lambda: self._folder.keep(name, file))
        self._file = None
        return name, self._kind

    async def abandon(self) -> None:
        """Leave nothing of it, unless it was finished. Safe to call at any time."""
        self._claim(-self.size)
        if self._file is not None:
            name, file = self._file
            self._file = None
            await asyncio.to_thread(self._folder.abandon, name, file)

    def _look(self) -> None:
        kind = kind_of(bytes(self._waiting[:LOOKS_AT]))
        if kind is None or kind.family not in self._families:
            found = kind.media_type if kind is not None else "unknown"
            raise NotShown(detail=f"kind of file: {found}")
        self._kind = kind

    async def _write(self) -> None:
        piece, self._waiting = bytes(self._waiting), bytearray()
        await _on_disk(lambda: self._append(piece))

    def _append(self, piece: bytes) -> None:
        if not self._folder.has_room():
            raise OSError("the disk is nearly full")
        if self._file is None:
            self._file = self._folder.begin()
        while piece:
            piece = piece[self._file[1].write(piece) :]


async def _on_disk(work: Callable[[], None]) -> None:
    try:
        await asyncio.to_thread(work)
    except OSError as error:
        raise NotNow("There is no room for files of others at the moment.", detail=str(error)) from error
